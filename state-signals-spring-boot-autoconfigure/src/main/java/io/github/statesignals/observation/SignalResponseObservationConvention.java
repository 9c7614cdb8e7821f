package io.github.statesignals.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names {@link SignalObservation#RESPONSE} and its keys. A bean of this type replaces
 * {@link Default}.
 *
 * @since 0.1.0
 */
public interface SignalResponseObservationConvention extends ObservationConvention<SignalResponseContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof SignalResponseContext;
	}

	/**
	 * The convention without such a bean.
	 */
	class Default implements SignalResponseObservationConvention {

		static final Default INSTANCE = new Default();

		@Override
		public String getName() {
			return "state.signals.response";
		}

		@Override
		public String getContextualName(SignalResponseContext context) {
			return "respond " + SignalKeys.event(context.getSignal(), context.isKnown());
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(SignalResponseContext context) {
			return SignalKeys.low(SignalKeys.event(context.getSignal(), context.isKnown()), context.getChannel(),
					outcome(context));
		}

		@Override
		public KeyValues getHighCardinalityKeyValues(SignalResponseContext context) {
			return SignalKeys.high(context);
		}

		private static String outcome(SignalResponseContext context) {
			if (context.getError() != null) {
				return "error";
			}
			return context.isHandled() ? SignalKeys.outcome(context.getResponse().ras()) : "unhandled";
		}

	}

}
