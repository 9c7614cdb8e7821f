package io.github.statesignals.redis.durable.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.redis.driver.RedisExceptions;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;

/**
 * Converts values of replies, and waits for replies.
 */
public final class Replies {

	private Replies() {
	}

	public static String text(@Nullable Object value) {
		return (value instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
	}

	static byte[] bytes(@Nullable Object value) {
		return (value instanceof byte[] bytes) ? bytes : text(value).getBytes(StandardCharsets.UTF_8);
	}

	// Converts a number. Other clients can write into a key: a value that is no number
	// counts as zero.
	public static long number(@Nullable Object value) {
		if (value instanceof Number number) {
			return number.longValue();
		}
		try {
			return Long.parseLong(text(value));
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	// Converts the reply of backlog.lua.
	static Map<String, ResponderBacklog> backlog(List<?> reply) {
		Map<String, ResponderBacklog> backlog = new TreeMap<>();
		for (int i = 0; i + 3 < reply.size(); i += 4) {
			long undelivered = number(reply.get(i + 1));
			backlog.put(text(reply.get(i)),
					new ResponderBacklog((undelivered >= 0) ? OptionalLong.of(undelivered) : OptionalLong.empty(),
							number(reply.get(i + 2)), Duration.ofMillis(number(reply.get(i + 3)))));
		}
		return backlog;
	}

	// Waits for a reply, for as long as a call may take.
	public static <T> T get(CompletableFuture<T> reply) {
		if (!await(reply, StreamClient.TIMEOUT)) {
			throw new QueryTimeoutException(
					Thread.currentThread().isInterrupted() ? "Interrupted while waiting for Redis"
							: "Redis has not answered within " + StreamClient.TIMEOUT.toSeconds() + " s");
		}
		return reply.join();
	}

	// A negative timeout waits indefinitely. False if it has passed.
	public static boolean await(CompletableFuture<?> all, Duration timeout) {
		CompletableFuture<Boolean> ended = all.thenApply((value) -> true);
		if (!timeout.isNegative()) {
			ended.completeOnTimeout(false, TimeUnit.MILLISECONDS.convert(timeout), TimeUnit.MILLISECONDS);
		}
		try {
			// Closing a context interrupts its start only where that waits without a
			// limit.
			return ended.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
	}

}
