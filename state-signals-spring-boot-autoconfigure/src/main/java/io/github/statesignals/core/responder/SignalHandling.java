package io.github.statesignals.core.responder;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings.Expired;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SignalObserver.Observed;
import io.github.statesignals.core.SignalObserver.Scope;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.transport.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.StringUtils;

/**
 * Handles the signals of one responder with its listeners and handlers, one after the
 * other, and answers each signal once.
 */
@SuppressWarnings("try")
record SignalHandling(String responderId, EngineServices services, List<Consumer<Signal>> listeners,
		UnansweredSignals unanswered, SignalAnswers answers, Runnable onHandled) {

	// The acknowledgement of a handler that does not act on a signal. Compared by
	// identity.
	static final Acknowledgement NOT_HANDLED = new Acknowledgement(Acknowledgement.SUCCESS, null);

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	OrderedLanes.Task task(Delivery delivery, List<RegisteredHandler> matching) {
		return new Handling(delivery, matching);
	}

	void cutOff() {
		this.unanswered.removeAwaited(this.services.timer().nanoTime())
			.forEach((delivery) -> this.answers.answer(delivery,
					Acknowledgement.failure("The application stopped before it had answered")));
	}

	// Handles a signal and answers it.
	private @Nullable CompletableFuture<?> handle(Handling handling) {
		CompletableFuture<?> unfinished = null;
		try {
			if (handling.delivery.begin() && !isRejected(handling.delivery)) {
				notifyListeners(handling.delivery);
				unfinished = invoke(handling, Observed.NONE);
			}
		}
		finally {
			if (unfinished == null) {
				this.onHandled.run();
			}
		}
		return (unfinished != null) ? unfinished.whenComplete((nothing, ex) -> this.onHandled.run()) : null;
	}

	private boolean isRejected(Delivery delivery) {
		if (!delivery.isExpired(this.services.timer().nanoTime())) {
			return false;
		}
		this.services.counters().expired(delivery.signal(), this.responderId);
		if (this.services.settings().responders().expired() != Expired.REJECT) {
			return false;
		}
		this.answers.answer(delivery, Acknowledgement.failure("expired: it came after the publisher's timeout"));
		return true;
	}

	private void notifyListeners(Delivery delivery) {
		if (this.listeners.isEmpty()) {
			return;
		}
		this.unanswered.add(delivery);
		Signal signal = delivery.signal();
		for (Consumer<Signal> listener : this.listeners) {
			Thread.interrupted();
			Observed observed = Signal.isReserved(signal.event()) ? Observed.NONE : observe(delivery, null);
			Scope scope = observed.open();
			Throwable failure = null;
			try {
				listener.accept(signal);
			}
			catch (Throwable ex) {
				failure = ex;
				this.services.counters().failedHandlers.warn(logger, "A listener of '{}' failed on '{}' of '{}'",
						this.responderId, LogText.printable(signal.event()), LogText.printable(signal.publisherId()),
						ex);
			}
			finally {
				scope.close();
				observed.outcome(null, failure);
				observed.stop();
			}
		}
	}

	// Without a handler: a listener's call.
	private Observed observe(Delivery delivery, RegisteredHandler.@Nullable Call call) {
		SignalObserver observer = this.services.observer();
		return (observer == SignalObserver.NONE || (call != null && !call.isSelected())) ? Observed.NONE
				: observer.handle(this.answers.receivedBy(delivery), (call != null) ? call.describe() : "listener");
	}

	private @Nullable CompletableFuture<?> invoke(Handling handling, Observed before) {
		Delivery delivery = handling.delivery;
		Observed last = before;
		while (handling.hasNext()) {
			RegisteredHandler handler = handling.next();
			if (!delivery.begin()) {
				last.stop();
				return null;
			}
			if (handler.isRemoved()) {
				// While the signal was queued.
				handling.withdrawn = true;
				continue;
			}
			last.stop();
			RegisteredHandler.Call call = handler.call(delivery.signal());
			Observed observed = observe(delivery, call);
			last = observed;
			CompletableFuture<@Nullable Acknowledgement> outcome = invoke(delivery.signal(), call, observed);
			if (!outcome.isDone()) {
				return invokeRest(handling, outcome, observed);
			}
			handling.add(outcome.join());
		}
		Thread.interrupted();
		// If the signal has no trace context, its answer gets that of the handler.
		try (Scope scope = last.open()) {
			if (handling.end() && (!handling.isWithdrawn() || !this.listeners.isEmpty() || !delivery.release())) {
				answer(delivery, handling.merged);
			}
		}
		finally {
			last.stop();
		}
		return null;
	}

	private CompletableFuture<?> invokeRest(Handling handling, CompletableFuture<@Nullable Acknowledgement> outcome,
			Observed observed) {
		handling.resumedBy = null;
		return outcome.thenComposeAsync((acknowledgement) -> {
			handling.add(acknowledgement);
			handling.resumedBy = Thread.currentThread();
			CompletableFuture<?> rest = invoke(handling, observed);
			if (rest != null) {
				return rest;
			}
			handling.resumedBy = null;
			return CompletableFuture.completedFuture(null);
		}, this.services.executor());
	}

	private void answer(Delivery delivery, @Nullable Acknowledgement acknowledgement) {
		boolean listening = !this.listeners.isEmpty();
		if (acknowledgement == NOT_HANDLED && !listening) {
			this.answers.respondUnhandled(delivery);
		}
		else if (acknowledgement != null && acknowledgement != NOT_HANDLED) {
			this.unanswered.find(delivery.signal(), true);
			this.answers.answer(delivery, acknowledgement);
		}
		else if (!listening && Signal.isReserved(delivery.signal().event())) {
			this.answers.answer(delivery, Acknowledgement.success());
		}
		else if (!listening) {
			this.answers.answerUnhandled(delivery);
		}
		else if (Signal.SHUTDOWN.equals(delivery.signal().event())) {
			this.unanswered.find(delivery.signal(), true);
			delivery.settle();
		}
	}

	private CompletableFuture<@Nullable Acknowledgement> invoke(Signal signal, RegisteredHandler.Call call,
			Observed observed) {
		// The interrupt of a listener or another handler is not for this one.
		Thread.interrupted();
		try (Scope scope = observed.open()) {
			CompletableFuture<@Nullable Acknowledgement> outcome = this.services.interceptors()
				.handle(signal, call)
				.toCompletableFuture();
			// Most are done already, and with success.
			if (outcome.isDone() && !outcome.isCompletedExceptionally()) {
				note(observed, outcome.join());
				return outcome;
			}
			return outcome.handle((acknowledgement, ex) -> {
				if (ex != null) {
					return failure(signal, Futures.unwrap(ex), observed);
				}
				note(observed, acknowledgement);
				return acknowledgement;
			});
		}
		catch (Throwable ex) {
			return CompletableFuture.completedFuture(failure(signal, Futures.undeclared(ex), observed));
		}
	}

	private static void note(Observed observed, @Nullable Acknowledgement acknowledgement) {
		observed.outcome((acknowledgement != NOT_HANDLED) ? acknowledgement : null, null);
	}

	private Acknowledgement failure(Signal signal, Throwable ex, Observed observed) {
		observed.outcome(null, ex);
		try (Scope scope = observed.open()) {
			return failure(signal, ex);
		}
	}

	private Acknowledgement failure(Signal signal, Throwable ex) {
		if (ex instanceof MetadataConversionException) {
			this.services.counters().unreadable(signal, this.responderId, String.valueOf(ex.getMessage()));
		}
		else {
			this.services.counters().failedHandlers.warn(logger, "A handler of '{}' failed on '{}' of '{}'",
					this.responderId, LogText.printable(signal.event()), LogText.printable(signal.publisherId()), ex);
		}
		String message = null;
		try {
			message = ex.getMessage();
		}
		catch (RuntimeException | Error unreadable) {
			logger.debug("The message of a {} can't be read", ex.getClass().getName());
		}
		return Acknowledgement.failure(StringUtils.hasText(message) ? message : ex.getClass().getSimpleName());
	}

	// The first failure, and all messages.
	private static Acknowledgement merge(Acknowledgement first, Acknowledgement second) {
		int ras = first.isSuccess() ? second.ras() : first.ras();
		if (first.message() == null || second.message() == null) {
			return Acknowledgement.of(ras, (first.message() != null) ? first.message() : second.message());
		}
		return Acknowledgement.of(ras, first.message() + "; " + second.message());
	}

	// A signal and its handlers, one after the other. Its string names the one that runs.
	private final class Handling implements OrderedLanes.Task {

		private final Delivery delivery;

		private final List<RegisteredHandler> matching;

		// Written by the thread that handles; read by those that ask for the string.
		private volatile int next;

		private volatile @Nullable Thread resumedBy;

		// NOT_HANDLED if no handler has acted; null if none is called or selected.
		private @Nullable Acknowledgement merged;

		// Whether a handler was removed before it was called.
		private boolean withdrawn;

		@GuardedBy("this")
		private boolean ended;

		Handling(Delivery delivery, List<RegisteredHandler> matching) {
			this.delivery = delivery;
			this.matching = matching;
		}

		@Override
		public @Nullable CompletableFuture<?> run() {
			return handle(this);
		}

		@Override
		public @Nullable Thread resumedBy() {
			return this.resumedBy;
		}

		// A stored signal is delivered again. Listeners and subscribing are no handlers
		// that have begun.
		@Override
		public void cutOff() {
			if (this.next > 0 && this.delivery.receipt() == null && !Signal.isReserved(this.delivery.signal().event())
					&& end()) {
				answer(this.delivery,
						Acknowledgement.failure("The application stopped before the handler had finished"));
			}
		}

		// False if it has ended: a signal is answered once.
		synchronized boolean end() {
			boolean first = !this.ended;
			this.ended = true;
			return first;
		}

		@Override
		public long bytes() {
			return this.delivery.bytes();
		}

		void add(@Nullable Acknowledgement acknowledgement) {
			if (this.merged == null || this.merged == NOT_HANDLED) {
				this.merged = (acknowledgement != null) ? acknowledgement : this.merged;
			}
			else if (acknowledgement != null && acknowledgement != NOT_HANDLED) {
				this.merged = merge(this.merged, acknowledgement);
			}
		}

		boolean isWithdrawn() {
			return this.withdrawn && (this.merged == null || this.merged == NOT_HANDLED);
		}

		boolean hasNext() {
			return this.next < this.matching.size();
		}

		RegisteredHandler next() {
			int index = this.next;
			this.next = index + 1;
			return this.matching.get(index);
		}

		@Override
		public String toString() {
			int index = this.next - 1;
			Signal signal = this.delivery.signal();
			return "%s of '%s' on '%s' of '%s'".formatted(
					(index < 0) ? "a listener" : this.matching.get(index).describe(), SignalHandling.this.responderId,
					LogText.printable(signal.event()), LogText.printable(signal.publisherId()));
		}

	}

}
