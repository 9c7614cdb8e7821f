package io.github.statesignals.redis.durable;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once if Redis can lose the signals that it stores, or does not support storing
 * them. Asks on the connection of durable channels: to connect holds a lock of the
 * application's connection factory.
 */
final class RedisPersistence {

	private static final Logger logger = LoggerFactory.getLogger(RedisPersistence.class);

	private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

	private final Set<String> checked = ConcurrentHashMap.newKeySet();

	private final Set<String> trimmed = ConcurrentHashMap.newKeySet();

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	// Returns whether the channel can be trimmed, as far as that is known.
	boolean check(String channel, StreamStore store) {
		if (this.checked.add(channel)) {
			store.persistence().whenComplete((fields, ex) -> {
				if (ex == null) {
					warn(channel, fields);
				}
				else if (RedisExceptions.isFinal(ex)) {
					warn("The persistence of Redis was not checked. " + RedisExceptions.translate(ex).getMessage());
					this.trimmed.add(channel);
				}
				else {
					this.checked.remove(channel);
				}
			});
		}
		return this.trimmed.contains(channel);
	}

	private void warn(String channel, List<String> fields) {
		if (isSupported(fields.get(3))) {
			this.trimmed.add(channel);
		}
		else {
			warn("Redis " + fields.get(3) + " does not support durable channels: signals that are stored for "
					+ "disconnected responders are not delivered, and none are deleted. Use Redis 6.2 or later");
		}
		if (fields.get(0).equals("0")) {
			warn("Redis writes no append-only file: stored signals of durable channels are lost when it stops "
					+ "unexpectedly. Set 'appendonly yes'");
		}
		if (!fields.get(1).equals("0") && !fields.get(1).isEmpty() && !fields.get(2).equals("noeviction")) {
			warn("Redis may evict the keys of durable channels, and with them stored signals, when its memory is full. "
					+ "Set 'maxmemory-policy noeviction'");
		}
	}

	// Exclusive ranges and XTRIM MINID are of 6.2. All forks report the version that they
	// are compatible with.
	static boolean isSupported(String version) {
		Matcher numbers = VERSION.matcher(version);
		return !numbers.lookingAt()
				|| Integer.parseInt(numbers.group(1)) * 100 + Integer.parseInt(numbers.group(2)) >= 602;
	}

	private void warn(String problem) {
		if (this.logged.add(problem)) {
			logger.warn(problem);
		}
	}

}
