package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

/**
 * Supervises a connection: publishes a beat at an interval, on a Redis channel of this
 * application alone, and expects to receive it. A beat that Redis has confirmed and that
 * is not received shows a lost subscription. One that Redis has not confirmed shows that
 * Redis is not available; or a publisher that is stuck, if a new one can publish. While
 * Redis confirms other messages it shows neither.
 */
final class RedisHeartbeat {

	private static final Logger logger = LoggerFactory.getLogger(RedisHeartbeat.class);

	private static final Duration FIRST_BEAT_TIMEOUT = Duration.ofSeconds(2);

	// After this number of beats in a row that were not received, this is not connected.
	private static final int MAX_MISSED = 2;

	// After this number of further beats that Redis has confirmed, the subscription is
	// lost. One may have been in flight when a connection came back.
	private static final int MAX_CONFIRMED = 2;

	private final Duration interval;

	private final RedisDriver driver;

	private final String channel = SignalChannels.newHeartbeat();

	private final byte[] channelBytes = RedisChannel.bytes(this.channel);

	// The only one that counts: other clients can publish on the channel, too.
	private volatile @Nullable Beat expected;

	private volatile boolean alive = true;

	RedisHeartbeat(Duration interval, RedisDriver driver) {
		this.interval = interval;
		this.driver = driver;
	}

	private boolean isEnabled() {
		return !this.interval.isZero();
	}

	boolean isAlive() {
		return this.alive;
	}

	Collection<String> channels() {
		return isEnabled() ? List.of(this.channel) : List.of();
	}

	void receive(byte[] payload) {
		Beat beat = this.expected;
		if (beat != null && Arrays.equals(beat.payload, payload)) {
			beat.received.complete(null);
		}
	}

	private Beat expectNext() {
		Beat beat = new Beat(UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII),
				new CompletableFuture<>());
		this.expected = beat;
		return beat;
	}

	// Fails if Redis does not confirm the beat in time, or it is not received.
	void awaitFirst(RedisPublisher publisher) throws InterruptedException {
		if (!isEnabled()) {
			return;
		}
		Beat beat = expectNext();
		CompletableFuture<?> published = publish(publisher, beat.payload);
		try {
			published.get(FIRST_BEAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			beat.received.get(FIRST_BEAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			this.alive = true;
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
		catch (TimeoutException ex) {
			if (!published.isDone()) {
				throw new QueryTimeoutException("Redis has not confirmed a message in time", ex);
			}
			throw new DataAccessResourceFailureException(
					"A message that was published on the Redis channel '" + this.channel + "' was not received", ex);
		}
	}

	// Supervises a connection, and replaces a publisher that is stuck. False when the
	// subscription is lost, true when it is closed.
	boolean supervise(OutboundPublisher publisher, CountDownLatch closed, Consumer<@Nullable RedisPublisher> received,
			Consumer<RuntimeException> failed) throws InterruptedException {
		if (!isEnabled()) {
			closed.await();
			return true;
		}
		Replacement replacement = new Replacement();
		try {
			int missed = 0;
			int confirmed = 0;
			while (confirmed < MAX_CONFIRMED) {
				Beat beat = expectNext();
				long before = publisher.confirmedBytes();
				CompletableFuture<?> published = publish(publisher.current(), beat.payload);
				if (closed.await(TimeUnit.MILLISECONDS.convert(this.interval), TimeUnit.MILLISECONDS)) {
					return true;
				}
				if (!beat.received.isDone() && !published.isDone() && publisher.confirmedBytes() != before) {
					// It waits behind other messages, and proves nothing.
					continue;
				}
				missed = beat.received.isDone() ? 0 : missed + 1;
				this.alive = missed < MAX_MISSED;
				confirmed = (!this.alive && isConfirmed(published)) ? confirmed + 1 : 0;
				if (missed == 0) {
					replacement.discard();
					received.accept(publisher.current());
				}
				else if (!this.alive && confirmed == 0) {
					// It must not be sent later.
					published.cancel(false);
					replace(publisher, replacement.poll(failed));
				}
			}
			return false;
		}
		finally {
			replacement.discard();
		}
	}

	private static boolean isConfirmed(CompletableFuture<?> published) {
		return published.isDone() && !published.isCompletedExceptionally();
	}

	private static void replace(OutboundPublisher publisher, @Nullable RedisPublisher working) {
		if (working == null) {
			return;
		}
		logger.warn("Redis confirms messages on a new connection, and not on the old one: publishing on the new one");
		if (!publisher.use(working)) {
			working.close();
		}
	}

	private CompletableFuture<?> publish(@Nullable RedisPublisher publisher, byte[] payload) {
		return (publisher != null) ? publisher.publish(this.channelBytes, payload)
				: CompletableFuture.failedFuture(new IllegalStateException("Closed"));
	}

	/**
	 * Looks for a publisher that works, on a separate thread: the driver may wait long
	 * for a server that does not answer. Used by one thread.
	 */
	private final class Replacement {

		private @Nullable CompletableFuture<RedisPublisher> attempt;

		// Begins an attempt, or ends one that was begun. Null if none was found yet.
		@Nullable RedisPublisher poll(Consumer<RuntimeException> failed) {
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
				failed.accept(RedisExceptions.translate(ex));
				return null;
			}
		}

		// One works if Redis confirms a message within the interval of beats.
		private RedisPublisher open() {
			RedisPublisher opened = RedisHeartbeat.this.driver.openPublisher();
			try {
				opened.publish(RedisHeartbeat.this.channelBytes, new byte[0])
					.get(TimeUnit.MILLISECONDS.convert(RedisHeartbeat.this.interval), TimeUnit.MILLISECONDS);
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

	private record Beat(byte[] payload, CompletableFuture<Void> received) {
	}

}
