package io.github.statesignals.transport;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * A transport did not send a message, which is certain: it is not connected, or Redis has
 * refused the message.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class SignalNotSentException extends DataAccessResourceFailureException {

	/**
	 * Creates an exception.
	 * @param message why nothing was sent
	 * @param cause the cause, if there is one
	 */
	public SignalNotSentException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Creates an exception of a transport that has no connection.
	 * @return the exception
	 */
	public static SignalNotSentException notConnected() {
		return new SignalNotSentException("not connected to Redis: the application is still connecting, or has stopped",
				null);
	}

}
