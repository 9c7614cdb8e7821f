package io.github.statesignals.core;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The transport could not be started in the time that it was given.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class SignalTransportException extends DataAccessResourceFailureException {

	public SignalTransportException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
