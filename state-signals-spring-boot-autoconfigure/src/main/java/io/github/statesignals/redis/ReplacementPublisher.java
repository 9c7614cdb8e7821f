package io.github.statesignals.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a publisher that works, on a separate thread: the driver may wait long for a
 * server that does not answer. Used by one thread.
 */
final class ReplacementPublisher {

	private final Supplier<RedisPublisher> opener;

	private @Nullable CompletableFuture<RedisPublisher> attempt;

	// The opener verifies that the publisher works, or throws.
	ReplacementPublisher(Supplier<RedisPublisher> opener) {
		this.opener = opener;
	}

	/**
	 * Begins an attempt, or ends one that was begun.
	 * @return a publisher that works, or {@code null} if none was found yet
	 */
	@Nullable RedisPublisher poll() {
		CompletableFuture<RedisPublisher> current = this.attempt;
		if (current == null) {
			this.attempt = CompletableFuture.supplyAsync(this.opener, (task) -> {
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

	void discard() {
		CompletableFuture<RedisPublisher> current = this.attempt;
		this.attempt = null;
		if (current != null) {
			current.thenAccept(RedisPublisher::close);
		}
	}

}
