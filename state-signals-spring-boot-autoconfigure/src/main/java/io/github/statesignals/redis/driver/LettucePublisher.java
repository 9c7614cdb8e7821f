package io.github.statesignals.redis.driver;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

import io.github.statesignals.transport.SignalNotSentException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Publishes with Lettuce's asynchronous commands, pipelined, on a connection of its own
 * where that is possible: it can be replaced when it is stuck.
 * <p>
 * Lettuce sends the commands of its own thread before those that other threads have
 * issued earlier. To preserve the order, one thread issues all of them.
 */
final class LettucePublisher implements RedisPublisher {

	private final Runnable closing;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private final ExecutorService executor;

	private final PublishFailures failures;

	private LettucePublisher(Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands,
			PublishFailures failures) {
		this.closing = closing;
		this.failures = failures;
		this.commands = commands;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-publish-");
		threads.setDaemon(true);
		this.executor = Executors.newSingleThreadExecutor(threads);
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
	public CompletableFuture<?> publish(byte[] channel, byte[] payload) {
		CompletableFuture<Long> published = new CompletableFuture<>();
		try {
			this.executor.execute(() -> publish(channel, payload, published));
		}
		catch (RejectedExecutionException ex) {
			published.completeExceptionally(new SignalNotSentException("the connection is being closed", ex));
		}
		return published;
	}

	private void publish(byte[] channel, byte[] payload, CompletableFuture<Long> published) {
		if (published.isDone()) {
			return;
		}
		try {
			RedisFuture<Long> command = this.commands.publish(channel, payload);
			command.whenComplete((receivers, ex) -> {
				if (ex == null) {
					published.complete(receivers);
				}
				else {
					published.completeExceptionally(failure(ex, channel));
				}
			});
			// The driver omits a command that is cancelled before it is sent.
			published.whenComplete((receivers, ex) -> {
				if (ex != null) {
					command.cancel(false);
				}
			});
		}
		catch (RuntimeException ex) {
			published.completeExceptionally(failure(ex, channel));
		}
	}

	private RuntimeException failure(Throwable ex, byte[] channel) {
		return (ex instanceof CancellationException)
				? new DataAccessResourceFailureException("the connection was closed before Redis had confirmed it", ex)
				: this.failures.translate(ex, channel);
	}

	@Override
	public void close() {
		this.executor.shutdown();
		this.closing.run();
	}

}
