package io.github.statesignals.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of signals, with their names and keys.
 *
 * @since 0.1.0
 */
public enum SignalObservation implements ObservationDocumentation {

	/**
	 * A publish of an exporter, from the call to its result.
	 */
	PUBLISH {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return SignalPublishObservationConvention.Default.class;
		}

	},

	/**
	 * The call of a handler or listener, until it has returned or its future has
	 * completed.
	 */
	HANDLE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return SignalHandleObservationConvention.Default.class;
		}

	},

	/**
	 * The response of a responder to a signal, until Redis has received it; on a durable
	 * channel, until it is stored.
	 */
	RESPONSE {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return SignalResponseObservationConvention.Default.class;
		}

	};

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return LowCardinalityKeys.values();
	}

	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return HighCardinalityKeys.values();
	}

	/**
	 * The keys with few values. No text of another application is among them.
	 */
	public enum LowCardinalityKeys implements KeyName {

		/**
		 * The event, if the exporter was initialized with it or the responder has a
		 * handler that names it; else {@code UNKNOWN}.
		 */
		EVENT("event"),

		/**
		 * The name of the channel; {@code default} for the one without a name.
		 */
		CHANNEL("channel"),

		/**
		 * The outcome. Of a publish: {@code acted} (the only success), {@code failed},
		 * {@code missing}, {@code unhandled} (no responder has a handler),
		 * {@code no_subscriber}, {@code rejected} (too many are in flight),
		 * {@code cancelled} or {@code error} (an exception). Of a handler: {@code acted},
		 * {@code failed} or {@code none} (it did not act, or is a listener). Of a
		 * response: {@code acted}, {@code failed}, {@code unhandled}, {@code none} (it
		 * has no {@code ras}) or {@code error} (it could not be sent).
		 */
		OUTCOME("outcome");

		private final String key;

		LowCardinalityKeys(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

	/**
	 * The keys with any number of values. Each is printable, and has at most 200
	 * characters.
	 */
	public enum HighCardinalityKeys implements KeyName {

		/**
		 * The id of the publisher.
		 */
		PUBLISHER_ID("state.signals.publisher.id"),

		/**
		 * The id of the signal among those of its publisher, if it is known.
		 */
		SIGNAL_ID("state.signals.id"),

		/**
		 * The tag, if there is one.
		 */
		TAG("state.signals.tag"),

		/**
		 * The id of the responder. Not of a publish.
		 */
		RESPONDER_ID("state.signals.responder.id"),

		/**
		 * The method or class of the handler. Of a handler call only.
		 */
		HANDLER("state.signals.handler");

		private final String key;

		HighCardinalityKeys(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

}
