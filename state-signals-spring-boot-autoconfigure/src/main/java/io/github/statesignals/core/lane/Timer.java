package io.github.statesignals.core.lane;

import java.time.Duration;

/**
 * Provides the time and runs tasks later. Tests use one that they advance themselves.
 */
public interface Timer {

	// As System.nanoTime() does.
	long nanoTime();

	// The task runs on the timer's thread and must not block. If it throws, that is
	// logged. Does nothing after stop(). The result cancels the task and may be run more
	// than once.
	Runnable schedule(Duration delay, Runnable task);

	void stop();

}
