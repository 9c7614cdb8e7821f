package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Makes sure that what is published is heard: publishes a word now and then, on a Redis
 * channel that nobody else has, and listens for it. A beat that Redis took and nobody
 * heard shows a deaf subscription. One that Redis did not take shows a Redis that is
 * away; or a connection that is stuck, if a new one can publish.
 */
final class RedisHeartbeat {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubSignalTransport.class);

	private static final Duration FIRST_BEAT_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * After so many beats in a row that were not heard, we are not connected.
	 */
	private static final int MISSES = 2;

	/**
	 * After so many more that Redis took, the subscription is deaf. One may be under way
	 * when a connection comes back.
	 */
	private static final int DEAF = 2;

	/**
	 * That of a UUID.
	 */
	private static final int BEAT_LENGTH = 36;

	private final Duration interval;

	private final RedisDriver driver;

	private final String channel = SignalChannels.newHeartbeat();

	private final byte[] channelBytes = RedisChannel.bytes(this.channel);

	private volatile String heard = "";

	private volatile CompletableFuture<Void> firstBeat = new CompletableFuture<>();

	private volatile boolean alive = true;

	RedisHeartbeat(Duration interval, RedisDriver driver) {
		this.interval = interval;
		this.driver = driver;
	}

	private boolean isEnabled() {
		return !this.interval.isZero();
	}

	/**
	 * Whether beats are being heard.
	 * @return {@code false} after some were not, and until one is
	 */
	boolean isAlive() {
		return this.alive;
	}

	/**
	 * The Redis channel to listen to.
	 * @return its name, unless this is switched off
	 */
	Optional<String> channel() {
		return isEnabled() ? Optional.of(this.channel) : Optional.empty();
	}

	/**
	 * Something was published on the channel.
	 * @param payload holds what it was
	 * @param length how many bytes it has
	 * @return the beat, if it may be one
	 */
	@Nullable Object read(byte[] payload, int length) {
		return (length == BEAT_LENGTH) ? new String(payload, 0, length, StandardCharsets.US_ASCII) : null;
	}

	/**
	 * A beat was heard.
	 * @param beat the beat
	 */
	void heard(Object beat) {
		this.heard = beat.toString();
		this.firstBeat.complete(null);
	}

	/**
	 * Wait until a beat is heard.
	 * @param publisher what to publish it with
	 * @throws RuntimeException if it can't be published, or is not heard
	 */
	void hearItself(RedisPublisher publisher) throws InterruptedException {
		if (!isEnabled()) {
			return;
		}
		CompletableFuture<Void> beat = new CompletableFuture<>();
		this.firstBeat = beat;
		publisher.publish(this.channelBytes, newBeat().getBytes(StandardCharsets.US_ASCII))
			.whenComplete((receivers, ex) -> {
				if (ex != null) {
					beat.completeExceptionally(ex);
				}
			});
		try {
			beat.get(FIRST_BEAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			this.alive = true;
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
		catch (TimeoutException ex) {
			throw new DataAccessResourceFailureException(
					"What was published on the Redis channel '" + this.channel + "' was not heard", ex);
		}
	}

	private static String newBeat() {
		return UUID.randomUUID().toString();
	}

	/**
	 * Watch over a connection.
	 * @param publisher the publisher
	 * @param replacement takes a publisher that works, where the present one is stuck
	 * @param closed ends the watch
	 * @return {@code false} when the subscription is deaf, {@code true} when it is closed
	 */
	boolean watch(Supplier<@Nullable RedisPublisher> publisher, Consumer<RedisPublisher> replacement,
			CountDownLatch closed) throws InterruptedException {
		if (!isEnabled()) {
			closed.await();
			return true;
		}
		Probe probe = new Probe();
		int missed = 0;
		int taken = 0;
		try {
			while (true) {
				String beat = newBeat();
				CompletableFuture<?> published = publish(publisher.get(), beat);
				if (closed.await(TimeUnit.MILLISECONDS.convert(this.interval), TimeUnit.MILLISECONDS)) {
					return true;
				}
				if (beat.equals(this.heard)) {
					this.alive = true;
					missed = 0;
					taken = 0;
					probe.giveUp();
					continue;
				}
				missed++;
				this.alive = missed < MISSES;
				if (this.alive) {
					continue;
				}
				if (published.isDone() && !published.isCompletedExceptionally()) {
					taken++;
					if (taken >= DEAF) {
						return false;
					}
					continue;
				}
				// Not to be sent when nobody waits for it any more.
				published.cancel(false);
				taken = 0;
				RedisPublisher working = probe.poll();
				if (working != null) {
					logger.warn("Redis takes what is published on a new connection, and not on the old one: "
							+ "publishing on the new one");
					replacement.accept(working);
				}
			}
		}
		finally {
			probe.giveUp();
		}
	}

	private CompletableFuture<?> publish(@Nullable RedisPublisher publisher, String beat) {
		if (publisher == null) {
			return CompletableFuture.failedFuture(new IllegalStateException("Closed"));
		}
		try {
			return publisher.publish(this.channelBytes, beat.getBytes(StandardCharsets.US_ASCII));
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * Looks for a publisher that works. On a thread of its own, for the driver may wait
	 * long for a Redis that says nothing.
	 */
	private final class Probe {

		private @Nullable CompletableFuture<RedisPublisher> attempt;

		/**
		 * Ask for a publisher.
		 * @return one that has published, if it is there already
		 */
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
			RedisPublisher opened = RedisHeartbeat.this.driver.openPublisher();
			try {
				publish(opened, newBeat()).get(TimeUnit.MILLISECONDS.convert(RedisHeartbeat.this.interval),
						TimeUnit.MILLISECONDS);
				return opened;
			}
			catch (Exception ex) {
				opened.close();
				throw new IllegalStateException("A new connection does not publish either", ex);
			}
		}

		void giveUp() {
			CompletableFuture<RedisPublisher> current = this.attempt;
			this.attempt = null;
			if (current != null) {
				current.thenAccept(RedisPublisher::close);
			}
		}

	}

}
