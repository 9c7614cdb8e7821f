package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;

/**
 * Looks for a publisher that works, on a separate thread: the driver may wait long for a
 * server that does not answer. Used by one thread.
 */
final class ReplacementPublisher {

	private final RedisDriver driver;

	private final byte[] channel;

	private final Duration timeout;

	private final Consumer<RuntimeException> failed;

	private @Nullable CompletableFuture<RedisPublisher> attempt;

	// A publisher works if Redis confirms a message on the channel within the timeout.
	ReplacementPublisher(RedisDriver driver, byte[] channel, Duration timeout, Consumer<RuntimeException> failed) {
		this.driver = driver;
		this.channel = channel;
		this.timeout = timeout;
		this.failed = failed;
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
		try {
			return current.join();
		}
		catch (CompletionException ex) {
			this.failed.accept(RedisExceptions.translate(ex));
			return null;
		}
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
			throw (ex instanceof TimeoutException)
					? new QueryTimeoutException("Redis has not confirmed a message on a new connection in time", ex)
					: RedisExceptions.translate(ex);
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
