package io.github.statesignals.redis.durable;

import java.time.Duration;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.durable.ReaderLease.Moment;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a reader: at most one read at a time, and its failures in a row.
 */
final class ReaderProgress {

	private static final int FAILURES = 8;

	@GuardedBy("this")
	private State state = State.IDLE;

	@GuardedBy("this")
	private @Nullable Moment readingSince;

	@GuardedBy("this")
	private int failures;

	/**
	 * Begins to read.
	 * @return {@code false} if the reader has stopped, or reads already
	 */
	synchronized boolean begin() {
		if (this.state != State.IDLE) {
			return false;
		}
		this.state = State.READING;
		this.readingSince = Moment.now();
		return true;
	}

	synchronized void end() {
		this.readingSince = null;
		if (this.state == State.READING) {
			this.state = State.IDLE;
		}
	}

	synchronized void stop() {
		this.state = State.STOPPED;
	}

	synchronized boolean isStopped() {
		return this.state == State.STOPPED;
	}

	synchronized boolean isStuck(Duration time) {
		return this.readingSince != null && this.readingSince.age().compareTo(time) > 0;
	}

	synchronized void reset() {
		this.failures = 0;
	}

	/**
	 * Counts a failure.
	 * @return the number of failures in a row
	 */
	synchronized int fail() {
		return ++this.failures;
	}

	/**
	 * Whether the failures, with growing intervals, have taken longer than a lease.
	 */
	static boolean isLasting(int failures) {
		return failures % FAILURES == 0;
	}

	private enum State {

		IDLE, READING, STOPPED

	}

}
