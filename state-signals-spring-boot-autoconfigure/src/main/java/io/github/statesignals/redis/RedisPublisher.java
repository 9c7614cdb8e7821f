package io.github.statesignals.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.util.ClassUtils;

/**
 * Publishes payloads without blocking the caller.
 */
interface RedisPublisher {

	/**
	 * Publish a payload.
	 * @param channel the channel
	 * @param payload the payload
	 * @return completes when Redis has taken it, or exceptionally with whatever the
	 * driver says
	 */
	CompletionStage<?> publish(byte[] channel, byte[] payload);

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
		if (ClassUtils.isPresent("io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands",
				RedisPublisher.class.getClassLoader())) {
			RedisPublisher lettuce = LettucePublisher.create(connectionFactory);
			if (lettuce != null) {
				return lettuce;
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
		public CompletionStage<?> publish(byte[] channel, byte[] payload) {
			return CompletableFuture.runAsync(() -> {
				try (RedisConnection connection = this.connectionFactory.getConnection()) {
					connection.publish(channel, payload);
				}
			}, this.executor);
		}

		@Override
		public void close() {
			this.executor.shutdown();
		}

	}

}
