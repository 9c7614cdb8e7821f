package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.core.Futures;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.membership.KnownResponders;

/**
 * Waits until enough responders are subscribed to an exporter, and publishes
 * {@code initialization} again at an interval until then, unless that is zero.
 */
final class SubscriberWait {

	private final KnownResponders responders;

	private final int subscribers;

	private final SubscriptionRequests requests;

	private final CompletableFuture<Boolean> reached;

	private final Timer timer;

	private final Duration republishInterval;

	private Runnable cancelTimeout = () -> {
	};

	private Runnable cancelNext = () -> {
	};

	SubscriberWait(KnownResponders responders, int subscribers, SubscriptionRequests requests,
			Duration republishInterval, Timer timer) {
		this.responders = responders;
		this.subscribers = subscribers;
		this.requests = requests;
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
		if (!this.reached.isDone()) {
			this.requests.send().whenComplete((sent, ex) -> schedule());
		}
	}

	private synchronized void end() {
		this.reached.cancel(false);
		this.cancelTimeout.run();
		this.cancelNext.run();
	}

}
