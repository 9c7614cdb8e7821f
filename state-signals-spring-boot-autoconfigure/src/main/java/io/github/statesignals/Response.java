package io.github.statesignals;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A responder's answer to a signal, field for field the response of the Python package
 * {@code state-signals} 1.0.1.
 *
 * @param responderId who answers: {@code <responder name>-<uuid4>-resp}, made once per
 * responder
 * @param publisherId whom it answers
 * @param event which event it answers
 * @param ras <em>response action success</em>: 1 is success, anything else is not;
 * {@code null} when the response carries none, as one to an initialization may
 * @param message what the responder says about it, if anything
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
