package io.github.statesignals;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A response of a responder to a signal. Its fields are those of a response of the Python
 * package {@code state-signals} 1.0.1. Immutable.
 *
 * @param responderId the id of the responder: {@code <responder name>-<uuid4>-resp},
 * created once per responder; on a durable channel its name
 * @param publisherId the id of the publisher of the signal
 * @param event the event of the signal
 * @param ras <em>response action success</em>: 1 is success, any other number is a
 * failure; {@code null} if the response has none, which only one to an initialization may
 * @param message the message of the responder, or {@code null}
 * @since 0.1.0
 */
public record Response(String responderId, String publisherId, String event, @Nullable Integer ras,
		@Nullable String message) {

	public Response {
		Objects.requireNonNull(responderId, "responderId");
		Objects.requireNonNull(publisherId, "publisherId");
		Objects.requireNonNull(event, "event");
	}

}
