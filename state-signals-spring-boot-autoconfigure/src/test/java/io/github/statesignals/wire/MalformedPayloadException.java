package io.github.statesignals.wire;

/**
 * Thrown by tests where a payload is read that is no signal, or no response.
 */
@SuppressWarnings("serial")
final class MalformedPayloadException extends Exception {

	MalformedPayloadException(String problem) {
		super(problem);
	}

}
