package io.github.statesignals.autoconfigure;

import java.lang.reflect.Method;

/**
 * There are handlers, and no connection factory to receive signals with.
 */
@SuppressWarnings("serial")
final class MissingTransportException extends RuntimeException {

	MissingTransportException(Method handler) {
		super("@OnSignal method %s.%s would never be called: there is no RedisConnectionFactory to receive signals with"
			.formatted(handler.getDeclaringClass().getName(), handler.getName()));
	}

}
