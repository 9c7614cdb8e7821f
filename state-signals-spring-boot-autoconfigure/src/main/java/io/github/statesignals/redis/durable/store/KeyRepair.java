package io.github.statesignals.redis.durable.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.InvalidDataAccessResourceUsageException;

/**
 * Repeats a call that has failed because another client has written a key with another
 * type: such keys are deleted if their content is written again, and named otherwise.
 */
record KeyRepair(StreamKeys keys, StreamClient client) {

	private static final Logger logger = LoggerFactory.getLogger(KeyRepair.class);

	private static final String WRONG_TYPE = "WRONGTYPE";

	<T> CompletableFuture<T> call(List<byte[]> used, Supplier<CompletableFuture<T>> call) {
		return call.get().exceptionallyCompose((ex) -> {
			if (!RedisExceptions.reason(ex).contains(WRONG_TYPE)) {
				return CompletableFuture.failedFuture(ex);
			}
			return repair(used).thenCompose((remaining) -> remaining.isEmpty() ? call.get()
					: CompletableFuture.failedFuture(wrongType(remaining, ex)));
		});
	}

	private CompletableFuture<List<byte[]>> repair(List<byte[]> used) {
		List<byte[]> distinct = used.stream().map(Replies::text).distinct().map(StreamKeys::bytes).toList();
		List<byte[]> arguments = new ArrayList<>();
		distinct.forEach((key) -> {
			arguments.add(StreamKeys.bytes(StreamKeys.type(key)));
			arguments.add(StreamKeys.bytes(this.keys.isRestored(key) ? "1" : "0"));
		});
		return this.client.call((commands) -> commands.eval(StreamScript.REPAIR.script(), distinct, arguments))
			.thenApply((reply) -> {
				select(distinct, reply.get(0)).forEach((deleted) -> logger.warn(
						"The key '{}' had a wrong type and was deleted: another client has written it",
						LogText.printable(Replies.text(deleted))));
				return select(distinct, reply.get(1));
			});
	}

	private static List<byte[]> select(List<byte[]> all, Object numbers) {
		return ((List<?>) numbers).stream().map((number) -> all.get((int) Replies.number(number) - 1)).toList();
	}

	private static RuntimeException wrongType(List<byte[]> remaining, Throwable cause) {
		byte[] key = remaining.get(0);
		return new InvalidDataAccessResourceUsageException(
				"%s The key '%s' is no %s: another client has written it. Rename or delete it".formatted(WRONG_TYPE,
						Replies.text(key), StreamKeys.type(key)));
	}

}
