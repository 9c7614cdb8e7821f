package io.github.statesignals.wire;

import java.util.List;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;

/**
 * Holds the content of a payload.
 *
 * @since 0.1.0
 */
public sealed interface ReceivedMessage {

	record ReceivedSignal(Signal signal, @Nullable SignalExtension extension,
			@Nullable Signature signature) implements ReceivedMessage {

	}

	record ReceivedResponse(Response response, @Nullable ResponseExtension extension,
			@Nullable Signature signature) implements ReceivedMessage {

	}

	/**
	 * A message without a valid signature, on a channel whose messages are signed.
	 * Without the message it is refused.
	 */
	record UnverifiedMessage(String sender, String problem,
			@Nullable ReceivedMessage message) implements ReceivedMessage {

	}

	/**
	 * A payload that is malformed, or too large. The problem quotes nothing of the
	 * payload. If it is a signal, it has the members that it takes to answer it; if it is
	 * a response that is too large, it has that without its message.
	 */
	record MalformedMessage(String problem, @Nullable UnreadableSignal signal,
			@Nullable ReceivedResponse response) implements ReceivedMessage {

	}

	// Several messages that came in one payload, or the answers that were combined in
	// one.
	record ReceivedFrame(List<ReceivedMessage> messages) implements ReceivedMessage {

	}

}
