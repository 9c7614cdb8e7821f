package io.github.statesignals.autoconfigure;

import java.util.Collection;

/**
 * There are several connection factories, and none is marked as the one for signals.
 */
@SuppressWarnings("serial")
final class AmbiguousConnectionFactoryException extends RuntimeException {

	AmbiguousConnectionFactoryException(Collection<String> names) {
		super("Signals need one RedisConnectionFactory, and there are several: " + String.join(", ", names));
	}

}
