package io.github.statesignals.core.exporter;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.SignalPublisher;
import io.github.statesignals.core.publish.membership.KnownResponders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks responders to subscribe to one exporter, again when some have said hello and have
 * yet to subscribe, or do not say hello. Most subscribe by themselves, for they have
 * received an initialization meanwhile; many that start together are asked once.
 */
final class SubscriptionRequests {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private static final int LIMIT = 1_000;

	// Is the id of no responder.
	private static final String UNANNOUNCED = "";

	private final String publisherId;

	private final Timer timer;

	private final KnownResponders responders;

	private final Supplier<@Nullable Signal> initialization;

	private final SignalPublisher publisher;

	private final HelloBackOff backOff = new HelloBackOff();

	private final Set<String> ids = new HashSet<>();

	// The responders that the last initialization was sent for.
	private Set<String> asked = Set.of();

	private @Nullable Runnable cancel;

	// The clients that received the last initialization.
	private long receivers = Long.MAX_VALUE;

	SubscriptionRequests(String publisherId, Timer timer, KnownResponders responders,
			Supplier<@Nullable Signal> initialization, SignalPublisher publisher) {
		this.publisherId = publisherId;
		this.timer = timer;
		this.responders = responders;
		this.initialization = initialization;
		this.publisher = publisher;
	}

	CompletionStage<?> ask(Signal initialization) {
		CompletableFuture<?> sending = this.publisher.sendInitialization(initialization);
		sending.thenAccept((sent) -> {
			if (sent instanceof Long receivers) {
				asked(receivers);
			}
		});
		return sending;
	}

	// Asks again. Completes at once if there is no need.
	CompletionStage<?> send() {
		Signal current = this.initialization.get();
		CompletionStage<?> sending = (current != null) ? ask(current) : CompletableFuture.completedFuture(null);
		this.publisher.completeEnded();
		return sending.whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.warn("Could not ask for subscribers of '{}' again: {}", this.publisherId,
						Futures.unwrap(ex).toString());
			}
		});
	}

	synchronized void add(String responderId) {
		if (this.ids.size() < LIMIT) {
			this.ids.add(responderId);
		}
		if (this.cancel == null) {
			if (this.asked.stream().anyMatch(this.responders::isExtended)) {
				this.backOff.reset();
			}
			this.cancel = this.timer.schedule(this.backOff.next(this.timer.nanoTime()), this::askIfWaiting);
		}
	}

	private synchronized void asked(long receivers) {
		this.receivers = receivers;
	}

	// More than were asked: some of them do not say hello, as those of Python.
	synchronized void count(long receivers) {
		if (receivers > this.receivers) {
			add(UNANNOUNCED);
		}
		this.receivers = Math.min(this.receivers, receivers);
	}

	private void askIfWaiting() {
		boolean waiting;
		synchronized (this) {
			this.cancel = null;
			waiting = this.ids.stream().anyMatch((id) -> !this.responders.isExtended(id));
			if (waiting) {
				this.asked = Set.copyOf(this.ids);
				this.backOff.sent(this.timer.nanoTime());
			}
			this.ids.clear();
		}
		if (waiting) {
			send();
		}
	}

	synchronized void clear() {
		this.ids.clear();
		this.asked = Set.of();
		this.backOff.reset();
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

}
