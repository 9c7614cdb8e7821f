package io.github.statesignals.transport;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessResourceException;

/**
 * Thrown when a transport could not be started within its connect timeout.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class SignalTransportException extends DataAccessResourceFailureException {

	/**
	 * Continues the message of a start that is interrupted.
	 */
	public static final String INTERRUPTED = ": the start was interrupted, because the application is stopped";

	/**
	 * Redis explains its protected mode in a thousand characters.
	 */
	private static final int REASON_LENGTH = 300;

	private final @Nullable String remedy;

	/**
	 * Creates an exception.
	 * @param message the failure
	 * @param remedy the remedy, as a sentence, if the transport knows one
	 * @param cause why it failed, if that is known
	 */
	public SignalTransportException(String message, @Nullable String remedy, @Nullable Throwable cause) {
		super(message, cause);
		this.remedy = remedy;
	}

	/**
	 * Returns the remedy.
	 * @return a sentence, or {@code null} if the transport knows none
	 */
	public @Nullable String getRemedy() {
		return this.remedy;
	}

	/**
	 * Describes a failure in one line: the innermost message has the reason, and the one
	 * around it may have the address.
	 * @param failure the failure, if there is one
	 * @return the description, shortened; {@code null} if no message is known
	 */
	public static @Nullable String describe(@Nullable Throwable failure) {
		String outer = null;
		String inner = null;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause.getMessage() != null) {
				outer = inner;
				inner = cause.getMessage();
			}
		}
		if (inner == null) {
			return null;
		}
		String text = (outer == null) ? inner : outer.contains(inner) ? outer : outer + ": " + inner;
		// Lettuce names an address that it has not resolved.
		text = text.replace("/<unresolved>", "").replaceAll("\\s+", " ").strip();
		return (text.length() <= REASON_LENGTH) ? text : text.substring(0, REASON_LENGTH) + " ...";
	}

	/**
	 * Creates an exception of the same kind as another one, with another message.
	 * @param failure the other exception
	 * @param message the message
	 * @param cause the cause
	 * @return an exception for a missing permission, a timeout or a passing problem; else
	 * one for a failure of the resource. The kind of one that was not sent is that of its
	 * cause
	 */
	public static DataAccessException sameKind(Throwable failure, String message, Throwable cause) {
		if (failure instanceof SignalNotSentException && failure.getCause() != null) {
			return sameKind(failure.getCause(), message, cause);
		}
		if (failure instanceof PermissionDeniedDataAccessException) {
			return new PermissionDeniedDataAccessException(message, cause);
		}
		if (failure instanceof QueryTimeoutException) {
			return new QueryTimeoutException(message, cause);
		}
		return (failure instanceof TransientDataAccessResourceException)
				? new TransientDataAccessResourceException(message, cause)
				: new DataAccessResourceFailureException(message, cause);
	}

}
