package io.github.statesignals.autoconfigure;

import java.lang.reflect.Method;

/**
 * Thrown when handlers exist and no connection factory does.
 */
@SuppressWarnings("serial")
final class MissingTransportException extends RuntimeException {

	MissingTransportException(Method handler) {
		super("The @OnSignal method %s.%s can't receive signals: no RedisConnectionFactory was found"
			.formatted(handler.getDeclaringClass().getName(), handler.getName()));
	}

}
