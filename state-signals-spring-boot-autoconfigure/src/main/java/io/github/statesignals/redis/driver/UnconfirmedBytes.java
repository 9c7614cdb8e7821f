package io.github.statesignals.redis.driver;

import java.util.concurrent.atomic.AtomicLong;

import io.github.statesignals.redis.driver.Frame.Message;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.SignalNotSentException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the bytes of messages that Redis has not confirmed, on one connection. The bytes
 * of all messages up to one are its position. Redis confirms in the order of messages, so
 * a confirmation is one of all earlier messages; on a cluster, which has a connection to
 * each node, one of one node counts for all. A message that is cancelled counts until a
 * later one is confirmed, because the driver holds it until then.
 */
final class UnconfirmedBytes {

	private static final Logger logger = LoggerFactory.getLogger(RedisPublisher.class);

	// The objects of a message in flight, in bytes.
	private static final int OVERHEAD = 512;

	private final LogLimit refusals = new LogLimit(1);

	private final long capacity;

	private final AtomicLong confirmed = new AtomicLong();

	// Written by one thread at a time.
	private volatile long admitted;

	UnconfirmedBytes(long capacity) {
		this.capacity = capacity;
	}

	// Admits a message larger than the capacity only alone.
	boolean admit(Message message) {
		long admitted = this.admitted;
		long size = message.size() + OVERHEAD;
		long unconfirmed = admitted - this.confirmed.get();
		if (unconfirmed > 0 && unconfirmed + size > this.capacity) {
			return false;
		}
		this.admitted = admitted + size;
		return true;
	}

	SignalNotSentException refuse() {
		String problem = "Redis has not confirmed %d bytes that were published before, and %d are the limit"
			.formatted(this.admitted - this.confirmed.get(), this.capacity);
		this.refusals.warnCounted(logger, "A message is not published: {}", problem);
		return new SignalNotSentException(problem, null);
	}

	long admitted() {
		return this.admitted;
	}

	long confirmed() {
		return this.confirmed.get();
	}

	boolean isHalfFull() {
		return this.admitted - this.confirmed.get() > this.capacity / 2;
	}

	void confirm(long position) {
		this.confirmed.accumulateAndGet(position, Math::max);
	}

}
