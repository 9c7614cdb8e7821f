package io.github.statesignals.core.lane;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds an amount in use, such as the memory of messages, about, in bytes. Safe for use
 * by many threads.
 */
public final class Budget {

	private final AtomicLong used = new AtomicLong();

	private final long capacity;

	public Budget(long capacity) {
		this.capacity = capacity;
	}

	public static Budget ofHeap(int divisor) {
		return new Budget(Runtime.getRuntime().maxMemory() / divisor);
	}

	// More than the capacity can be reserved while nothing else is: a message that is
	// larger must not be refused indefinitely.
	public boolean reserve(long amount) {
		while (true) {
			long before = this.used.get();
			if (before != 0 && before + amount > this.capacity) {
				return false;
			}
			if (this.used.compareAndSet(before, before + amount)) {
				return true;
			}
		}
	}

	public boolean fits(long amount) {
		long before = this.used.get();
		return before == 0 || before + amount <= this.capacity;
	}

	public void force(long amount) {
		this.used.addAndGet(amount);
	}

	public void release(long amount) {
		this.used.addAndGet(-amount);
	}

	public long used() {
		return this.used.get();
	}

	public long capacity() {
		return this.capacity;
	}

}
