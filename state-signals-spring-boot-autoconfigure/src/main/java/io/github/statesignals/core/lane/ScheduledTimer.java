package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Timer in real time, with one daemon thread that ends when nothing has been scheduled
 * for ten seconds.
 */
public final class ScheduledTimer implements Timer {

	private static final Logger logger = LoggerFactory.getLogger(ScheduledTimer.class);

	private static final long KEEP_ALIVE_SECONDS = 10;

	private final ScheduledThreadPoolExecutor executor;

	// The thread starts with the first task.
	public ScheduledTimer() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-timer-");
		threads.setDaemon(true);
		this.executor = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
		// Nearly all tasks are timeouts that are cancelled long before they are due.
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.executor.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Duration delay, Runnable task) {
		// Durations of more than 292 years are cut off.
		long nanos = TimeUnit.NANOSECONDS.convert(delay);
		Future<?> scheduled = this.executor.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
		return () -> scheduled.cancel(false);
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("A scheduled task failed", ex);
		}
	}

	@Override
	public void stop() {
		// Not shutdownNow, which would interrupt a running task.
		this.executor.shutdown();
	}

}
