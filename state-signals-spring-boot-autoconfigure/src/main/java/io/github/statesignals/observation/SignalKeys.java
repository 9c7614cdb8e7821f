package io.github.statesignals.observation;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.observation.SignalObservation.HighCardinalityKeys;
import io.github.statesignals.observation.SignalObservation.LowCardinalityKeys;
import io.github.statesignals.transport.LogText;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The key values of all observations of signals.
 */
final class SignalKeys {

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

}
