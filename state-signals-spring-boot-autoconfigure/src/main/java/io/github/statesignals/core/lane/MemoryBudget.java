package io.github.statesignals.core.lane;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that messages take, about, in bytes. Safe for use by many threads.
 */
public final class MemoryBudget {

	private final AtomicLong used = new AtomicLong();

	private final long capacity;

	public MemoryBudget(long capacity) {
		this.capacity = capacity;
	}

	public static MemoryBudget ofHeap(int divisor) {
		return new MemoryBudget(Runtime.getRuntime().maxMemory() / divisor);
	}

	// More than the capacity can be reserved while nothing else is: a message that is
	// larger must not be refused indefinitely.
	public boolean reserve(long bytes) {
		while (true) {
			long before = this.used.get();
			if (before != 0 && before + bytes > this.capacity) {
				return false;
			}
			if (this.used.compareAndSet(before, before + bytes)) {
				return true;
			}
		}
	}

	public boolean fits(long bytes) {
		long before = this.used.get();
		return before == 0 || before + bytes <= this.capacity;
	}

	public void force(long bytes) {
		this.used.addAndGet(bytes);
	}

	public void release(long bytes) {
		this.used.addAndGet(-bytes);
	}

	public long used() {
		return this.used.get();
	}

	public long capacity() {
		return this.capacity;
	}

}
