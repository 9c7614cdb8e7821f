package io.github.statesignals.redis.durable;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.redis.driver.RedisExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why tasks fail that are repeated. A failure that would repeat itself is a warning,
 * once until the task has succeeded.
 */
final class FailureLog {

	private static final Logger logger = LoggerFactory.getLogger(FailureLog.class);

	private static final int LIMIT = 100;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	void log(String problem, @Nullable Throwable ex) {
		if (ex == null) {
			if (!this.warned.isEmpty()) {
				this.warned.removeIf((warning) -> warning.startsWith(problem));
			}
			return;
		}
		String warning = problem + ". " + RedisExceptions.translate(ex).getMessage();
		if (RedisExceptions.isFinal(ex) && this.warned.size() < LIMIT && this.warned.add(warning)) {
			logger.warn(warning);
		}
		else {
			logger.debug("{}; trying again", problem, ex);
		}
	}

}
