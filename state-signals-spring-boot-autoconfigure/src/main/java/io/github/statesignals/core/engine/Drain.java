package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.stream.Stream;

import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.lane.OrderedLanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the handlers when the engine stops, but not for those that wait for the stop.
 */
final class Drain {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	private Drain() {
	}

	// stopping: the thread that stops the engine, and waits for it.
	static void await(OrderedLanes lanes, Duration timeout, Thread stopping) {
		try {
			lanes.abandon((thread) -> thread == stopping || isExiting(thread))
				.forEach((task) -> logger.warn("Stopping without an answer to the signal of {}: the handler ends the "
						+ "application before it has returned. Let it return first, and another thread end the "
						+ "application", task));
			if (!lanes.awaitIdle(timeout)) {
				logger.warn("Stopping without an answer to the signals whose handlers had not finished within {}: {}",
						timeout, lanes.unfinished());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | Error ex) {
			// A handler's toString() may fail.
			logger.warn("Stopping without an answer to signals whose handlers had not finished", ex);
		}
	}

	// Such a thread never goes on.
	private static boolean isExiting(Thread thread) {
		return Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(Runtime.class.getName())
					&& frame.getMethodName().equals("exit"));
	}

}
