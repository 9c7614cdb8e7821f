package io.github.statesignals.sample;

/**
 * A request that the present state does not allow. Its message is shown to the user.
 */
final class RefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	RefusedException(String message) {
		super(message);
	}

}
