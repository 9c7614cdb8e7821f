package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schedules further attempts, which must not block.
 */
record Retries(ScheduledExecutorService scheduler) {

	private static final Logger logger = LoggerFactory.getLogger(Retries.class);

	private static final long FIRST_MILLIS = 200;

	private static final long LAST_MILLIS = 5_000;

	private static final Duration CAPACITY_INTERVAL = Duration.ofMillis(20);

	void later(Runnable task) {
		schedule(task, Duration.ofMillis(FIRST_MILLIS));
	}

	// Runs a task later, with an interval that doubles with each failure.
	void backOff(int failures, Runnable task) {
		long factor = 1L << Math.min(Math.max(failures, 1) - 1, 10);
		schedule(task, Duration.ofMillis(Math.min(FIRST_MILLIS * factor, LAST_MILLIS)));
	}

	void whenCapacity(Runnable task) {
		schedule(task, CAPACITY_INTERVAL);
	}

	private void schedule(Runnable task, Duration delay) {
		try {
			this.scheduler.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Not tried again: the transport was stopped", ex);
		}
	}

}
