package io.github.statesignals.observation;

import java.util.Locale;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.LogText;
import io.micrometer.common.KeyValues;
import io.micrometer.common.docs.KeyName;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the observations of signals.
 *
 * @since 0.1.0
 */
public final class SignalKeys {

	private static final String UNKNOWN = "UNKNOWN";

	private SignalKeys() {
	}

	static String event(Signal signal, boolean known) {
		return known ? signal.event() : UNKNOWN;
	}

	static String outcome(@Nullable Integer ras) {
		if (ras == null) {
			return "none";
		}
		return (ras == Acknowledgement.SUCCESS) ? "acted" : "failed";
	}

	static KeyValues low(String event, String channel, String outcome) {
		return KeyValues.of(LowCardinalityKeys.EVENT.withValue(event),
				LowCardinalityKeys.CHANNEL.withValue(channel.isEmpty() ? "default" : channel),
				LowCardinalityKeys.OUTCOME.withValue(outcome));
	}

	static KeyValues high(Signal signal) {
		KeyValues values = KeyValues
			.of(HighCardinalityKeys.PUBLISHER_ID.withValue(LogText.printable(signal.publisherId())));
		return signal.tag().equals(Signal.NO_TAG) ? values
				: values.and(HighCardinalityKeys.TAG.withValue(LogText.printable(signal.tag())));
	}

	static KeyValues high(SignalReceiverContext context) {
		KeyValues values = high(context.getSignal())
			.and(HighCardinalityKeys.RESPONDER_ID.withValue(LogText.printable(context.getResponderId())));
		String id = context.getSignalId();
		return (id != null) ? values.and(HighCardinalityKeys.SIGNAL_ID.withValue(LogText.printable(id))) : values;
	}

	/**
	 * The keys with few values. No text of another application is among them.
	 */
	public enum LowCardinalityKeys implements KeyName {

		/**
		 * The event, if the exporter was initialized with it or the responder has a
		 * handler that names it; else {@code UNKNOWN}.
		 */
		EVENT,

		/**
		 * The name of the channel; {@code default} for the one without a name.
		 */
		CHANNEL,

		/**
		 * The outcome. Of a publish: {@code acted} (the only success), {@code failed},
		 * {@code missing}, {@code unhandled} (no responder has a handler),
		 * {@code no_subscriber}, {@code rejected} (too many are in flight),
		 * {@code cancelled} or {@code error} (an exception), and {@code none} while it is
		 * in flight. Of a handler: {@code acted}, {@code failed} or {@code none} (it did
		 * not act, or is a listener). Of a response: {@code acted}, {@code failed},
		 * {@code unhandled}, {@code none} (it has no {@code ras}) or {@code error} (it
		 * could not be sent).
		 */
		OUTCOME;

		@Override
		public String asString() {
			return name().toLowerCase(Locale.ROOT);
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
