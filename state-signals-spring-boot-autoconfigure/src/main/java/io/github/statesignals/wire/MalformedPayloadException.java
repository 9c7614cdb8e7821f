package io.github.statesignals.wire;

import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Thrown when a payload is no signal, or no response. The message quotes nothing of it.
 * There is no stack trace: any client that can publish could cause one for every payload.
 */
@SuppressWarnings("serial")
final class MalformedPayloadException extends Exception {

	private final boolean json;

	MalformedPayloadException(String problem) {
		this(problem, true);
	}

	private MalformedPayloadException(String problem, boolean json) {
		super(problem, null, false, false);
		this.json = json;
	}

	static MalformedPayloadException notAnObject(String problem) {
		return new MalformedPayloadException(problem, false);
	}

	// The parser's own message may quote the payload.
	static MalformedPayloadException of(JacksonException ex) {
		if (ex instanceof StreamConstraintsException) {
			return new MalformedPayloadException(exceeded(String.valueOf(ex.getOriginalMessage())));
		}
		return notAnObject("it is not readable as JSON (%s)".formatted(ex.getClass().getSimpleName()));
	}

	private static String exceeded(String message) {
		if (message.contains("nesting depth")) {
			return Limits.TOO_DEEP;
		}
		return message.startsWith("Number") ? Limits.TOO_MANY_DIGITS : "it has a string or a key that is too long";
	}

	String problem() {
		return String.valueOf(getMessage());
	}

	// As far as it was read. If it is not, no part of it is to be trusted.
	boolean isJson() {
		return this.json;
	}

}
