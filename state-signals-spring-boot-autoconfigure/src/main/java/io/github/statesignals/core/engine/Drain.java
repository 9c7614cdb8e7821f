package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.lane.OrderedLanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the handlers when the engine stops, but not for those that wait for the stop.
 * The signals of handlers that have not finished fail: the bye that follows does not
 * state that a handler had begun.
 */
final class Drain {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	private Drain() {
	}

	// stopping: the thread that stops the engine, and waits for it.
	static void await(OrderedLanes lanes, Duration timeout, Thread stopping) {
		try {
			List<OrderedLanes.Task> ending = lanes.abandon((thread) -> thread == stopping || isExiting(thread));
			ending.forEach(OrderedLanes.Task::cutOff);
			ending.forEach((task) -> logger.warn("Not waiting for {}: the handler ends the application before it has "
					+ "returned, so it has not succeeded. Let it return first, and another thread end the application",
					task));
			if (!lanes.awaitIdle(timeout)) {
				logger.warn(
						"Handlers had not finished within {}: {}. Their signals fail; those of durable channels are "
								+ "delivered again. Shorten them or raise spring.lifecycle.timeout-per-shutdown-phase",
						timeout, lanes.unfinished());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException | Error ex) {
			// A handler's toString() may fail.
			logger.warn("Handlers had not finished. Their signals fail; those of durable channels are delivered again",
					ex);
		}
		lanes.runningTasks().forEach(OrderedLanes.Task::cutOff);
	}

	// Such a thread never goes on.
	private static boolean isExiting(Thread thread) {
		return Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(Runtime.class.getName())
					&& frame.getMethodName().equals("exit"));
	}

}
