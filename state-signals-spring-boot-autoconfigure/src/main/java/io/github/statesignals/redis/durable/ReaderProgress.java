package io.github.statesignals.redis.durable;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * The progress of a reader: at most one read at a time, and its failures in a row.
 */
final class ReaderProgress {

	private static final int FAILURES = 8;

	// Not a time: one passes while the process is frozen, too.
	static final int STUCK_TICKS = 10;

	@GuardedBy("this")
	private State state = State.IDLE;

	// The ticks since it began to read.
	@GuardedBy("this")
	private int ticks;

	@GuardedBy("this")
	private int failures;

	// False if the reader has stopped, or reads already.
	synchronized boolean begin() {
		if (this.state != State.IDLE) {
			return false;
		}
		this.state = State.READING;
		this.ticks = 0;
		return true;
	}

	synchronized void end() {
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

	// False if one read takes too many ticks.
	synchronized boolean tick() {
		return this.state != State.READING || ++this.ticks <= STUCK_TICKS;
	}

	synchronized void reset() {
		this.failures = 0;
	}

	synchronized int fail() {
		return ++this.failures;
	}

	// Whether the failures, with growing intervals, have taken longer than a lease.
	static boolean isLasting(int failures) {
		return failures % FAILURES == 0;
	}

	private enum State {

		IDLE, READING, STOPPED

	}

}
