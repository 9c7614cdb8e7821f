package io.github.statesignals.core;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The machine's own time. Has one thread, and that only while something is scheduled or
 * has been lately.
 */
final class SystemTimer implements Timer {

	private final ScheduledThreadPoolExecutor executor;

	SystemTimer() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-timer-");
		threads.setDaemon(true);
		this.executor = new ScheduledThreadPoolExecutor(1, threads);
		// Most timeouts are cancelled: they must not stay in the queue until they are
		// due.
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setKeepAliveTime(10, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Duration delay, Runnable task) {
		try {
			Future<?> future = this.executor.schedule(task, saturatedNanos(delay), TimeUnit.NANOSECONDS);
			return () -> future.cancel(false);
		}
		catch (RejectedExecutionException ex) {
			// Stopped, and so is the transport: whatever is sent fails by itself.
			return () -> {
			};
		}
	}

	// 292 years: a Duration may be longer.
	private static long saturatedNanos(Duration delay) {
		try {
			return delay.toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE >> 1;
		}
	}

	@Override
	public void stop() {
		this.executor.shutdownNow();
	}

}
