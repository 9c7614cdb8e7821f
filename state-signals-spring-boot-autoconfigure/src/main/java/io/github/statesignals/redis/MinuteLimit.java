package io.github.statesignals.redis;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits one kind of log message to one a minute: any client that can publish could fill
 * the log otherwise.
 */
final class MinuteLimit {

	private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final AtomicLong occurrences = new AtomicLong();

	private final AtomicLong due = new AtomicLong(System.nanoTime());

	/**
	 * Counts an occurrence.
	 * @return the number of occurrences so far if they are to be logged now, else zero
	 */
	long count() {
		long count = this.occurrences.incrementAndGet();
		long now = System.nanoTime();
		long next = this.due.get();
		return (now - next >= 0 && this.due.compareAndSet(next, now + INTERVAL_NANOS)) ? count : 0;
	}

}
