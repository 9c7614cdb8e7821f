package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.SignalPublisher;
import io.github.statesignals.core.publish.membership.KnownResponder;
import io.github.statesignals.core.publish.membership.KnownResponders;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks responders to subscribe to one exporter, again when some have sent hello and have
 * yet to subscribe, or do not send hello. Most subscribe by themselves, for they have
 * received an initialization meanwhile; many that start together are asked once.
 */
final class SubscriptionRequests {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private static final int LIMIT = 250;

	// Is the id of no responder.
	private static final String UNANNOUNCED = "";

	private final String publisherId;

	private final Timer timer;

	private final KnownResponders responders;

	private final Supplier<@Nullable Signal> initialization;

	private final SignalPublisher publisher;

	@GuardedBy("this")
	private final HelloBackOff backOff = new HelloBackOff();

	// The responders by id, as their hellos describe them.
	@GuardedBy("this")
	private final Map<String, KnownResponder> waiting = new HashMap<>();

	// Those that the last initialization was sent for.
	@GuardedBy("this")
	private Map<String, KnownResponder> asked = Map.of();

	@GuardedBy("this")
	private @Nullable Runnable cancel;

	// The clients that received the last initialization.
	@GuardedBy("this")
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

	// Waits until enough responders are subscribed, and asks again at an interval until
	// then, unless that is zero. A negative timeout waits indefinitely.
	boolean await(int count, Duration timeout, Duration interval, Runnable first) {
		CompletableFuture<Boolean> reached = this.responders.await(count);
		try {
			first.run();
			if (this.responders.ids().size() >= count) {
				reached.complete(true);
			}
			if (!timeout.isNegative()) {
				Runnable cancelTimeout = this.timer.schedule(timeout, () -> reached.complete(false));
				reached.whenComplete((enough, ex) -> cancelTimeout.run());
			}
			if (!interval.isZero()) {
				AtomicReference<Runnable> next = new AtomicReference<>();
				sendUntil(reached, interval, next);
				reached.whenComplete((enough, ex) -> next.get().run());
			}
			return Futures.join(reached, Signal.INITIALIZATION);
		}
		finally {
			reached.cancel(false);
		}
	}

	private void sendUntil(CompletableFuture<?> reached, Duration interval, AtomicReference<Runnable> next) {
		next.set(this.timer.schedule(interval, () -> {
			if (!reached.isDone()) {
				send().whenComplete((sent, ex) -> sendUntil(reached, interval, next));
			}
		}));
		if (reached.isDone()) {
			next.get().run();
		}
	}

	// Asks a responder that sends hello, unless it is subscribed.
	void add(String responderId, ResponseExtension hello) {
		KnownResponder described = new KnownResponder(hello);
		if (!this.responders.isSubscribed(responderId, described)) {
			add(responderId, described);
		}
	}

	private synchronized void add(String responderId, KnownResponder described) {
		if (this.waiting.size() < LIMIT) {
			this.waiting.merge(responderId, described, KnownResponder::merge);
		}
		if (this.cancel == null) {
			if (this.asked.entrySet().stream().anyMatch(this::isSubscribed)) {
				this.backOff.reset();
			}
			this.cancel = this.timer.schedule(this.backOff.next(this.timer.nanoTime()), this::askIfWaiting);
		}
	}

	private boolean isSubscribed(Map.Entry<String, KnownResponder> responder) {
		return this.responders.isSubscribed(responder.getKey(), responder.getValue());
	}

	private synchronized void asked(long receivers) {
		this.receivers = receivers;
	}

	// More than were asked: some of them do not send hello, as those of Python.
	synchronized void count(long receivers) {
		if (receivers > this.receivers) {
			add(UNANNOUNCED, KnownResponder.LEGACY);
		}
		this.receivers = Math.min(this.receivers, receivers);
	}

	private void askIfWaiting() {
		boolean asking;
		synchronized (this) {
			this.cancel = null;
			asking = !this.waiting.entrySet().stream().allMatch(this::isSubscribed);
			if (asking) {
				this.asked = Map.copyOf(this.waiting);
				this.backOff.sent(this.timer.nanoTime());
			}
			this.waiting.clear();
		}
		if (asking) {
			send();
		}
	}

	synchronized void clear() {
		this.waiting.clear();
		this.asked = Map.of();
		this.backOff.reset();
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

}
