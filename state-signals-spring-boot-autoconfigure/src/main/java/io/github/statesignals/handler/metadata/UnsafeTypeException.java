package io.github.statesignals.handler.metadata;

/**
 * Thrown for a type that is not created from metadata. Jackson does not catch it, unlike
 * its own exceptions and {@link IllegalArgumentException}.
 */
@SuppressWarnings("serial")
public final class UnsafeTypeException extends RuntimeException {

	private final String remedy;

	UnsafeTypeException(String problem, String remedy) {
		super(problem);
		this.remedy = remedy;
	}

	public String getProblem() {
		return String.valueOf(getMessage());
	}

	public String getRemedy() {
		return this.remedy;
	}

}
