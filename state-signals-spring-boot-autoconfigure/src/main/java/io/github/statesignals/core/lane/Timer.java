package io.github.statesignals.core.lane;

import java.time.Duration;

/**
 * Provides the time and runs tasks later. Tests use one that they advance themselves.
 */
public interface Timer {

	/**
	 * Returns the current time, as {@link System#nanoTime()} does.
	 * @return nanoseconds since an arbitrary moment; may overflow
	 */
	long nanoTime();

	/**
	 * Schedules a task, once. It runs on the timer's thread and must not block. If it
	 * throws, that is logged. Does nothing after {@link #stop()}.
	 * @param delay the delay
	 * @param task the task
	 * @return cancels the task if it has not started; may be run more than once
	 */
	Runnable schedule(Duration delay, Runnable task);

	/**
	 * Cancels all tasks and releases the thread.
	 */
	void stop();

}
