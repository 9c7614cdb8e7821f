package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a publisher that works, on a separate thread: the driver may wait long for a
 * server that does not answer. Used by one thread.
 */
final class ReplacementPublisher {

	private final RedisDriver driver;

	private final byte[] channel;

	private final Duration timeout;

	private @Nullable CompletableFuture<RedisPublisher> attempt;

	// A publisher works if Redis confirms a message on the channel within the timeout.
	ReplacementPublisher(RedisDriver driver, byte[] channel, Duration timeout) {
		this.driver = driver;
		this.channel = channel;
		this.timeout = timeout;
	}

	// Begins an attempt, or ends one that was begun. Null if none was found yet.
	@Nullable RedisPublisher poll() {
		CompletableFuture<RedisPublisher> current = this.attempt;
		if (current == null) {
			this.attempt = CompletableFuture.supplyAsync(this::open, (task) -> {
				Thread thread = new Thread(task, "state-signals-probe");
				thread.setDaemon(true);
				thread.start();
			});
			return null;
		}
		if (!current.isDone()) {
			return null;
		}
		this.attempt = null;
		return current.isCompletedExceptionally() ? null : current.join();
	}

	private RedisPublisher open() {
		RedisPublisher opened = this.driver.openPublisher();
		try {
			opened.publish(this.channel, new byte[0])
				.get(TimeUnit.MILLISECONDS.convert(this.timeout), TimeUnit.MILLISECONDS);
			return opened;
		}
		catch (Exception ex) {
			opened.close();
			throw new IllegalStateException("A new connection does not publish either", ex);
		}
	}

	void discard() {
		CompletableFuture<RedisPublisher> current = this.attempt;
		this.attempt = null;
		if (current != null) {
			current.thenAccept(RedisPublisher::close);
		}
	}

}
