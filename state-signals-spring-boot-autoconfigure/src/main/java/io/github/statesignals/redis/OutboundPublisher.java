package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.Payload;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes messages on the present connection, which may be replaced.
 */
final class OutboundPublisher {

	private static final Logger logger = LoggerFactory.getLogger(OutboundPublisher.class);

	private static final byte[] NOTHING = new byte[0];

	// A channel without subscribers: the confirmation of a message on it confirms all
	// earlier ones, also if each of those was cancelled.
	private final byte[] markerChannel = RedisChannel.bytes(SignalChannels.newHeartbeat());

	@GuardedBy("this")
	private boolean closed;

	// Changed under the lock, and read without it: each message asks.
	private volatile @Nullable RedisPublisher current;

	// The last one. Without a lock: threads that publish at once may send one each.
	private volatile CompletableFuture<?> marker = CompletableFuture.completedFuture(null);

	// Closes the connection before it. False if this is closed; then the connection is
	// the caller's.
	boolean use(RedisPublisher publisher) {
		RedisPublisher before;
		synchronized (this) {
			if (this.closed) {
				return false;
			}
			before = this.current;
			this.current = publisher;
		}
		if (before != null && before != publisher) {
			before.close();
		}
		return true;
	}

	@Nullable RedisPublisher current() {
		return this.current;
	}

	long confirmedBytes() {
		RedisPublisher current = this.current;
		return (current != null) ? current.confirmedBytes() : 0;
	}

	CompletableFuture<?> publish(byte[] channel, Payload payload,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		RedisPublisher current = this.current;
		if (current == null) {
			return notConnected(onSent);
		}
		CompletableFuture<?> published = current.publish(channel, payload, onSent);
		if (current.isHalfFull() && this.marker.isDone()) {
			this.marker = current.publish(this.markerChannel, NOTHING);
		}
		return published;
	}

	static CompletableFuture<?> notConnected(BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		return CompletableFuture.failedFuture(SignalNotSentException.notConnected()).whenComplete(onSent);
	}

	void flush(Duration timeout) {
		RedisPublisher current = this.current;
		if (current == null) {
			return;
		}
		try {
			current.last().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			logger.debug("The last message may not have been sent", ex);
		}
	}

	void close() {
		RedisPublisher last;
		synchronized (this) {
			this.closed = true;
			last = this.current;
			this.current = null;
		}
		if (last != null) {
			last.close();
		}
	}

}
