package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes messages on the present connection, which may be replaced, and refuses them
 * beyond a number of bytes that Redis has not confirmed. On a cluster, which has a
 * connection to each node, a confirmation of one node counts for all.
 */
final class OutboundPublisher {

	private static final Logger logger = LoggerFactory.getLogger(OutboundPublisher.class);

	private static final long MAX_CAPACITY = 64L * 1024 * 1024;

	private static final long REFUSED = -1;

	// The objects of a message in flight, in bytes.
	private static final int OVERHEAD = 512;

	private static final byte[] NOTHING = new byte[0];

	private final RedisDriver driver;

	private final long capacity;

	// A channel without subscribers: the confirmation of a message on it confirms all
	// earlier ones, also if each of those was cancelled.
	private final byte[] markerChannel = RedisChannel.bytes(SignalChannels.newHeartbeat());

	private final LogLimit refusals = new LogLimit(1);

	@GuardedBy("this")
	private boolean closed;

	private volatile @Nullable Target target;

	private volatile CompletableFuture<?> last = CompletableFuture.completedFuture(null);

	OutboundPublisher(RedisDriver driver, long capacity) {
		this.driver = driver;
		this.capacity = capacity;
	}

	static long defaultCapacity() {
		return Math.min(Runtime.getRuntime().maxMemory() / 8, MAX_CAPACITY);
	}

	// Does not use the connection yet.
	RedisPublisher open() {
		return this.driver.openPublisher();
	}

	// Closes the connection before it. False if this is closed; then the connection is
	// the caller's.
	boolean use(RedisPublisher publisher) {
		Target before;
		synchronized (this) {
			if (this.closed) {
				return false;
			}
			before = this.target;
			if (before == null || before.publisher != publisher) {
				this.target = new Target(publisher);
			}
		}
		if (before != null && before.publisher != publisher) {
			before.publisher.close();
		}
		return true;
	}

	@Nullable RedisPublisher current() {
		Target current = this.target;
		return (current != null) ? current.publisher : null;
	}

	// Grows while Redis confirms messages.
	long confirmedBytes() {
		Target current = this.target;
		return (current != null) ? current.confirmed.get() : 0;
	}

	CompletableFuture<?> publish(byte[] channel, byte[] payload, boolean joinable,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		Target current = this.target;
		if (current == null) {
			return notConnected(onSent);
		}
		long position = current.admit(channel.length + payload.length, this.capacity);
		long unconfirmed = current.unconfirmed();
		if (unconfirmed > this.capacity / 2) {
			mark(current);
		}
		if (position == REFUSED) {
			return failed(refuse(unconfirmed), onSent);
		}
		CompletableFuture<?> published = current.publisher.publish(channel, payload, joinable, (receivers, ex) -> {
			current.sent(position, ex);
			notify(onSent, receivers, ex);
		});
		this.last = published;
		return published;
	}

	static CompletableFuture<?> notConnected(BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		return failed(new SignalNotSentException("not connected to Redis (yet)", null), onSent);
	}

	private static CompletableFuture<?> failed(SignalNotSentException failure,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		notify(onSent, null, failure);
		return CompletableFuture.failedFuture(failure);
	}

	// One that fails must not take the other messages of its frame with it.
	private static void notify(BiConsumer<@Nullable Object, @Nullable Throwable> onSent, @Nullable Long receivers,
			@Nullable Throwable ex) {
		try {
			onSent.accept(receivers, ex);
		}
		catch (RuntimeException | Error failed) {
			logger.debug("The end of a message could not be processed", failed);
		}
	}

	private void mark(Target current) {
		if (current.marking.compareAndSet(false, true)) {
			long position = current.admitted.get();
			current.publisher.publish(this.markerChannel, NOTHING).whenComplete((receivers, ex) -> {
				current.sent(position, ex);
				current.marking.set(false);
			});
		}
	}

	private SignalNotSentException refuse(long unconfirmed) {
		SignalNotSentException refusal = new SignalNotSentException(
				"Redis has not confirmed %d bytes that were published before, and %d are the limit"
					.formatted(unconfirmed, this.capacity),
				null);
		this.refusals.warnCounted(logger, "A message is not published: {}", String.valueOf(refusal.getMessage()));
		return refusal;
	}

	void flush(Duration timeout) {
		try {
			this.last.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			logger.debug("The last message may not have been sent", ex);
		}
	}

	void close() {
		Target current;
		synchronized (this) {
			this.closed = true;
			current = this.target;
			this.target = null;
		}
		if (current != null) {
			current.publisher.close();
		}
	}

	/**
	 * A connection, with the bytes of all messages that were handed to it, which are the
	 * position of a message, and of those that Redis has confirmed. Redis confirms in the
	 * order of messages, so a confirmation is one of all earlier messages. A message that
	 * is cancelled counts until a later one is confirmed, because the driver holds it
	 * until then.
	 */
	private record Target(RedisPublisher publisher, AtomicLong admitted, AtomicLong confirmed, AtomicBoolean marking) {

		Target(RedisPublisher publisher) {
			this(publisher, new AtomicLong(), new AtomicLong(), new AtomicBoolean());
		}

		// Admits a message larger than the capacity only alone. Returns its position.
		long admit(int bytes, long capacity) {
			long size = (long) bytes + OVERHEAD;
			while (true) {
				long before = this.admitted.get();
				long unconfirmed = before - this.confirmed.get();
				if (unconfirmed > 0 && unconfirmed + size > capacity) {
					return REFUSED;
				}
				if (this.admitted.compareAndSet(before, before + size)) {
					return before + size;
				}
			}
		}

		// An error of Redis confirms all earlier messages, too.
		void sent(long position, @Nullable Throwable ex) {
			if (ex == null || ex instanceof SignalNotSentException) {
				this.confirmed.accumulateAndGet(position, Math::max);
			}
		}

		long unconfirmed() {
			return this.admitted.get() - this.confirmed.get();
		}

	}

}
