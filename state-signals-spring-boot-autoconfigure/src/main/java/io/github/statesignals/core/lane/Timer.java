package io.github.statesignals.core.lane;

import java.time.Duration;

/**
 * Time, from outside: so that the engine's tests turn the hands themselves.
 */
public interface Timer {

	/**
	 * The time that has passed since some moment.
	 * @return nanoseconds
	 */
	long nanoTime();

	/**
	 * Run something later, on a thread that must not be blocked.
	 * @param delay how much later
	 * @param task what to run
	 * @return cancels it
	 */
	Runnable schedule(Duration delay, Runnable task);

	/**
	 * Forget what is scheduled and let the thread go.
	 */
	void stop();

}
