package io.github.statesignals.autoconfigure;

import java.util.Collection;

/**
 * Thrown when several connection factories exist and none of them is chosen for signals.
 */
@SuppressWarnings("serial")
final class AmbiguousConnectionFactoryException extends RuntimeException {

	AmbiguousConnectionFactoryException(Collection<String> names) {
		super("Signals require a single RedisConnectionFactory, but several were found: " + String.join(", ", names));
	}

}
