package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;
import org.springframework.util.StringUtils;

/**
 * Translates the drivers' exceptions into Spring's.
 */
public final class RedisExceptions {

	// An error of Redis begins with its code. Up to Redis 6 a script's error is wrapped.
	private static final Pattern CODE = Pattern.compile("(?:ERR Error running script.*? -)?([A-Z]{3,}) ",
			Pattern.DOTALL);

	// Of the command itself, or of connecting for it. Those of a script's commands begin
	// otherwise: see call.lua. One is Lettuce's. A key of a wrong type fails before the
	// first write.
	private static final Pattern NOT_EXECUTED = Pattern.compile("NOPERM \\w|NOAUTH |WRONGPASS |WRONGTYPE |"
			+ "ERR unknown command|ERR max number of clients|Currently not connected\\. Commands are rejected");

	// The codes of errors while Redis starts, or changes its role.
	private static final Set<String> PASSING = Set.of("LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN",
			"BUSY", "NOREPLICAS", "UNBLOCKED", "MOVED", "ASK", "UNKILLABLE");

	// Those of them that pass when Redis is configured otherwise.
	private static final Set<String> MENDED = Set.of("NOREPLICAS", "READONLY");

	// Remedies for errors after which Redis has executed no command that writes.
	private static final Map<String, String> REMEDIES = Map.of("OOM",
			". Its memory is full: raise maxmemory, or free some", "MISCONF",
			". It can't write its data to its disk: see its log", "READONLY",
			". It is a replica: connect to the master", "LOADING", ". It is starting", "NOREPLICAS",
			". Too few of its replicas are connected: connect them, or correct min-replicas-to-write");

	// The drivers' exceptions for errors that Redis replies with.
	private static final Set<String> REPLIES = Set.of("RedisCommandExecutionException", "JedisDataException");

	private RedisExceptions() {
	}

	// The message of the root cause, or its class if it has none.
	public static String reason(Throwable ex) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(ex);
		return (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
	}

	static boolean isUnknownScript(Throwable ex) {
		return reason(ex).startsWith("NOSCRIPT");
	}

	// Whether Redis has replied with an error that it would reply with again.
	public static boolean isFinal(Throwable ex) {
		String code = code(reason(ex));
		return !code.isEmpty() && !PASSING.contains(code);
	}

	// Or because of a problem that does not pass by itself.
	public static boolean isLasting(Throwable ex) {
		return isFinal(ex) || MENDED.contains(code(reason(ex)));
	}

	public static DataAccessException translate(Throwable ex) {
		return translate(ex, List.of());
	}

	// The channels are those of the command, of which the Redis user may lack one.
	public static DataAccessException translate(Throwable ex, Collection<String> channels) {
		Throwable cause = unwrap(ex);
		if (cause instanceof SignalNotSentException unsent) {
			return unsent;
		}
		MissingPermission missing = MissingPermission.of(cause, channels);
		if (missing != null) {
			return new PermissionDeniedDataAccessException(missing.description(), cause);
		}
		if (isReply(cause)) {
			return refused(reason(cause), cause);
		}
		DataAccessException converted = convert(cause);
		if (converted != null && !(converted instanceof RedisSystemException)) {
			return converted;
		}
		return new RedisSystemException("Redis did not take it: " + NestedExceptionUtils.getMostSpecificCause(cause),
				cause);
	}

	private static Throwable unwrap(Throwable ex) {
		boolean wrapped = ex instanceof CompletionException || ex instanceof ExecutionException;
		return (wrapped && ex.getCause() != null) ? unwrap(ex.getCause()) : ex;
	}

	private static @Nullable DataAccessException convert(Throwable cause) {
		if (cause instanceof DataAccessException translated) {
			return translated;
		}
		return (DriverClasses.lettucePresent && cause instanceof Exception failure)
				? new LettuceExceptionConverter().convert(failure) : null;
	}

	private static DataAccessException refused(String reply, Throwable cause) {
		String code = code(reply);
		String message = "Redis refused it: " + StringUtils.trimTrailingCharacter(reply, '.')
				+ REMEDIES.getOrDefault(code, "");
		return (PASSING.contains(code) || REMEDIES.containsKey(code))
				? new TransientDataAccessResourceException(message, cause)
				: new InvalidDataAccessResourceUsageException(message, cause);
	}

	// An error that Redis replied with, and not one of the connection.
	private static boolean isReply(Throwable ex) {
		for (Class<?> type = NestedExceptionUtils.getMostSpecificCause(ex).getClass(); type != null; type = type
			.getSuperclass()) {
			if (REPLIES.contains(type.getSimpleName())) {
				return true;
			}
		}
		return false;
	}

	private static String code(String reply) {
		Matcher matcher = CODE.matcher(reply);
		return matcher.lookingAt() ? matcher.group(1) : "";
	}

	// Of one command: it was not sent if Redis has refused it.
	static DataAccessException publishFailure(Throwable ex, byte[] channel) {
		DataAccessException failure = translate(ex, List.of(new String(channel, StandardCharsets.UTF_8)));
		return isReply(ex) ? notSent(failure) : failure;
	}

	// Of a script that adds a signal, and may have done so before it failed: it is
	// certain only where Redis refuses the script, or all that writes.
	public static DataAccessException scriptFailure(Throwable ex) {
		if (NOT_EXECUTED.matcher(reason(ex)).lookingAt()) {
			return notExecuted(ex);
		}
		DataAccessException failure = translate(ex);
		return (failure instanceof TransientDataAccessResourceException && isReply(ex)) ? notSent(failure) : failure;
	}

	public static SignalNotSentException notSent(DataAccessException failure) {
		return (failure instanceof SignalNotSentException unsent) ? unsent
				: new SignalNotSentException(String.valueOf(failure.getMessage()), failure);
	}

	// Such as on a connection that can't be opened.
	public static SignalNotSentException notExecuted(Throwable ex) {
		DataAccessException failure = translate(ex);
		ConnectProblem problem = ConnectProblem.of(ex);
		String reason = SignalTransportException.describe(unwrap(ex));
		if (reason == null || problem == ConnectProblem.PERMISSION) {
			return notSent(failure);
		}
		// A running application has connected before: its use of TLS is right.
		boolean passing = problem == ConnectProblem.NO_ANSWER || problem == ConnectProblem.CLOSED;
		String remedy = passing ? null : problem.remedy();
		return new SignalNotSentException(
				(remedy != null) ? StringUtils.trimTrailingCharacter(reason, '.') + ". " + remedy : reason, failure);
	}

	// An exception of the same kind, whose message begins with the problem.
	public static DataAccessException describe(String problem, Throwable ex) {
		DataAccessException failure = translate(ex);
		return SignalTransportException.sameKind(failure, problem + ": " + failure.getMessage(), failure);
	}

}
