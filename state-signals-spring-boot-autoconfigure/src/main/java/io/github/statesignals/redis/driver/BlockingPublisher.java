package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Publishes with a driver that blocks.
 */
final class BlockingPublisher extends FramePublisher {

	private final RedisConnectionFactory connectionFactory;

	private final ExecutorService thread;

	BlockingPublisher(RedisConnectionFactory connectionFactory, ExecutorService thread, PublishSettings settings) {
		super(thread, 1, settings);
		this.connectionFactory = connectionFactory;
		this.thread = thread;
	}

	@Override
	List<CompletableFuture<Long>> dispatch(List<Frame> frames) {
		return frames.stream().map(this::send).toList();
	}

	private CompletableFuture<Long> send(Frame frame) {
		RedisConnection connection;
		try {
			connection = this.connectionFactory.getConnection();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(RedisExceptions.notSent(RedisExceptions.translate(ex)));
		}
		try (connection) {
			return CompletableFuture.completedFuture(connection.publish(frame.channel(), frame.write()));
		}
	}

	@Override
	public CompletableFuture<Long> countSubscribers(byte[] channel) {
		return CompletableFuture.supplyAsync(() -> count(channel), this.thread);
	}

	private Long count(byte[] channel) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			List<?> reply = (List<?>) connection.execute("PUBSUB", "NUMSUB".getBytes(StandardCharsets.US_ASCII),
					channel);
			return (Long) Objects.requireNonNull(reply).get(1);
		}
	}

	@Override
	boolean isConnected() {
		return true;
	}

	@Override
	void disconnect() {
		// The connections are the factory's.
		this.thread.shutdown();
	}

}
