package io.github.statesignals.core;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went through an engine, since it was created.
 *
 * @since 0.1.0
 */
public final class SignalCounters {

	private static final Logger logger = LoggerFactory.getLogger(SignalCounters.class);

	/**
	 * At most one line about malformed payloads in so long.
	 */
	private static final long LOG_INTERVAL_NANOS = 60_000_000_000L;

	final LongAdder signals = new LongAdder();

	final LongAdder responses = new LongAdder();

	final LongAdder malformed = new LongAdder();

	final LongAdder rejected = new LongAdder();

	private final AtomicLong nextLogNanos = new AtomicLong(System.nanoTime());

	SignalCounters() {
	}

	/**
	 * The signals heard, whoever published them.
	 * @return the number
	 */
	public long signals() {
		return this.signals.sum();
	}

	/**
	 * The responses heard, whoever they were for.
	 * @return the number
	 */
	public long responses() {
		return this.responses.sum();
	}

	/**
	 * The payloads that were neither, and were skipped.
	 * @return the number
	 */
	public long malformed() {
		return this.malformed.sum();
	}

	/**
	 * The signals that were answered {@code busy}, because too many of their publisher
	 * were waiting already.
	 * @return the number
	 */
	public long rejected() {
		return this.rejected.sum();
	}

	void malformed(String source, String problem) {
		this.malformed.increment();
		long now = System.nanoTime();
		long next = this.nextLogNanos.get();
		if (now - next >= 0 && this.nextLogNanos.compareAndSet(next, now + LOG_INTERVAL_NANOS)) {
			logger.warn("Skipped a malformed payload on '{}': {} ({} so far; the next is logged in a minute or later)",
					source, problem, malformed());
		}
	}

}
