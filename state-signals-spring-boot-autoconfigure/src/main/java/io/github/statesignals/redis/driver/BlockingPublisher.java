package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

import io.github.statesignals.transport.SignalNotSentException;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Publishes with a driver that blocks: a separate thread waits for it, one publish after
 * the other.
 */
final class BlockingPublisher implements RedisPublisher {

	private final RedisConnectionFactory connectionFactory;

	private final ExecutorService executor;

	private final PublishFailures failures;

	BlockingPublisher(RedisConnectionFactory connectionFactory, PublishFailures failures) {
		this.connectionFactory = connectionFactory;
		this.failures = failures;
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
			publishing.completeExceptionally(this.failures.translate(ex, channel));
		}
	}

	@Override
	public void close() {
		this.executor.shutdown();
	}

}
