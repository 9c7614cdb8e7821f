package io.github.statesignals.core;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;

/**
 * Bounds the log lines of one kind to 100 a minute, so that a flood of messages does not
 * become a flood of lines.
 */
public final class LogLimit {

	private static final int LINES = 100;

	private static final long INTERVAL_NANOS = 60_000_000_000L;

	private final AtomicLong end = new AtomicLong(System.nanoTime());

	private final AtomicInteger lines = new AtomicInteger();

	/**
	 * Logs a warning, unless there were 100 within the minute.
	 * @param logger the logger
	 * @param format the message
	 * @param arguments its arguments, and an exception
	 */
	public void warn(Logger logger, String format, Object... arguments) {
		long now = System.nanoTime();
		long due = this.end.get();
		if (now - due >= 0 && this.end.compareAndSet(due, now + INTERVAL_NANOS)) {
			this.lines.set(0);
		}
		int line = this.lines.incrementAndGet();
		if (line <= LINES) {
			logger.warn(format, arguments);
		}
		if (line == LINES) {
			logger.warn("Further lines like the one before are not logged for up to a minute");
		}
	}

}
