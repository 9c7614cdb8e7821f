package io.github.statesignals.autoconfigure;

/**
 * Thrown when the beans or the keys of the application don't suffice to send and receive
 * signals.
 */
@SuppressWarnings("serial")
final class SignalStartException extends RuntimeException {

	private final String remedy;

	SignalStartException(String problem, String remedy) {
		super(problem);
		this.remedy = remedy;
	}

	String getRemedy() {
		return this.remedy;
	}

}
