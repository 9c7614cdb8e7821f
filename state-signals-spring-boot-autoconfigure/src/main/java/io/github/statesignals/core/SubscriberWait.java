package io.github.statesignals.core;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.lane.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until enough responders are subscribed to an exporter, and publishes
 * {@code initialization} again at an interval until then.
 */
final class SubscriberWait {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final DefaultSignalExporter exporter;

	private final int subscribers;

	private final CompletableFuture<Boolean> reached;

	private final Timer timer;

	private final Duration republishInterval;

	private @Nullable Runnable cancelTimeout;

	private @Nullable Runnable cancelNext;

	/**
	 * Create a wait.
	 * @param exporter the exporter
	 * @param subscribers how many responders to wait for
	 * @param engine provides the time and the interval
	 */
	SubscriberWait(DefaultSignalExporter exporter, int subscribers, SignalEngine engine) {
		this.exporter = exporter;
		this.subscribers = subscribers;
		this.reached = exporter.awaitSubscribers(subscribers);
		this.timer = engine.getTimer();
		this.republishInterval = engine.getSettings().exporters().republishInterval();
	}

	/**
	 * Wait.
	 * @param timeout how long; negative: indefinitely
	 * @param initialization run first
	 * @return {@code false} when the timeout passed before
	 */
	boolean await(Duration timeout, Runnable initialization) {
		try {
			initialization.run();
			if (this.exporter.getSubscribers().size() >= this.subscribers) {
				this.reached.complete(true);
			}
			if (!timeout.isNegative()) {
				this.cancelTimeout = this.timer.schedule(timeout, () -> this.reached.complete(false));
			}
			schedule();
			return Futures.join(this.reached);
		}
		finally {
			end();
		}
	}

	private synchronized void schedule() {
		if (!this.reached.isDone()) {
			this.cancelNext = this.timer.schedule(this.republishInterval, this::ask);
		}
	}

	private void ask() {
		if (this.reached.isDone()) {
			return;
		}
		this.exporter.askAgain().whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.warn("Could not ask for subscribers of '{}' again: {}", this.exporter.getPublisherId(),
						Futures.unwrap(ex).toString());
			}
			schedule();
		});
	}

	private synchronized void end() {
		this.reached.cancel(false);
		if (this.cancelTimeout != null) {
			this.cancelTimeout.run();
		}
		if (this.cancelNext != null) {
			this.cancelNext.run();
		}
	}

}
