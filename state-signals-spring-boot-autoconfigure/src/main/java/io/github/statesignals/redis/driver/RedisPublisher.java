package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

import io.github.statesignals.transport.SignalNotSentException;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Publishes payloads without blocking the caller.
 */
public interface RedisPublisher {

	/**
	 * Publish a payload, after all that was published before.
	 * @param channel the channel
	 * @param payload the payload
	 * @return completes when Redis has taken it, or exceptionally with a
	 * {@link org.springframework.dao.DataAccessException}; cancelling it keeps it from
	 * being sent, if it has not been
	 */
	CompletableFuture<?> publish(byte[] channel, byte[] payload);

	/**
	 * Let the connection go.
	 */
	void close();

	/**
	 * Create a publisher that suits the driver.
	 * @param connectionFactory provides connections; Redis has to be there
	 * @return the publisher
	 */
	static RedisPublisher create(RedisConnectionFactory connectionFactory) {
		if (RedisDrivers.isLettucePresent()) {
			RedisPublisher lettuce = LettucePublisher.create(connectionFactory);
			if (lettuce != null) {
				return lettuce;
			}
		}
		// Spring's listener container retries without end, and does not say why it can't
		// connect. A cluster was connected to for its topology.
		try (RedisConnection connection = connectionFactory.getConnection()) {
			if (!(connection instanceof RedisClusterConnection)) {
				connection.ping();
			}
		}
		return new Blocking(connectionFactory);
	}

	/**
	 * A driver that blocks: a thread of our own waits for it, one publish after the
	 * other.
	 */
	final class Blocking implements RedisPublisher {

		private final RedisConnectionFactory connectionFactory;

		private final ExecutorService executor;

		Blocking(RedisConnectionFactory connectionFactory) {
			this.connectionFactory = connectionFactory;
			CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-publish-");
			threads.setDaemon(true);
			this.executor = Executors.newSingleThreadExecutor(threads);
		}

		@Override
		public CompletableFuture<?> publish(byte[] channel, byte[] payload) {
			CompletableFuture<Void> publishing = new CompletableFuture<>();
			try {
				this.executor.execute(() -> {
					if (!publishing.isDone()) {
						publish(channel, payload, publishing);
					}
				});
			}
			catch (RejectedExecutionException ex) {
				publishing.completeExceptionally(new SignalNotSentException("the connection is being closed", ex));
			}
			return publishing;
		}

		private void publish(byte[] channel, byte[] payload, CompletableFuture<Void> publishing) {
			RedisConnection connection;
			try {
				connection = this.connectionFactory.getConnection();
			}
			catch (RuntimeException ex) {
				publishing.completeExceptionally(RedisExceptions.notSent(RedisExceptions.translate(ex)));
				return;
			}
			try (connection) {
				connection.publish(channel, payload);
				publishing.complete(null);
			}
			catch (RuntimeException ex) {
				publishing.completeExceptionally(RedisExceptions.publishFailure(ex));
			}
		}

		@Override
		public void close() {
			this.executor.shutdown();
		}

	}

}
