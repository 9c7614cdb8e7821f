package io.github.statesignals.redis.driver;

import org.springframework.util.ClassUtils;

/**
 * Which drivers there are. Whatever names a driver's types is loaded only if it is there.
 */
final class RedisDrivers {

	private static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			RedisDrivers.class.getClassLoader());

	private RedisDrivers() {
	}

	static boolean isLettucePresent() {
		return lettucePresent;
	}

}
