package io.github.statesignals.core.lane;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that messages take, about, in bytes. Safe for use by many threads.
 */
public final class MemoryBudget {

	private final AtomicLong used = new AtomicLong();

	private final long capacity;

	/**
	 * Creates a budget.
	 * @param capacity the bytes that may be reserved
	 */
	public MemoryBudget(long capacity) {
		this.capacity = capacity;
	}

	/**
	 * Creates a budget of a share of the largest heap.
	 * @param divisor the divisor of the heap's size
	 * @return the budget
	 */
	public static MemoryBudget ofHeap(int divisor) {
		return new MemoryBudget(Runtime.getRuntime().maxMemory() / divisor);
	}

	/**
	 * Reserves memory. More than the capacity can be reserved while nothing else is: a
	 * message that is larger must not be refused indefinitely.
	 * @param bytes the bytes
	 * @return {@code false} if they exceed the budget, and are not reserved
	 */
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

	/**
	 * Whether memory could be reserved now.
	 * @param bytes the bytes
	 * @return {@code false} if they exceed the budget
	 */
	public boolean fits(long bytes) {
		long before = this.used.get();
		return before == 0 || before + bytes <= this.capacity;
	}

	/**
	 * Reserves memory whether or not it exceeds the budget.
	 * @param bytes the bytes
	 */
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
