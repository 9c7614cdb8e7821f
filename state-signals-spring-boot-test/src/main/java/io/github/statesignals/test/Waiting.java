package io.github.statesignals.test;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for conditions, in real time.
 */
final class Waiting {

	static final Duration PATIENCE = Duration.ofSeconds(10);

	private Waiting() {
	}

	static boolean until(BooleanSupplier condition) {
		return until(PATIENCE, condition);
	}

	// False after the timeout, or if the thread is interrupted.
	static boolean until(Duration timeout, BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > timeout.toNanos() || Thread.currentThread().isInterrupted()) {
				return false;
			}
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
		}
		return true;
	}

}
