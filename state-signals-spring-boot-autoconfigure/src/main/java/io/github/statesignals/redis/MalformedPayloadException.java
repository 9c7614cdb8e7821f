package io.github.statesignals.redis;

/**
 * A payload is no signal, or no response. The message quotes nothing of it. There is no
 * stack trace: whoever can publish could have us make one for every payload.
 */
@SuppressWarnings("serial")
final class MalformedPayloadException extends Exception {

	MalformedPayloadException(String problem) {
		super(problem, null, false, false);
	}

}
