package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Publishes with Lettuce's asynchronous commands, pipelined, on a separate connection
 * where that is possible: it can be replaced when it is stuck.
 * <p>
 * Lettuce sends the commands of its own thread before those that other threads have
 * issued and it has not written yet. So its own thread issues a command only while none
 * is in flight.
 */
final class LettucePublisher extends FramePublisher {

	private final Runnable closing;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	/**
	 * Absent on a cluster, which has a connection to each node.
	 */
	private final @Nullable StatefulConnection<?, ?> connection;

	// There is no other way from the commands to their connection.
	@SuppressWarnings("deprecation")
	private LettucePublisher(Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands,
			PublishFailures failures) {
		super(false, failures);
		this.closing = closing;
		this.commands = commands;
		StatefulConnection<?, ?> single = (commands instanceof RedisAsyncCommands<?, ?> async)
				? async.getStatefulConnection() : null;
		this.connection = (single != null && single.isOpen()) ? single : null;
	}

	/**
	 * Connects.
	 * @param connectionFactory the application's factory
	 * @return the publisher, or {@code null} if Lettuce is not the driver
	 */
	static @Nullable RedisPublisher open(RedisConnectionFactory connectionFactory, PublishFailures failures) {
		LettuceConnectionFactory own = LettuceConnections.derive(connectionFactory);
		if (own == null) {
			RedisConnection shared = connectionFactory.getConnection();
			return open(shared, shared::close, failures);
		}
		try {
			// Takes the connection with it.
			return open(own.getConnection(), () -> LettuceConnections.destroy(own), failures);
		}
		catch (RuntimeException ex) {
			LettuceConnections.destroy(own);
			throw ex;
		}
	}

	@SuppressWarnings("unchecked")
	private static @Nullable RedisPublisher open(RedisConnection connection, Runnable closing,
			PublishFailures failures) {
		if (connection.getNativeConnection() instanceof RedisClusterAsyncCommands<?, ?> commands) {
			return new LettucePublisher(closing, (RedisClusterAsyncCommands<byte[], byte[]>) commands, failures);
		}
		closing.run();
		return null;
	}

	@Override
	CompletableFuture<Long> send(byte[] channel, byte[] payload) {
		return this.commands.publish(channel, payload).toCompletableFuture();
	}

	@Override
	boolean isConnected() {
		return this.connection == null || this.connection.isOpen();
	}

	@Override
	void disconnect() {
		this.closing.run();
	}

}
