package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.membership.KnownResponders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until enough responders are subscribed to an exporter, and publishes
 * {@code initialization} again at an interval until then, unless that is zero.
 */
final class SubscriberWait {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final String publisherId;

	private final KnownResponders responders;

	private final int subscribers;

	private final Supplier<CompletionStage<?>> initialization;

	private final CompletableFuture<Boolean> reached;

	private final Timer timer;

	private final Duration republishInterval;

	private @Nullable Runnable cancelTimeout;

	private @Nullable Runnable cancelNext;

	SubscriberWait(String publisherId, KnownResponders responders, int subscribers,
			Supplier<CompletionStage<?>> initialization, Duration republishInterval, Timer timer) {
		this.publisherId = publisherId;
		this.responders = responders;
		this.subscribers = subscribers;
		this.initialization = initialization;
		this.reached = responders.await(subscribers);
		this.timer = timer;
		this.republishInterval = republishInterval;
	}

	boolean await(Duration timeout, Runnable first) {
		try {
			first.run();
			if (this.responders.ids().size() >= this.subscribers) {
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
		if (!this.reached.isDone() && !this.republishInterval.isZero()) {
			this.cancelNext = this.timer.schedule(this.republishInterval, this::publishAgain);
		}
	}

	private void publishAgain() {
		if (this.reached.isDone()) {
			return;
		}
		this.initialization.get().whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.warn("Could not ask for subscribers of '{}' again: {}", this.publisherId,
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
