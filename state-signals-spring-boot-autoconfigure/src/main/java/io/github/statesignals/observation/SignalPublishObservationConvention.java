package io.github.statesignals.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names {@link SignalObservation#PUBLISH} and its keys. A bean of this type replaces
 * {@link Default}.
 *
 * @since 0.1.0
 */
public interface SignalPublishObservationConvention extends ObservationConvention<SignalPublishContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof SignalPublishContext;
	}

	/**
	 * The convention without such a bean.
	 */
	class Default implements SignalPublishObservationConvention {

		static final Default INSTANCE = new Default();

		@Override
		public String getName() {
			return "state.signals.publish";
		}

		@Override
		public String getContextualName(SignalPublishContext context) {
			return "publish " + SignalKeys.event(context.getSignal(), context.isLegal());
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(SignalPublishContext context) {
			return SignalKeys.low(SignalKeys.event(context.getSignal(), context.isLegal()), context.getChannel(),
					outcome(context));
		}

		@Override
		public KeyValues getHighCardinalityKeyValues(SignalPublishContext context) {
			return SignalKeys.high(context.getSignal());
		}

		private static String outcome(SignalPublishContext context) {
			boolean ended = context.getResult() != null || context.getError() != null;
			return ended ? PublishOutcome.of(context.getResult(), context.getError()).tag() : SignalKeys.outcome(null);
		}

	}

}
