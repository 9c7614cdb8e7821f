package io.github.statesignals.transport;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.slf4j.Logger;

/**
 * Bounds the log lines of one kind in a minute, so that a flood of messages does not
 * become a flood of lines. Safe for use by many threads.
 */
public final class LogLimit {

	private static final String COUNT = " ({} so far; the next is logged in a minute or later)";

	private static final long INTERVAL_NANOS = 60_000_000_000L;

	private final AtomicLong occurrences = new AtomicLong();

	private final AtomicLong end = new AtomicLong(System.nanoTime());

	private final AtomicInteger lines = new AtomicInteger();

	private final int limit;

	public LogLimit(int limit) {
		this.limit = limit;
	}

	// The last line is followed by one that announces the limit.
	public void warn(Logger logger, String format, Object... arguments) {
		int line = nextLine();
		if (line <= this.limit) {
			int last = arguments.length - 1;
			if (last >= 0 && arguments[last] instanceof Throwable ex) {
				arguments[last] = LogText.loggable(ex);
			}
			logger.warn(format, arguments);
		}
		if (line == this.limit) {
			logger.warn("Further lines like the one before are not logged for up to a minute");
		}
	}

	// With the number of occurrences so far. The texts are made printable.
	public void warnCounted(Logger logger, String message, String... texts) {
		long count = count();
		if (count > 0) {
			logger.warn(message + COUNT,
					Stream.concat(Stream.of(texts).map(LogText::printable), Stream.of(count)).toArray());
		}
	}

	public void errorCounted(Logger logger, String message, Throwable ex) {
		long count = count();
		if (count > 0) {
			logger.error(message + COUNT, count, ex);
		}
	}

	// Returns the number of occurrences so far if they are to be logged now, else zero.
	public long count() {
		long count = this.occurrences.incrementAndGet();
		return (nextLine() <= this.limit) ? count : 0;
	}

	// Returns the number of lines in this minute, with this one.
	private int nextLine() {
		long now = System.nanoTime();
		long due = this.end.get();
		if (now - due >= 0 && this.end.compareAndSet(due, now + INTERVAL_NANOS)) {
			this.lines.set(0);
		}
		return this.lines.incrementAndGet();
	}

}
