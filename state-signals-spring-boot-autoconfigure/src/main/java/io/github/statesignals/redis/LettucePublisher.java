package io.github.statesignals.redis;

import java.util.concurrent.CompletionStage;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
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

	private final Runnable closing;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private LettucePublisher(Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands) {
		this.closing = closing;
		this.commands = commands;
	}

	/**
	 * Create a publisher.
	 * @param connectionFactory provides connections; Redis has to be there
	 * @return the publisher, or {@code null} where Lettuce is not the driver
	 */
	static @Nullable RedisPublisher create(RedisConnectionFactory connectionFactory) {
		LettuceConnectionFactory own = LettuceConnections.derive(connectionFactory);
		if (own == null) {
			return shared(connectionFactory);
		}
		try {
			return create(own);
		}
		catch (RuntimeException ex) {
			own.destroy();
			throw ex;
		}
	}

	private static RedisPublisher create(LettuceConnectionFactory own) {
		AbstractRedisClient client = own.getRequiredNativeClient();
		if (client instanceof RedisClusterClient cluster) {
			return new LettucePublisher(own::destroy, cluster.connect(ByteArrayCodec.INSTANCE).async());
		}
		return new LettucePublisher(own::destroy, ((RedisClient) client).connect(ByteArrayCodec.INSTANCE).async());
	}

	@SuppressWarnings("unchecked")
	private static @Nullable RedisPublisher shared(RedisConnectionFactory connectionFactory) {
		RedisConnection connection = connectionFactory.getConnection();
		if (connection.getNativeConnection() instanceof RedisClusterAsyncCommands<?, ?> commands) {
			return new LettucePublisher(connection::close, (RedisClusterAsyncCommands<byte[], byte[]>) commands);
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
		this.closing.run();
	}

}
