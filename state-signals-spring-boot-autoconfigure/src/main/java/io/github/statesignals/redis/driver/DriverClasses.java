package io.github.statesignals.redis.driver;

import org.springframework.util.ClassUtils;

/**
 * Tells which drivers are on the class path. A class that refers to a driver's types must
 * be loaded only if that driver is.
 */
final class DriverClasses {

	private static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			DriverClasses.class.getClassLoader());

	private DriverClasses() {
	}

	static boolean isLettucePresent() {
		return lettucePresent;
	}

}
