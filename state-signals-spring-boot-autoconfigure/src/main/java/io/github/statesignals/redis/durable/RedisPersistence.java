package io.github.statesignals.redis.durable;

import java.util.Properties;

import io.github.statesignals.redis.driver.RedisExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Looks whether Redis keeps what it is given: signals are kept as well as it keeps
 * anything.
 */
final class RedisPersistence {

	private static final Logger logger = LoggerFactory.getLogger(RedisPersistence.class);

	private RedisPersistence() {
	}

	/**
	 * Look, and warn. Blocks.
	 * @param connectionFactory provides a connection
	 * @return {@code false} if Redis could not be asked yet
	 */
	static boolean check(RedisConnectionFactory connectionFactory) {
		try (RedisConnection connection = connectionFactory.getConnection()) {
			Properties persistence = connection.serverCommands().info("persistence");
			if (has(persistence, "aof_enabled", "0")) {
				logger.warn("Redis writes no append-only file: signals on durable channels that it keeps are lost "
						+ "when it stops unexpectedly. Set 'appendonly yes'");
			}
			Properties memory = connection.serverCommands().info("memory");
			if (memory != null && !has(memory, "maxmemory", "0") && !has(memory, "maxmemory_policy", "noeviction")) {
				logger.warn("Redis may evict the keys of durable channels when its memory is full, and with them "
						+ "signals that are kept. Set 'maxmemory-policy noeviction'");
			}
			return true;
		}
		catch (RuntimeException ex) {
			// What it does not tell, it need not.
			return RedisExceptions.isFinal(ex);
		}
	}

	// On a cluster each node's name comes before it.
	private static boolean has(@Nullable Properties info, String name, String value) {
		return info != null && info.entrySet()
			.stream()
			.anyMatch((entry) -> (entry.getKey().equals(name) || entry.getKey().toString().endsWith("." + name))
					&& value.equals(entry.getValue()));
	}

}
