package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

/**
 * Executes commands with a driver that blocks: a separate thread waits for it, one
 * command after the other.
 */
final class BlockingStreamCommands implements StreamCommands {

	private static final LuaScript HISTORY = LuaScript.load(BlockingStreamCommands.class, "history");

	private final RedisConnection connection;

	private final ExecutorService thread;

	private final Runnable onClose;

	BlockingStreamCommands(RedisConnectionFactory connectionFactory, Runnable onClose) {
		this.onClose = onClose;
		this.connection = connectionFactory.getConnection();
		this.thread = FramePublisher.newThread("state-signals-stream-");
	}

	@Override
	public CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
		List<byte[]> all = new ArrayList<>(keys);
		all.addAll(arguments);
		byte[][] keysAndArguments = all.toArray(new byte[0][]);
		return onThread((commands) -> {
			try {
				return reply(commands.scriptingCommands()
					.evalSha(script.sha1(), ReturnType.MULTI, keys.size(), keysAndArguments));
			}
			catch (RuntimeException ex) {
				if (!RedisExceptions.isUnknownScript(ex)) {
					throw ex;
				}
				return reply(commands.scriptingCommands()
					.eval(script.text(), ReturnType.MULTI, keys.size(), keysAndArguments));
			}
		});
	}

	private static List<?> reply(@Nullable Object reply) {
		return (reply instanceof List<?> list) ? list : List.of();
	}

	@Override
	@SuppressWarnings("unchecked")
	public CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count,
			Duration block) {
		if (after != null) {
			return eval(HISTORY, List.of(log),
					Stream.of(group, CONSUMER, String.valueOf(count), after)
						.map((argument) -> argument.getBytes(StandardCharsets.UTF_8))
						.toList())
				.thenApply(StreamCommands::entries);
		}
		StreamOffset<byte[]> offset = StreamOffset.create(log, ReadOffset.lastConsumed());
		StreamReadOptions options = StreamReadOptions.empty().count(count).block(block);
		return onThread((commands) -> {
			List<ByteRecord> records = commands.streamCommands()
				.xReadGroup(Consumer.from(group, CONSUMER), options, offset);
			return (records != null) ? records.stream().map(BlockingStreamCommands::entry).toList() : List.of();
		});
	}

	private static Entry entry(ByteRecord record) {
		return StreamCommands.entry(record.getId().getValue(),
				record.getValue()
					.entrySet()
					.stream()
					.flatMap((field) -> Stream.of(field.getKey(), field.getValue()))
					.toList());
	}

	private <T> CompletableFuture<T> onThread(Function<RedisConnection, T> command) {
		return CompletableFuture.supplyAsync(() -> command.apply(this.connection), this.thread);
	}

	@Override
	public CompletableFuture<Void> close() {
		// A connection is not safe for use by two threads.
		CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
			this.onClose.run();
			this.connection.close();
		}, this.thread);
		this.thread.shutdown();
		return closed;
	}

}
