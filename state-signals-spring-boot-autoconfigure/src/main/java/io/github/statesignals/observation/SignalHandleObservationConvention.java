package io.github.statesignals.observation;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.observation.SignalKeys.HighCardinalityKeys;
import io.github.statesignals.transport.LogText;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names {@link SignalObservation#HANDLE} and its keys. A bean of this type replaces
 * {@link Default}.
 *
 * @since 0.1.0
 */
public interface SignalHandleObservationConvention extends ObservationConvention<SignalHandleContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof SignalHandleContext;
	}

	/**
	 * The convention without such a bean.
	 */
	class Default implements SignalHandleObservationConvention {

		static final Default INSTANCE = new Default();

		@Override
		public String getName() {
			return "state.signals.handle";
		}

		@Override
		public String getContextualName(SignalHandleContext context) {
			return "handle " + SignalKeys.event(context.getSignal(), context.isKnown());
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(SignalHandleContext context) {
			return SignalKeys.low(SignalKeys.event(context.getSignal(), context.isKnown()), context.getChannel(),
					outcome(context));
		}

		@Override
		public KeyValues getHighCardinalityKeyValues(SignalHandleContext context) {
			return SignalKeys.high(context)
				.and(HighCardinalityKeys.HANDLER.withValue(LogText.printable(context.getHandler())));
		}

		private static String outcome(SignalHandleContext context) {
			if (context.getError() != null) {
				return "failed";
			}
			Acknowledgement acknowledgement = context.getAcknowledgement();
			return SignalKeys.outcome((acknowledgement != null) ? acknowledgement.ras() : null);
		}

	}

}
