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

import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.PendingPublication.Verdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * What an exporter is publishing: a queue per event, whose first one is on its way. On
 * the wire an answer names no more than publisher and event, so a second signal of an
 * event has to wait until the first has ended. All state is guarded by one lock, under
 * which nothing blocks; futures are completed on any thread.
 */
final class Publications {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Deque<Publication>> queues = new HashMap<>();

	private final SignalEngine engine;

	private final String channel;

	private final KnownResponders responders;

	/**
	 * The events whose queues are being sent from. Sending may end others: a transport is
	 * free to complete on the sender's thread whatever was on its way.
	 */
	private final Set<String> sending = new HashSet<>();

	Publications(SignalEngine engine, String channel, KnownResponders responders) {
		this.engine = engine;
		this.channel = channel;
		this.responders = responders;
	}

	/**
	 * Publish a signal, or queue it.
	 * @param signal the signal
	 * @param options how to await its answers
	 * @return the result; completes on any thread, so that whoever hands it out has to
	 * move to another
	 */
	CompletableFuture<SignalResult> add(Signal signal, PublishOptions options) {
		Publication publication = new Publication(signal, options);
		this.lock.lock();
		try {
			this.queues.computeIfAbsent(signal.event(), (key) -> new ArrayDeque<>()).add(publication);
			sendNext(signal.event());
		}
		finally {
			this.lock.unlock();
		}
		return publication.future;
	}

	/**
	 * A response to one of these was heard, or to none.
	 * @param response the response
	 */
	void onResponse(Response response) {
		Publication publication = null;
		Verdict verdict = Verdict.NOT_AWAITED;
		boolean complete = false;
		this.lock.lock();
		try {
			Deque<Publication> queue = this.queues.get(response.event());
			if (queue != null && !queue.isEmpty()) {
				publication = queue.getFirst();
				verdict = publication.pending.respond(response, now());
				complete = publication.pending.isComplete();
				if (verdict == Verdict.COUNTED) {
					publication.tellListener(response.responderId());
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
			logger.warn("An answer of '{}' to '{}' of '{}' does not count: {}", response.responderId(),
					response.event(), response.publisherId(), verdict);
		}
		if (publication != null && complete) {
			publication.complete();
		}
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
			this.queues.values().forEach(ended::addAll);
			this.queues.clear();
			this.responders.close(forgotten);
		}
		finally {
			this.lock.unlock();
		}
		return () -> ended.forEach((publication) -> publication.end(reason));
	}

	/**
	 * Send the first in a queue, unless it has been; and should that end it at once, the
	 * next one. Under the lock.
	 * @param event the event of the queue
	 */
	private void sendNext(String event) {
		if (!this.sending.add(event)) {
			// Ended while being sent: the loop below goes on with the next one.
			return;
		}
		try {
			for (Publication next = first(event); next != null && !next.sent; next = first(event)) {
				next.send();
			}
		}
		finally {
			this.sending.remove(event);
		}
	}

	private @Nullable Publication first(String event) {
		Deque<Publication> queue = this.queues.get(event);
		return (queue != null) ? queue.peek() : null;
	}

	private long now() {
		return this.engine.getTimer().nanoTime();
	}

	/**
	 * One publish, from the call to its end.
	 */
	private final class Publication {

		private final Signal signal;

		private final PublishOptions options;

		private final CompletableFuture<SignalResult> future = new CompletableFuture<>();

		private PendingPublication pending = new PendingPublication(Set.of(), null, 0);

		private boolean sent;

		private @Nullable Runnable cancelTimeout;

		Publication(Signal signal, PublishOptions options) {
			this.signal = signal;
			this.options = options;
			this.future.whenComplete((result, ex) -> {
				if (this.future.isCancelled()) {
					leave();
				}
			});
		}

		/**
		 * Send: whoever subscribes from here on is not awaited.
		 */
		void send() {
			this.sent = true;
			try {
				sendNow();
			}
			catch (RuntimeException | Error ex) {
				// Such as the rule's: the ones behind must not be stuck.
				fail(ex);
			}
		}

		private void sendNow() {
			Set<String> awaited = Publications.this.responders.snapshot();
			Set<String> missing = missing(awaited);
			if (!missing.isEmpty()) {
				logger.warn("'{}' of '{}' is not published: {} are required and not subscribed", this.signal.event(),
						this.signal.publisherId(), missing);
				finish(new SignalResult(ResultCode.MISSING_RESPONSE, Map.of(), Map.of(), missing, Duration.ZERO));
				return;
			}
			this.pending = new PendingPublication(awaited, this.options.rule(), now());
			if (!this.options.timeout().isNegative()) {
				this.cancelTimeout = Publications.this.engine.getTimer()
					.schedule(this.options.timeout(), this::timeOut);
			}
			logger.debug("Publishing '{}' of '{}' to {} subscribers", this.signal.event(), this.signal.publisherId(),
					awaited.size());
			Publications.this.engine.send(Publications.this.channel, this.signal).whenComplete(this::onSent);
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

		private void onSent(@Nullable Void sent, @Nullable Throwable ex) {
			if (ex != null) {
				fail(Futures.unwrap(ex));
				return;
			}
			boolean complete;
			Publications.this.lock.lock();
			try {
				this.pending.confirm();
				complete = this.pending.isComplete();
			}
			finally {
				Publications.this.lock.unlock();
			}
			if (complete) {
				complete();
			}
		}

		private void timeOut() {
			if (isSent()) {
				complete();
			}
			else {
				fail(Futures.unconfirmed(this.signal.event(), this.signal.publisherId(), this.options.timeout()));
			}
		}

		/**
		 * End with the result as it stands.
		 */
		void complete() {
			finish(null);
		}

		private void finish(@Nullable SignalResult given) {
			if (!leave()) {
				return;
			}
			SignalResult result = (given != null) ? given : currentResult();
			if (result.isSuccess()) {
				logger.debug("'{}' of '{}': {}", this.signal.event(), this.signal.publisherId(), result.code());
			}
			else {
				logger.warn("'{}' of '{}': {} after {}, missing: {}", this.signal.event(), this.signal.publisherId(),
						result.code(), result.elapsed(), result.missing());
			}
			this.future.complete(result);
		}

		private void fail(Throwable ex) {
			if (leave()) {
				this.future.completeExceptionally(ex);
			}
		}

		/**
		 * Held by no queue any more.
		 * @param reason why it can't be sent, if it was not
		 */
		void end(String reason) {
			Publications.this.lock.lock();
			try {
				if (this.cancelTimeout != null) {
					this.cancelTimeout.run();
				}
			}
			finally {
				Publications.this.lock.unlock();
			}
			if (!this.sent) {
				this.future.completeExceptionally(
						new IllegalStateException("'%s' was not published: %s".formatted(this.signal.event(), reason)));
				return;
			}
			SignalResult result = currentResult();
			if (result.isSuccess() && !isSent()) {
				this.future.completeExceptionally(new DataAccessResourceFailureException(
						"Redis had not confirmed '%s' of '%s' when the exporter was shut down; whether it was or will be sent is unknown"
							.formatted(this.signal.event(), this.signal.publisherId())));
				return;
			}
			this.future.complete(result);
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

		private SignalResult currentResult() {
			Publications.this.lock.lock();
			try {
				return this.pending.result(now());
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
			SignalResult.Answer answer = this.pending.answer(responderId);
			BiConsumer<String, SignalResult.Answer> listener = this.options.listener();
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
			Publications.this.lock.lock();
			try {
				Deque<Publication> queue = Publications.this.queues.get(this.signal.event());
				if (queue == null || !queue.remove(this)) {
					return false;
				}
				if (this.cancelTimeout != null) {
					this.cancelTimeout.run();
				}
				if (queue.isEmpty()) {
					Publications.this.queues.remove(this.signal.event());
				}
				else {
					sendNext(this.signal.event());
				}
				return true;
			}
			finally {
				Publications.this.lock.unlock();
			}
		}

	}

}
