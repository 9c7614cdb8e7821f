package io.github.statesignals;

/**
 * An exception of an application whose message can't be read, as it needs a session that
 * has ended. Its string can.
 */
public final class UnreadableException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	@Override
	public String getMessage() {
		throw new IllegalStateException("no session, on purpose");
	}

	@Override
	public String toString() {
		return "unreadable";
	}

}
