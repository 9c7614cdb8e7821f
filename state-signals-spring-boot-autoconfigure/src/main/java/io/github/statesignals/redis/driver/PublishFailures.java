package io.github.statesignals.redis.driver;

import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;

/**
 * Translates the failures of publishers. No caller awaits a probe or an answer: a missing
 * permission is logged, once.
 */
final class PublishFailures {

	private static final Logger logger = LoggerFactory.getLogger(RedisPublisher.class);

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	DataAccessException translate(Throwable ex, byte[] channel) {
		if (ex instanceof CancellationException) {
			return new DataAccessResourceFailureException("the connection was closed before Redis had confirmed it",
					ex);
		}
		DataAccessException failure = RedisExceptions.publishFailure(ex, channel);
		String message = String.valueOf(failure.getMessage());
		if (failure.getCause() instanceof PermissionDeniedDataAccessException && this.logged.add(message)) {
			logger.warn("A message was not published. {}", message);
		}
		return failure;
	}

}
