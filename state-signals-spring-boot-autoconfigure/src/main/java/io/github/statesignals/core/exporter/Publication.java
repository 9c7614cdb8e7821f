package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.LogText;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.exporter.KnownResponders.Subscribers;
import io.github.statesignals.core.exporter.PendingPublication.Verdict;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * One publish, from the call to its end; and its result. Cancelling it gives it up. Its
 * state is guarded by the lock of {@link Publications}, which it is one of.
 */
final class Publication extends CompletableFuture<SignalResult> {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	/**
	 * What every publication is before it is sent. Nobody tells it of anything.
	 */
	private static final PendingPublication NOT_SENT = new PendingPublication(Set.of(), null, 0, false);

	private final Publications all;

	private final EngineServices services;

	private final SignalSender sender;

	private final ReentrantLock lock;

	private final Signal signal;

	private final PublishOptions options;

	/**
	 * About how large the signal is.
	 */
	private final long bytes;

	private PendingPublication pending = NOT_SENT;

	/**
	 * Its place among all publications of the exporter.
	 */
	private long number;

	/**
	 * How many answers it was admitted with; negative: it is not under way.
	 */
	private int admitted = -1;

	/**
	 * Whether some may have answered while nothing was heard, and before it had an id.
	 */
	private boolean recalledOnConfirmation;

	/**
	 * Whether responses may have been lost since it was sent.
	 */
	private boolean gap;

	private boolean sent;

	private boolean over;

	/**
	 * Whether it was abandoned and its result is not told yet.
	 */
	private boolean ending;

	/**
	 * Whether stored answers were asked for in vain: those that are missing may have
	 * answered.
	 */
	private boolean storedAnswersUnknown;

	private @Nullable String id;

	private @Nullable Runnable cancelTimeout;

	private @Nullable CompletableFuture<?> transmission;

	/**
	 * Completes when the transmission has, and this knows of it.
	 */
	private CompletableFuture<?> confirmation = CompletableFuture.completedFuture(null);

	/**
	 * Create a publication, which is not sent yet.
	 * @param signal the signal
	 * @param options how to await its answers
	 * @param all those that it is one of
	 * @param services the services of the engine
	 * @param sender sends it
	 */
	Publication(Signal signal, PublishOptions options, Publications all, EngineServices services, SignalSender sender) {
		this.signal = signal;
		this.options = options;
		this.all = all;
		this.services = services;
		this.sender = sender;
		this.lock = sender.getLock();
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

	String event() {
		return this.signal.event();
	}

	long bytes() {
		return this.bytes;
	}

	long number() {
		return this.number;
	}

	void number(long number) {
		this.number = number;
	}

	/**
	 * Whether it was sent, or tried to be.
	 * @return {@code false} while it is queued
	 */
	boolean wasSent() {
		return this.sent;
	}

	/**
	 * Send: whoever subscribes from here on is not awaited. Under the lock.
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
			logger.warn("'{}' of '{}' is not published: {} are required and not subscribed", event(),
					this.signal.publisherId(), LogText.printable(missing));
			if (leave()) {
				tell(new SignalResult(ResultCode.MISSING_RESPONSE, Map.of(), Map.of(), missing, Duration.ZERO, Set.of(),
						Set.of(), false, null));
			}
			return;
		}
		this.pending = new PendingPublication(subscribers.ids(), this.options.rule(), obliged(subscribers.ids()), now(),
				this.sender.isKept());
		this.admitted = subscribers.ids().size();
		this.all.enter(this.admitted, this.bytes);
		this.cancelTimeout = scheduleTimeout(this.options.timeout());
		logger.debug("Publishing '{}' of '{}' to {} subscribers", event(), this.signal.publisherId(),
				subscribers.ids().size());
		this.transmission = this.sender.send(this.signal, this.sender.isExtended(subscribers), this.options.timeout(),
				(id) -> {
					this.id = id;
					this.all.identify(id, this);
				});
		this.confirmation = this.transmission.whenComplete(this::onSent);
	}

	private @Nullable Runnable scheduleTimeout(Duration timeout) {
		if (this.sender.isKept()) {
			StoredAnswers stored = new StoredAnswers(this.services.timer(), timeout, this::recall, this::timeOut);
			stored.start();
			return stored::cancel;
		}
		return timeout.isNegative() ? null : this.services.timer().schedule(timeout, this::timeOut);
	}

	private Set<String> missing(Collection<String> subscribed) {
		Set<String> missing = new LinkedHashSet<>();
		for (String required : this.options.required()) {
			if (subscribed.stream().noneMatch((id) -> isNamed(id, required))) {
				missing.add(required);
			}
		}
		return missing;
	}

	private List<List<String>> obliged(Collection<String> subscribed) {
		return this.options.required()
			.stream()
			.map((required) -> subscribed.stream().filter((id) -> isNamed(id, required)).toList())
			.toList();
	}

	private static boolean isNamed(String responderId, String name) {
		return responderId.equals(name) || ResponderIds.name(responderId).equals(name);
	}

	private boolean isRequired(String responderId) {
		return this.options.required().stream().anyMatch((required) -> isNamed(responderId, required));
	}

	private void onSent(@Nullable Object sent, @Nullable Throwable ex) {
		if (ex != null) {
			fail(SendFailures.describe(Futures.unwrap(ex), event(), this.signal.publisherId()));
			return;
		}
		SignalResult result;
		boolean missed = false;
		this.lock.lock();
		try {
			this.pending.confirm((sent instanceof StoredSignal kept) ? kept.id() : null);
			result = this.pending.isComplete() ? conclude(now()) : null;
			missed = !this.over && this.recalledOnConfirmation;
		}
		finally {
			this.lock.unlock();
		}
		if (result != null) {
			tell(result);
		}
		else if (missed) {
			recall();
		}
	}

	/**
	 * Asks for the stored answers of those that are outstanding, and counts them.
	 * @return completes when that is done, or they can't be read; never exceptionally
	 */
	CompletableFuture<?> recall() {
		String stored;
		Set<String> outstanding;
		this.lock.lock();
		try {
			stored = this.pending.id();
			boolean wanted = (!this.over || this.ending) && this.sender.isKept() && this.pending.isSent();
			outstanding = wanted ? this.pending.outstanding() : Set.of();
			if (outstanding.isEmpty()) {
				return CompletableFuture.completedFuture(null);
			}
			this.storedAnswersUnknown = true;
			if (stored == null) {
				return this.confirmation.isDone() ? CompletableFuture.completedFuture(null)
						: this.confirmation.handle((sent, ex) -> recall()).thenCompose((recalled) -> recalled);
			}
		}
		finally {
			this.lock.unlock();
		}
		return this.sender.recall(stored, outstanding).handle((answers, ex) -> {
			if (ex != null) {
				logger.debug("Could not read the stored answers to '{}' of '{}'", event(), this.signal.publisherId(),
						ex);
			}
			else {
				onStored(answers);
			}
			return null;
		});
	}

	private void onStored(Collection<StoredAnswer> answers) {
		SignalResult result;
		this.lock.lock();
		try {
			this.storedAnswersUnknown = false;
			if (this.over && !this.ending) {
				return;
			}
			long now = now();
			answers.forEach((answer) -> respond(answer.response(), answer.extension(), now));
			result = concludeIfComplete(now);
		}
		finally {
			this.lock.unlock();
		}
		if (result != null) {
			tell(result);
		}
	}

	/**
	 * Takes a response to it. Under the lock.
	 * @param response the response
	 * @param extension the extension of the response, if it has one
	 * @param nowNanos the time
	 * @return what it came to
	 */
	Verdict respond(Response response, @Nullable ResponseExtension extension, long nowNanos) {
		List<String> handledEvents = (extension != null) ? extension.handledEvents() : null;
		boolean handled = handledEvents == null;
		if (!handled && isRequired(response.responderId())) {
			// To require a responder is to require that it acts.
			return respond(
					new Response(response.responderId(), response.publisherId(), response.event(),
							Acknowledgement.FAILURE, "it is required, and has no handler for '" + event() + "'"),
					null, nowNanos);
		}
		if (handledEvents != null) {
			this.all.unhandled(event(), handledEvents);
		}
		Verdict verdict = this.pending.respond(response, handled, nowNanos);
		if (verdict == Verdict.COUNTED) {
			tellListener(response.responderId());
		}
		return verdict;
	}

	/**
	 * Tell the listener of an answer, in a lane of its own that keeps their order.
	 * @param responderId who answered
	 */
	private void tellListener(String responderId) {
		BiConsumer<String, SignalResult.Answer> listener = this.options.listener();
		SignalResult.Answer answer = (listener != null) ? this.pending.answer(responderId) : null;
		if (listener != null && answer != null) {
			this.services.callbackLanes().submit(this, () -> {
				try {
					listener.accept(responderId, answer);
				}
				catch (RuntimeException ex) {
					logger.warn("A listener of '{}' failed on the answer of '{}'", event(),
							LogText.printable(responderId), ex);
				}
				return CompletableFuture.completedFuture(null);
			});
		}
	}

	/**
	 * Waits for a responder no longer. Under the lock.
	 * @param responderId its id
	 * @param left whether it left as it should, and is not missing
	 * @return the result if this ends it, to be told without the lock
	 */
	@Nullable SignalResult concludeWithout(String responderId, boolean left) {
		try {
			boolean changed = (left && !isRequired(responderId)) ? this.pending.leave(responderId)
					: this.pending.lose(responderId);
			return (changed && this.pending.isComplete()) ? conclude(now()) : null;
		}
		catch (RuntimeException ex) {
			// The rule's.
			fail(ex);
			return null;
		}
	}

	/**
	 * Answers may have been missed. Under the lock.
	 * @return whether to recall those that are stored; {@code false} if it is not stored,
	 * or not yet, and asks later
	 */
	boolean noteGap() {
		this.gap = true;
		this.recalledOnConfirmation = this.pending.id() == null;
		return !this.recalledOnConfirmation;
	}

	private void timeOut() {
		SignalResult result = null;
		boolean unconfirmed;
		this.lock.lock();
		try {
			unconfirmed = !this.pending.isSent();
			if (!unconfirmed) {
				if (!this.over) {
					// Before the next one is sent, which need not await them.
					this.all.missed(this.pending.outstanding());
				}
				result = conclude(now());
			}
		}
		finally {
			this.lock.unlock();
		}
		if (unconfirmed) {
			fail(SendFailures.unconfirmed(event(), this.signal.publisherId(), this.options.timeout(),
					this.transmission));
		}
		else if (result != null) {
			tell(result);
		}
	}

	/**
	 * End if there is nothing left to wait for. Under the lock.
	 * @param nowNanos the time
	 * @return the result, to be told without the lock; {@code null} if there is, or this
	 * was over before
	 */
	@Nullable SignalResult concludeIfComplete(long nowNanos) {
		return this.pending.isComplete() ? conclude(nowNanos) : null;
	}

	private @Nullable SignalResult conclude(long nowNanos) {
		return leave() ? this.pending.result(nowNanos, isSubscriptionLost()) : null;
	}

	private boolean isSubscriptionLost() {
		// On a durable channel it is enough that stored answers can be read.
		return this.sender.isKept() ? this.storedAnswersUnknown : this.gap || this.all.isSubscriptionLost();
	}

	/**
	 * Returns those that have not answered although it was sent long ago. Under the lock.
	 * @param ids takes their ids
	 * @param sentBeforeNanos the time before which it was long ago
	 */
	void addOverdue(Set<String> ids, long sentBeforeNanos) {
		if (this.pending.sentNanos() - sentBeforeNanos <= 0) {
			ids.addAll(this.pending.outstanding());
		}
	}

	/**
	 * Give up the place in the queue, to the next one if this was sent.
	 * @return {@code false} if it was given up before
	 */
	private boolean leave() {
		this.lock.lock();
		try {
			if (this.over) {
				return false;
			}
			this.over = true;
			letGo();
			this.all.release(this);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void letGo() {
		if (this.admitted >= 0) {
			this.all.exit(this.admitted, this.bytes, this.id);
			this.admitted = -1;
		}
		if (this.cancelTimeout != null) {
			this.cancelTimeout.run();
		}
		if (this.transmission != null && !this.pending.isSent()) {
			// Nobody awaits it: better not sent late.
			this.transmission.cancel(false);
		}
	}

	/**
	 * Tell the result.
	 * @param result the result
	 */
	void tell(SignalResult result) {
		if (result.code() == ResultCode.ALL_SUBS_SUCCESS) {
			logger.debug("'{}' of '{}': {}", event(), this.signal.publisherId(), result.code());
			if (!result.isSuccess()) {
				this.all.warnNoneActed(this.signal, result);
			}
		}
		else {
			this.services.counters().failedPublishes.warn(logger, "'{}' of '{}': {} after {}, missing: {}{}", event(),
					this.signal.publisherId(), result.code(), result.elapsed(), LogText.printable(result.missing()),
					result.subscriptionLost() ? uncertainty() : "");
		}
		succeed(result);
	}

	private String uncertainty() {
		return this.sender.isKept() ? " (their stored answers could not be read: they may have answered)"
				: " (the subscription was lost: they may have answered)";
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
	 * It is over, and held by no queue any more. Under the lock.
	 */
	void abandon() {
		this.ending = !this.over;
		this.over = true;
	}

	/**
	 * Tell the result as it stands, of one that was abandoned.
	 * @param reason why it can't be sent, if it was not
	 */
	void end(String reason) {
		this.lock.lock();
		try {
			letGo();
		}
		finally {
			this.lock.unlock();
		}
		CompletableFuture<?> recalled = recall();
		if (recalled.isDone()) {
			endNow(reason);
			return;
		}
		recalled.copy()
			.orTimeout(StoredAnswers.LIMIT.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((counted, ex) -> endNow(reason));
	}

	private void endNow(String reason) {
		SignalResult result;
		boolean certain;
		this.lock.lock();
		try {
			this.ending = false;
			result = this.pending.result(now(), isSubscriptionLost());
			certain = this.pending.isSent();
		}
		finally {
			this.lock.unlock();
		}
		if (!this.sent) {
			failWith(new IllegalStateException("'%s' was not published: %s".formatted(event(), reason)));
		}
		else if (result.code() == ResultCode.ALL_SUBS_SUCCESS && !certain) {
			failWith(new DataAccessResourceFailureException(
					"'%s' of '%s' may have been sent: Redis had not confirmed it when the exporter was shut down"
						.formatted(event(), this.signal.publisherId())));
		}
		else {
			succeed(result);
		}
	}

	private long now() {
		return this.services.timer().nanoTime();
	}

}
