package io.github.statesignals.redis.driver;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Detects the drivers on the class path. A class that refers to a driver's types must be
 * loaded only if that driver is.
 */
final class DriverClasses {

	private static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			DriverClasses.class.getClassLoader());

	private DriverClasses() {
	}

	static boolean isLettucePresent() {
		return lettucePresent;
	}

	// Returns null unless Lettuce is the driver.
	static @Nullable LettuceConnections connections(RedisConnectionFactory connectionFactory) {
		return lettucePresent ? new LettuceConnections(connectionFactory) : null;
	}

}
