package io.github.statesignals.redis.durable;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once if Redis can lose the signals that it stores. Asks on the connection of
 * durable channels: to connect holds a lock of the application's connection factory.
 */
final class RedisPersistence {

	private static final Logger logger = LoggerFactory.getLogger(RedisPersistence.class);

	private final Set<String> checked = ConcurrentHashMap.newKeySet();

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	void check(String channel, StreamStore store) {
		if (!this.checked.add(channel)) {
			return;
		}
		store.persistence().whenComplete((fields, ex) -> {
			if (ex == null) {
				warn(fields);
			}
			else if (RedisExceptions.isFinal(ex)) {
				warn("The persistence of Redis was not checked. " + RedisExceptions.translate(ex).getMessage());
			}
			else {
				this.checked.remove(channel);
			}
		});
	}

	private void warn(List<String> fields) {
		if (fields.get(0).equals("0")) {
			warn("Redis writes no append-only file: stored signals of durable channels are lost when it stops "
					+ "unexpectedly. Set 'appendonly yes'");
		}
		if (!fields.get(1).equals("0") && !fields.get(1).isEmpty() && !fields.get(2).equals("noeviction")) {
			warn("Redis may evict the keys of durable channels, and with them stored signals, when its memory is full. "
					+ "Set 'maxmemory-policy noeviction'");
		}
	}

	private void warn(String problem) {
		if (this.logged.add(problem)) {
			logger.warn(problem);
		}
	}

}
