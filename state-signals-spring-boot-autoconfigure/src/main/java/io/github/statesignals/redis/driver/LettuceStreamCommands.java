package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Executes commands with Lettuce's asynchronous API: no thread waits for a reply.
 */
record LettuceStreamCommands(LettuceConnectionFactory factory, RedisConnection connection,
		RedisClusterAsyncCommands<byte[], byte[]> commands) implements StreamCommands {

	// Returns null if no factory can be derived.
	@SuppressWarnings("unchecked")
	static @Nullable StreamCommands open(LettuceConnections connections) {
		LettuceConnectionFactory own = connections.deriveWithoutReconnect();
		if (own == null) {
			return null;
		}
		try {
			RedisConnection connection = own.getConnection();
			return new LettuceStreamCommands(own, connection,
					(RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection());
		}
		catch (RuntimeException | Error ex) {
			LettuceConnections.destroy(own, null);
			throw ex;
		}
	}

	@Override
	public CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
		CompletableFuture<List<?>> evaluated = eval(CommandType.EVALSHA, script.sha1(), keys, arguments);
		return evaluated
			.handle((reply, ex) -> (ex != null && RedisExceptions.isUnknownScript(ex))
					? eval(CommandType.EVAL, script.text(), keys, arguments) : evaluated)
			.thenCompose((completed) -> completed);
	}

	// Only the keys by the codec, which would copy the arguments; a cluster needs them.
	private CompletableFuture<List<?>> eval(CommandType command, byte[] script, List<byte[]> keys,
			List<byte[]> arguments) {
		CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE).add(script)
			.add(keys.size())
			.addKeys(keys);
		arguments.forEach(all::add);
		return this.commands.dispatch(command, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), all)
			.toCompletableFuture()
			.thenApply((reply) -> reply);
	}

	// Lettuce 7.5 reads the reply to its own command for this wrongly with RESP2.
	@Override
	public CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count,
			Duration block) {
		CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE).add("GROUP")
			.add(group.getBytes(StandardCharsets.UTF_8))
			.add(CONSUMER)
			.add(CommandKeyword.COUNT)
			.add(count)
			.add(CommandKeyword.BLOCK)
			.add(block.toMillis())
			.add("STREAMS")
			.addKey(log)
			.add((after != null) ? after : ">");
		return this.commands
			.dispatch(CommandType.XREADGROUP, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), arguments)
			.toCompletableFuture()
			.thenApply(StreamCommands::entries);
	}

	@Override
	public CompletableFuture<Void> close() {
		LettuceConnections.destroy(this.factory, this.connection);
		return CompletableFuture.completedFuture(null);
	}

}
