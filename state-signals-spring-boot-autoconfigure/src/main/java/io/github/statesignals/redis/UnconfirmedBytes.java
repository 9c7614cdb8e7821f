package io.github.statesignals.redis;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of the messages that were handed to a publisher and not confirmed by
 * Redis. Redis confirms in the order of messages, so a confirmation is one of all earlier
 * messages. A message that is cancelled counts until a later one is confirmed, because
 * the driver holds it until then.
 */
final class UnconfirmedBytes {

	static final long REFUSED = -1;

	// The objects of a message in flight, in bytes.
	private static final int OVERHEAD = 512;

	private final long capacity;

	// The bytes of all messages that were admitted; after a message that is its position.
	private final AtomicLong admitted = new AtomicLong();

	private final AtomicLong confirmed = new AtomicLong();

	UnconfirmedBytes(long capacity) {
		this.capacity = capacity;
	}

	// Admits a message larger than the capacity only alone. Returns its position.
	long admit(int bytes) {
		long size = (long) bytes + OVERHEAD;
		while (true) {
			long before = this.admitted.get();
			long unconfirmed = before - this.confirmed.get();
			if (unconfirmed > 0 && unconfirmed + size > this.capacity) {
				return REFUSED;
			}
			if (this.admitted.compareAndSet(before, before + size)) {
				return before + size;
			}
		}
	}

	void confirm(long position) {
		long before = this.confirmed.get();
		while (before < position && !this.confirmed.compareAndSet(before, position)) {
			before = this.confirmed.get();
		}
	}

	long confirmed() {
		return this.confirmed.get();
	}

	long position() {
		return this.admitted.get();
	}

	long count() {
		return this.admitted.get() - this.confirmed.get();
	}

	boolean isHalfFull() {
		return count() > this.capacity / 2;
	}

}
