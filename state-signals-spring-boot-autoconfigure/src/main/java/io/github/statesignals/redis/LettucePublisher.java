package io.github.statesignals.redis;

import java.util.concurrent.CompletionStage;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Publishes with Lettuce's own asynchronous commands: calls of one thread are written in
 * order, and pipelined. On a connection of its own, so that it can be replaced where it
 * is stuck, and that nobody's transactions are in the way.
 */
final class LettucePublisher implements RedisPublisher {

	private final AutoCloseable connection;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private LettucePublisher(AutoCloseable connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {
		this.connection = connection;
		this.commands = commands;
	}

	/**
	 * Create a publisher.
	 * @param connectionFactory provides connections; Redis has to be there
	 * @return the publisher, or {@code null} where Lettuce is not the driver
	 */
	static @Nullable RedisPublisher create(RedisConnectionFactory connectionFactory) {
		if (connectionFactory instanceof LettuceConnectionFactory lettuce
				&& lettuce.getClientConfiguration().getReadFrom().isEmpty()) {
			try {
				return create(lettuce.getRequiredNativeClient());
			}
			catch (IllegalStateException ex) {
				// Static master and replicas: the client does not know an address.
			}
		}
		return shared(connectionFactory);
	}

	private static @Nullable RedisPublisher create(AbstractRedisClient client) {
		if (client instanceof RedisClusterClient cluster) {
			StatefulRedisClusterConnection<byte[], byte[]> connection = cluster.connect(ByteArrayCodec.INSTANCE);
			return new LettucePublisher(connection, connection.async());
		}
		if (client instanceof RedisClient standalone) {
			StatefulRedisConnection<byte[], byte[]> connection = standalone.connect(ByteArrayCodec.INSTANCE);
			return new LettucePublisher(connection, connection.async());
		}
		return null;
	}

	// Reads go elsewhere, and only the application's connection knows where writes go.
	@SuppressWarnings("unchecked")
	private static @Nullable RedisPublisher shared(RedisConnectionFactory connectionFactory) {
		RedisConnection connection = connectionFactory.getConnection();
		if (connection.getNativeConnection() instanceof RedisClusterAsyncCommands<?, ?> commands) {
			return new LettucePublisher(connection, (RedisClusterAsyncCommands<byte[], byte[]>) commands);
		}
		connection.close();
		return null;
	}

	@Override
	public CompletionStage<?> publish(byte[] channel, byte[] payload) {
		return this.commands.publish(channel, payload);
	}

	@Override
	public void close() {
		if (this.connection instanceof StatefulConnection<?, ?> own) {
			own.closeAsync();
			return;
		}
		try {
			this.connection.close();
		}
		catch (Exception ex) {
			// Of no use any more, whatever it is.
		}
	}

}
