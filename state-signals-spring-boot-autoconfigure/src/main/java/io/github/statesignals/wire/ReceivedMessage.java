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

	/**
	 * A signal.
	 *
	 * @param signal the signal
	 * @param extension its extension, if it has one
	 * @param signature its signature, if it has one
	 */
	record ReceivedSignal(Signal signal, @Nullable SignalExtension extension,
			@Nullable Signature signature) implements ReceivedMessage {

		ReceivedSignal(Signal signal, @Nullable SignalExtension extension) {
			this(signal, extension, null);
		}

	}

	/**
	 * A response.
	 *
	 * @param response the response
	 * @param extension its extension, if it has one
	 * @param signature its signature, if it has one
	 */
	record ReceivedResponse(Response response, @Nullable ResponseExtension extension,
			@Nullable Signature signature) implements ReceivedMessage {

		ReceivedResponse(Response response, @Nullable ResponseExtension extension) {
			this(response, extension, null);
		}

	}

	/**
	 * A message without a valid signature, on a channel whose messages are signed.
	 *
	 * @param sender the id that it names as its sender
	 * @param problem why it must not be trusted
	 * @param message the message, or {@code null} if it is refused
	 */
	record UnverifiedMessage(String sender, String problem,
			@Nullable ReceivedMessage message) implements ReceivedMessage {

	}

	/**
	 * A payload that is malformed, or too large.
	 *
	 * @param problem the reason, which quotes nothing of the payload
	 * @param signal the members that it takes to answer it, if it is a signal and they
	 * can be read
	 * @param response the response without its message, if it is one that is too large
	 * and can be counted
	 */
	record MalformedMessage(String problem, @Nullable UnreadableSignal signal,
			@Nullable ReceivedResponse response) implements ReceivedMessage {

	}

	/**
	 * Several messages that came in one payload.
	 *
	 * @param messages the messages in their order
	 */
	record ReceivedFrame(List<ReceivedMessage> messages) implements ReceivedMessage {

	}

}
