package io.github.statesignals.redis;

import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;

/**
 * Makes Spring's exceptions of the driver's.
 */
final class RedisExceptions {

	/**
	 * What to do for a Redis user that lacks a permission.
	 */
	static final String PERMISSIONS = "Grant the Redis user of 'spring.data.redis.username' the channels and commands of "
			+ "signals: ACL SETUSER <user> &event-signal-* +subscribe +unsubscribe +publish +ping; for a cluster "
			+ "+cluster|nodes +cluster|myid +info +client|setname; and for durable channels "
			+ "~event-signal:* +eval +evalsha +xadd +xreadgroup +xack +xgroup +xinfo +xpending +xrange +xtrim +get +set "
			+ "+hset +hsetnx +hget +hgetall +hkeys +hexists +hincrby +hdel +del +pexpire +time +info.";

	/**
	 * How errors begin that come from Redis: with their code.
	 */
	private static final Pattern REPLY = Pattern.compile("([A-Z]{3,}) .*", Pattern.DOTALL);

	private static final Pattern WRAPPED = Pattern.compile("^ERR Error running script.*? -([A-Z]{3,}) ",
			Pattern.DOTALL);

	/**
	 * The codes of those that come while it starts, or changes its role.
	 */
	private static final Set<String> PASSING = Set.of("LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN",
			"BUSY", "NOREPLICAS", "UNBLOCKED", "MOVED", "ASK", "UNKILLABLE");

	private RedisExceptions() {
	}

	/**
	 * Whether Redis or the network has answered in a way that no waiting changes.
	 * @param ex what the driver throws
	 * @return {@code true} for a wrong password, say
	 */
	static boolean isRefusal(Throwable ex) {
		return ConnectProblem.of(ex).isCertain();
	}

	/**
	 * What is at the bottom of a failure.
	 * @param ex the failure
	 * @return the message of its root cause
	 */
	static String reason(Throwable ex) {
		return String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
	}

	/**
	 * Whether it is Redis that answered with an error, which it would again: the
	 * connection is as it should be, and Redis in a state to serve us.
	 * @param ex what the driver says
	 * @return {@code false} for all that may be over when it is tried again
	 */
	static boolean isFinal(Throwable ex) {
		Matcher reply = REPLY.matcher(reason(ex));
		if (!reply.matches()) {
			return false;
		}
		// Up to Redis 6 a script's error is wrapped.
		Matcher wrapped = WRAPPED.matcher(reason(ex));
		return !PASSING.contains(wrapped.find() ? wrapped.group(1) : reply.group(1));
	}

	static DataAccessException translate(Throwable ex) {
		Throwable cause = ex;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		if (reason(cause).startsWith("NOPERM")) {
			return new PermissionDeniedDataAccessException("The Redis user lacks a permission. " + PERMISSIONS, cause);
		}
		if (cause instanceof DataAccessException translated) {
			return translated;
		}
		if (RedisDrivers.isLettucePresent() && cause instanceof Exception failure) {
			DataAccessException converted = Lettuce.convert(failure);
			if (converted != null) {
				return converted;
			}
		}
		return new RedisSystemException("Redis did not take it: " + NestedExceptionUtils.getMostSpecificCause(cause),
				cause);
	}

	private static final class Lettuce {

		private static final LettuceExceptionConverter CONVERTER = new LettuceExceptionConverter();

		static @Nullable DataAccessException convert(Exception ex) {
			return CONVERTER.convert(ex);
		}

	}

}
