package io.github.statesignals.redis.driver;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Detects the drivers on the class path. A class that refers to a driver's types must be
 * loaded only if that driver is.
 */
final class DriverClasses {

	static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			DriverClasses.class.getClassLoader());

	private static final boolean jedisPresent = ClassUtils.isPresent("redis.clients.jedis.Jedis",
			DriverClasses.class.getClassLoader());

	private DriverClasses() {
	}

	// Returns null unless Lettuce is the driver.
	static @Nullable LettuceConnections connections(RedisConnectionFactory connectionFactory) {
		return lettucePresent ? new LettuceConnections(connectionFactory) : null;
	}

	// Returns null unless Jedis is the driver.
	static @Nullable RedisConnectionFactory deriveJedis(@Nullable RedisConnectionFactory application) {
		return jedisPresent ? JedisConnections.derive(application) : null;
	}

	static void destroy(RedisConnectionFactory derived) {
		if (lettucePresent && derived instanceof LettuceConnectionFactory lettuce) {
			LettuceConnections.destroy(lettuce, null);
		}
		else if (derived instanceof JedisConnectionFactory jedis) {
			jedis.destroy();
		}
	}

}
