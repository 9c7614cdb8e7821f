package io.github.statesignals.redis.durable;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.LogLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why tasks fail that are repeated. A failure that would repeat itself is a warning,
 * once until the task has succeeded, and once a minute where some attempts succeed.
 */
final class FailureLog {

	private static final Logger logger = LoggerFactory.getLogger(FailureLog.class);

	private static final int LIMIT = 100;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	private final Map<String, LogLimit> limits = new ConcurrentHashMap<>();

	void log(String problem, @Nullable Throwable ex) {
		if (ex == null) {
			if (!this.warned.isEmpty()) {
				this.warned.removeIf((warning) -> warning.startsWith(problem));
			}
			return;
		}
		String warning = problem + ". " + RedisExceptions.translate(ex).getMessage();
		if (RedisExceptions.isLasting(ex) && !this.warned.contains(warning) && isDue(warning)) {
			this.warned.add(warning);
			logger.warn(warning);
		}
		else {
			logger.debug("{}; trying again", problem, ex);
		}
	}

	private boolean isDue(String warning) {
		LogLimit limit = (this.limits.size() < LIMIT) ? this.limits.computeIfAbsent(warning, (added) -> new LogLimit(1))
				: this.limits.get(warning);
		return limit != null && limit.count() > 0;
	}

}
