package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Publishes with a driver that blocks.
 */
final class BlockingPublisher extends FramePublisher {

	private final RedisConnectionFactory connectionFactory;

	BlockingPublisher(RedisConnectionFactory connectionFactory, PublishFailures failures) {
		super(true, 1, failures);
		this.connectionFactory = connectionFactory;
	}

	@Override
	List<CompletableFuture<Long>> send(List<Frame> frames) {
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
			return CompletableFuture.completedFuture(connection.publish(frame.channel(), frame.lines()));
		}
	}

	@Override
	CompletableFuture<Long> count(byte[] channel) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			List<?> reply = (List<?>) connection.execute("PUBSUB", "NUMSUB".getBytes(StandardCharsets.US_ASCII),
					channel);
			return CompletableFuture.completedFuture((Long) Objects.requireNonNull(reply).get(1));
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
