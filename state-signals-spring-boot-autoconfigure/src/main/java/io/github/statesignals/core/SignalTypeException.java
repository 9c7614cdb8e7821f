package io.github.statesignals.core;

/**
 * A Java type can't be a typed signal or a gateway, which event it stands for is
 * ambiguous, or an attribute of an annotation is invalid.
 */
@SuppressWarnings("serial")
public final class SignalTypeException extends IllegalArgumentException {

	private final String problem;

	private final String remedy;

	public SignalTypeException(String problem, String remedy) {
		super(problem + ". " + remedy);
		this.problem = problem;
		this.remedy = remedy;
	}

	public String getProblem() {
		return this.problem;
	}

	public String getRemedy() {
		return this.remedy;
	}

}
