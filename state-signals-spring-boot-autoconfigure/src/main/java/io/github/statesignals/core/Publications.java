package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.KnownResponders.Subscribers;
import io.github.statesignals.core.PendingPublication.Verdict;
import io.github.statesignals.core.SignalTransport.KeptSignal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.TaskRejectedException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * What an exporter is publishing. Where all subscribers echo the id of a signal, many of
 * an event are under way at once. Else an answer names no more than publisher and event,
 * so that a second signal of the event waits in a queue until the first has ended, and
 * those behind it, too: they keep their order. All state is guarded by one lock, under
 * which nothing blocks.
 */
final class Publications {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	/**
	 * What every publication is before it is sent. Nobody tells it of anything.
	 */
	private static final PendingPublication NOT_SENT = new PendingPublication(Set.of(), null, 0, false);

	/**
	 * The sender's: what it sends may end what was sent before.
	 */
	private final ReentrantLock lock;

	private final Map<String, EventQueue> queues = new HashMap<>();

	/**
	 * Those that are under way with an id, by that.
	 */
	private final Map<String, Publication> identified = new HashMap<>();

	private final SignalEngine engine;

	private final SignalSender sender;

	private final KnownResponders responders;

	private final Consumer<Set<String>> missed;

	/**
	 * The events whose queues are being sent from. Sending may end others: a transport is
	 * free to complete on the sender's thread whatever was on its way.
	 */
	private final Set<String> sending = new HashSet<>();

	private final PublishWindow window = new PublishWindow();

	/**
	 * The events whose first one waits for room in the window.
	 */
	private final Set<String> starved = new HashSet<>();

	/**
	 * How many there are, on their way and queued.
	 */
	private int size;

	private long lastNumber;

	/**
	 * Create a queue.
	 * @param engine the engine
	 * @param sender sends the signals
	 * @param responders whom to await
	 * @param missed told who did not answer in time
	 */
	Publications(SignalEngine engine, SignalSender sender, KnownResponders responders, Consumer<Set<String>> missed) {
		this.engine = engine;
		this.sender = sender;
		this.lock = sender.getLock();
		this.responders = responders;
		this.missed = missed;
	}

	/**
	 * Publish a signal, or queue it.
	 * @param signal the signal
	 * @param options how to await its answers
	 * @return the result
	 */
	CompletableFuture<SignalResult> add(Signal signal, PublishOptions options) {
		Publication publication = new Publication(signal, options);
		this.lock.lock();
		try {
			int limit = this.engine.getSettings().exporters().maxPending();
			if (this.size >= limit) {
				return CompletableFuture.failedFuture(new TaskRejectedException(
						("'%s' is not published: %d publishes of exporter '%s' are under way already. Await some of "
								+ "their results first, or raise state-signals.exporter.max-pending")
							.formatted(signal.event(), limit, signal.publisherId())));
			}
			this.size++;
			publication.number = ++this.lastNumber;
			if (!sendAtOnce(publication)) {
				this.queues.computeIfAbsent(signal.event(), (key) -> new EventQueue()).waiting.add(publication);
				sendNext(signal.event());
			}
		}
		finally {
			this.lock.unlock();
		}
		return publication;
	}

	// Most need not queue: there is room, and nobody waits before them.
	private boolean sendAtOnce(Publication publication) {
		if (!this.starved.isEmpty() || this.queues.containsKey(publication.signal.event())) {
			return false;
		}
		Subscribers subscribers = this.responders.subscribers();
		if (!isIdentified(subscribers) || !this.window.hasRoom(subscribers.ids().size(), publication.bytes)) {
			return false;
		}
		publication.send(subscribers);
		return true;
	}

	private boolean isIdentified(Subscribers subscribers) {
		return subscribers.understanding() && this.sender.isExtended(subscribers);
	}

	/**
	 * A response to one of these was heard, or to none.
	 * @param response the response
	 * @param id the id that it echoes, if any
	 */
	void onResponse(Response response, @Nullable String id) {
		Publication publication;
		Verdict verdict = Verdict.NOT_AWAITED;
		SignalResult result = null;
		this.lock.lock();
		try {
			publication = find(response, id);
			if (publication != null) {
				long now = now();
				verdict = publication.pending.respond(response, now);
				if (verdict == Verdict.COUNTED) {
					publication.tellListener(response.responderId());
				}
				if (publication.pending.isComplete()) {
					result = publication.conclude(now);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (verdict == Verdict.COUNTED) {
			logger.debug("'{}' answered '{}' with ras {}", response.responderId(), response.event(), response.ras());
		}
		else {
			this.engine.counters().unexpected(response, verdict);
		}
		if (publication != null && result != null) {
			publication.tell(result);
		}
	}

	private @Nullable Publication find(Response response, @Nullable String id) {
		if (id != null) {
			Publication publication = this.identified.get(id);
			return (publication != null && publication.signal.event().equals(response.event())) ? publication : null;
		}
		EventQueue queue = this.queues.get(response.event());
		return (queue != null) ? queue.exclusive : null;
	}

	/**
	 * A responder left: nobody awaits it any more.
	 * @param responderId its id
	 * @return whether it was subscribed
	 */
	boolean leave(String responderId) {
		boolean subscribed;
		List<Publication> complete = new ArrayList<>();
		this.lock.lock();
		try {
			// Together, or one that is sent in between would await it.
			subscribed = this.responders.remove(responderId);
			for (Publication publication : underWay()) {
				if (publication.isCompleteWithout(responderId)) {
					complete.add(publication);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		complete.forEach(Publication::endNow);
		return subscribed;
	}

	/**
	 * Answers may have been missed: have those that are kept told again.
	 */
	void recall() {
		List<String> kept = new ArrayList<>();
		this.lock.lock();
		try {
			for (Publication publication : underWay()) {
				String id = publication.pending.id();
				if (id != null) {
					kept.add(id);
				}
				publication.recalledOnConfirmation = id == null;
			}
		}
		finally {
			this.lock.unlock();
		}
		kept.forEach(this.sender::recall);
	}

	private Collection<Publication> underWay() {
		Set<Publication> underWay = new LinkedHashSet<>(this.identified.values());
		this.queues.values().forEach((queue) -> {
			if (queue.exclusive != null) {
				underWay.add(queue.exclusive);
			}
		});
		return underWay;
	}

	/**
	 * Forget the responders and end all publications: what was sent with its result as it
	 * stands, what was not with an exception. Both in one go, or what was queued would be
	 * sent to nobody.
	 * @param reason why
	 * @param forgotten what those learn that wait for responders
	 * @return ends them; to be called without any lock
	 */
	Runnable end(String reason, RuntimeException forgotten) {
		List<Publication> ended = new ArrayList<>();
		this.lock.lock();
		try {
			ended.addAll(underWay());
			this.queues.values().forEach((queue) -> ended.addAll(queue.waiting));
			ended.forEach((publication) -> publication.over = true);
			this.queues.clear();
			this.identified.clear();
			this.starved.clear();
			this.size = 0;
			this.responders.close(forgotten);
		}
		finally {
			this.lock.unlock();
		}
		return () -> ended.forEach((publication) -> publication.end(reason));
	}

	/**
	 * Send what has its turn in a queue; and should that end at once, what comes next.
	 * Under the lock.
	 * @param event the event of the queue
	 */
	private void sendNext(String event) {
		if (!this.sending.add(event)) {
			// Ended while being sent: the loop below goes on with the next one.
			return;
		}
		try {
			for (EventQueue queue = this.queues.get(event); queue != null; queue = this.queues.get(event)) {
				Publication next = queue.waiting.peek();
				Subscribers subscribers = this.responders.subscribers();
				boolean identified = isIdentified(subscribers);
				if (next == null || (!identified && queue.exclusive != null)) {
					return;
				}
				if (!this.window.hasRoom(subscribers.ids().size(), next.bytes) || isBehindAnother(next)) {
					this.starved.add(event);
					return;
				}
				queue.waiting.remove();
				if (!identified) {
					queue.exclusive = next;
				}
				next.send(subscribers);
			}
		}
		finally {
			this.sending.remove(event);
		}
	}

	// Whoever waits for room keeps its place, also before smaller ones of other events.
	private boolean isBehindAnother(Publication publication) {
		Publication first = firstStarved();
		return first != null && first.number < publication.number;
	}

	private @Nullable Publication firstStarved() {
		Publication first = null;
		for (String event : this.starved) {
			EventQueue queue = this.queues.get(event);
			Publication head = (queue != null) ? queue.waiting.peek() : null;
			if (head != null && (first == null || head.number < first.number)) {
				first = head;
			}
		}
		return first;
	}

	/**
	 * Send those that waited for room, as far as there is some now. Under the lock.
	 */
	private void feedStarved() {
		for (Publication first = firstStarved(); first != null; first = firstStarved()) {
			String event = first.signal.event();
			if (!this.window.hasRoom(this.responders.subscribers().ids().size(), first.bytes)
					|| this.sending.contains(event)) {
				return;
			}
			this.starved.remove(event);
			sendNext(event);
		}
	}

	private long now() {
		return this.engine.getTimer().nanoTime();
	}

	/**
	 * The publications of one event.
	 */
	private static final class EventQueue {

		private final Deque<Publication> waiting = new ArrayDeque<>();

		/**
		 * The one that is under way and has the answers without an id.
		 */
		private @Nullable Publication exclusive;

	}

	/**
	 * One publish, from the call to its end; and its result. Cancelling it gives it up.
	 */
	private final class Publication extends CompletableFuture<SignalResult> {

		private final Signal signal;

		private final PublishOptions options;

		/**
		 * About how large the signal is.
		 */
		private final long bytes;

		private PendingPublication pending = NOT_SENT;

		private long number;

		/**
		 * How many answers it was admitted with; negative: it is not in the window.
		 */
		private int admitted = -1;

		/**
		 * Whether some may have answered while nothing was heard, and before it had an
		 * id.
		 */
		private boolean recalledOnConfirmation;

		private boolean sent;

		private boolean over;

		private @Nullable String id;

		private @Nullable Runnable cancelTimeout;

		private @Nullable CompletableFuture<?> transmission;

		Publication(Signal signal, PublishOptions options) {
			this.signal = signal;
			this.options = options;
			this.bytes = PublishWindow.size(signal);
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			if (cancelled) {
				leave();
			}
			return cancelled;
		}

		/**
		 * Send: whoever subscribes from here on is not awaited.
		 * @param subscribers whom to await
		 */
		void send(Subscribers subscribers) {
			this.sent = true;
			try {
				sendNow(subscribers);
			}
			catch (RuntimeException | Error ex) {
				// Such as the rule's: the ones behind must not be stuck.
				fail(ex);
			}
		}

		private void sendNow(Subscribers subscribers) {
			Set<String> missing = missing(subscribers.ids());
			if (!missing.isEmpty()) {
				logger.warn("'{}' of '{}' is not published: {} are required and not subscribed", this.signal.event(),
						this.signal.publisherId(), missing);
				if (leave()) {
					tell(new SignalResult(ResultCode.MISSING_RESPONSE, Map.of(), Map.of(), missing, Duration.ZERO,
							Set.of(), null));
				}
				return;
			}
			this.pending = new PendingPublication(subscribers.ids(), this.options.rule(), now(),
					Publications.this.sender.isKept());
			this.admitted = subscribers.ids().size();
			Publications.this.window.enter(this.admitted, this.bytes);
			if (!this.options.timeout().isNegative()) {
				this.cancelTimeout = Publications.this.engine.getTimer()
					.schedule(this.options.timeout(), this::timeOut);
			}
			logger.debug("Publishing '{}' of '{}' to {} subscribers", this.signal.event(), this.signal.publisherId(),
					subscribers.ids().size());
			this.transmission = Publications.this.sender.send(this.signal,
					Publications.this.sender.isExtended(subscribers), this.options.timeout(), (id) -> {
						this.id = id;
						Publications.this.identified.put(id, this);
					});
			this.transmission.whenComplete(this::onSent);
		}

		private Set<String> missing(Collection<String> subscribed) {
			Set<String> missing = new LinkedHashSet<>();
			for (String required : this.options.required()) {
				if (subscribed.stream()
					.noneMatch((id) -> id.equals(required) || ResponderIds.name(id).equals(required))) {
					missing.add(required);
				}
			}
			return missing;
		}

		private void onSent(@Nullable Object sent, @Nullable Throwable ex) {
			if (ex != null) {
				fail(Futures.unwrap(ex));
				return;
			}
			boolean complete;
			String missed = null;
			Publications.this.lock.lock();
			try {
				this.pending.confirm((sent instanceof KeptSignal kept) ? kept.id() : null);
				complete = this.pending.isComplete();
				if (!complete && this.recalledOnConfirmation) {
					missed = this.pending.id();
				}
			}
			finally {
				Publications.this.lock.unlock();
			}
			if (complete) {
				endNow();
			}
			else if (missed != null) {
				Publications.this.sender.recall(missed);
			}
		}

		/**
		 * A responder left.
		 * @param responderId its id
		 * @return whether this ends it
		 */
		boolean isCompleteWithout(String responderId) {
			try {
				return this.pending.leave(responderId) && this.pending.isComplete();
			}
			catch (RuntimeException ex) {
				// The rule's.
				fail(ex);
				return false;
			}
		}

		private void timeOut() {
			if (isSent()) {
				Publications.this.lock.lock();
				try {
					if (!this.over) {
						// Before the next one is sent, which need not await them.
						Publications.this.missed.accept(this.pending.outstanding());
					}
					endNow();
				}
				finally {
					Publications.this.lock.unlock();
				}
			}
			else {
				fail(Futures.unconfirmed(this.signal.event(), this.signal.publisherId(), this.options.timeout()));
			}
		}

		/**
		 * End with the result as it stands.
		 */
		void endNow() {
			SignalResult result;
			Publications.this.lock.lock();
			try {
				result = conclude(now());
			}
			finally {
				Publications.this.lock.unlock();
			}
			if (result != null) {
				tell(result);
			}
		}

		/**
		 * Let go, under the lock.
		 * @param nowNanos the time
		 * @return the result as it stands, to be told without the lock; {@code null} if
		 * this was over before
		 */
		@Nullable SignalResult conclude(long nowNanos) {
			return leave() ? this.pending.result(nowNanos) : null;
		}

		void tell(SignalResult result) {
			if (result.isSuccess()) {
				logger.debug("'{}' of '{}': {}", this.signal.event(), this.signal.publisherId(), result.code());
			}
			else {
				logger.warn("'{}' of '{}': {} after {}, missing: {}", this.signal.event(), this.signal.publisherId(),
						result.code(), result.elapsed(), result.missing());
			}
			succeed(result);
		}

		private void succeed(SignalResult result) {
			this.options.completion().execute(() -> complete(result));
		}

		private void fail(Throwable ex) {
			if (leave()) {
				failWith(ex);
			}
		}

		private void failWith(Throwable ex) {
			this.options.completion().execute(() -> completeExceptionally(ex));
		}

		/**
		 * Held by no queue any more.
		 * @param reason why it can't be sent, if it was not
		 */
		void end(String reason) {
			SignalResult result;
			boolean certain;
			Publications.this.lock.lock();
			try {
				letGo();
				result = this.pending.result(now());
				certain = this.pending.isSent();
			}
			finally {
				Publications.this.lock.unlock();
			}
			if (!this.sent) {
				failWith(
						new IllegalStateException("'%s' was not published: %s".formatted(this.signal.event(), reason)));
			}
			else if (result.isSuccess() && !certain) {
				failWith(new DataAccessResourceFailureException(
						"Redis had not confirmed '%s' of '%s' when the exporter was shut down; whether it was or will be sent is unknown"
							.formatted(this.signal.event(), this.signal.publisherId())));
			}
			else {
				succeed(result);
			}
		}

		private boolean isSent() {
			Publications.this.lock.lock();
			try {
				return this.pending.isSent();
			}
			finally {
				Publications.this.lock.unlock();
			}
		}

		/**
		 * Tell the listener of an answer, in a lane of its own that keeps their order.
		 * @param responderId who answered
		 */
		void tellListener(String responderId) {
			BiConsumer<String, SignalResult.Answer> listener = this.options.listener();
			SignalResult.Answer answer = (listener != null) ? this.pending.answer(responderId) : null;
			if (listener != null && answer != null) {
				Publications.this.engine.getCallbackLanes().submit(this, () -> {
					try {
						listener.accept(responderId, answer);
					}
					catch (RuntimeException ex) {
						logger.warn("A listener of '{}' failed on the answer of '{}'", this.signal.event(), responderId,
								ex);
					}
					return CompletableFuture.completedFuture(null);
				});
			}
		}

		/**
		 * Give up the place in the queue, to the next one if this was sent.
		 * @return {@code false} if it was given up before
		 */
		private boolean leave() {
			String event = this.signal.event();
			Publications.this.lock.lock();
			try {
				if (this.over) {
					return false;
				}
				this.over = true;
				Publications.this.size--;
				letGo();
				EventQueue queue = Publications.this.queues.get(event);
				if (queue != null) {
					if (!this.sent) {
						queue.waiting.remove(this);
					}
					if (queue.exclusive == this) {
						queue.exclusive = null;
					}
					if (queue.exclusive == null && queue.waiting.isEmpty()) {
						Publications.this.queues.remove(event);
					}
					else {
						sendNext(event);
					}
				}
				feedStarved();
				return true;
			}
			finally {
				Publications.this.lock.unlock();
			}
		}

		private void letGo() {
			if (this.admitted >= 0) {
				Publications.this.window.leave(this.admitted, this.bytes);
				this.admitted = -1;
			}
			if (this.id != null) {
				Publications.this.identified.remove(this.id);
			}
			if (this.cancelTimeout != null) {
				this.cancelTimeout.run();
			}
			if (this.transmission != null && !this.pending.isSent()) {
				// Nobody awaits it: better not sent late.
				this.transmission.cancel(false);
			}
		}

	}

}
