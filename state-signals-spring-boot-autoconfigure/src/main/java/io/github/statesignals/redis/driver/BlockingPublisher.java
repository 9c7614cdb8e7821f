package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Publishes with a driver that blocks.
 */
final class BlockingPublisher extends FramePublisher {

	private final RedisConnectionFactory connectionFactory;

	BlockingPublisher(RedisConnectionFactory connectionFactory, PublishFailures failures) {
		super(true, failures);
		this.connectionFactory = connectionFactory;
	}

	@Override
	CompletableFuture<Long> send(byte[] channel, byte[] payload) {
		RedisConnection connection;
		try {
			connection = this.connectionFactory.getConnection();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(RedisExceptions.notSent(RedisExceptions.translate(ex)));
		}
		try (connection) {
			return CompletableFuture.completedFuture(connection.publish(channel, payload));
		}
	}

	@Override
	boolean isConnected() {
		return true;
	}

	@Override
	void disconnect() {
		// The connections are the factory's.
	}

}
