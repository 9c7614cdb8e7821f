package io.github.statesignals.core.publish;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.CompletionAwareFuture;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.SignalSize;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One publish, from the call to its end, and the future of its result. Its state is
 * guarded by the monitor of the {@code PublishQueue}; only the methods of the future may
 * be called without it.
 */
final class Publication extends CompletionAwareFuture<SignalResult> {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	// The tally of every publication that is not sent yet.
	private static final ResponseTally NOT_SENT = new ResponseTally(Set.of(), null, 0, false);

	// The memory of a call of a listener, without the message.
	private static final int CALL = 300;

	private static final CompletableFuture<?> NOT_TRANSMITTED = CompletableFuture.completedFuture(null);

	private final Signal signal;

	private final PublishOptions options;

	private final Owner owner;

	private final long bytes;

	private final AtomicBoolean handedOut = new AtomicBoolean();

	private State state = State.QUEUED;

	private ResponseTally tally = NOT_SENT;

	// The place among all publications of the exporter.
	private long number;

	// The number of answers that it was admitted with; negative: it is not in flight.
	private int admitted = -1;

	// Whether responses may have been lost since it was sent. May be read without the
	// lock.
	private volatile boolean gap;

	// Whether stored answers were requested and not read yet.
	private boolean storedAnswersUnknown;

	private @Nullable String id;

	private @Nullable Consumer<Publication> cancelTimeout;

	private @Nullable CompletableFuture<?> transmission;

	// Completes when the transmission has, and the tally is confirmed.
	private CompletableFuture<?> confirmation = NOT_TRANSMITTED;

	Publication(Signal signal, PublishOptions options, Owner owner) {
		this.signal = signal;
		this.options = options;
		this.owner = owner;
		this.bytes = SignalSize.of(signal, options.trace());
	}

	// Its caller has completed it, unless it has ended by itself.
	@Override
	protected void onCompleted() {
		if (!this.handedOut.get()) {
			try {
				this.owner.onCancelled(this);
			}
			finally {
				handOut(null, new CancellationException());
			}
		}
	}

	// It ends with a result. Not under the lock.
	void conclude(SignalResult result) {
		try {
			this.owner.onConcluded(this, result);
		}
		finally {
			succeed(result);
		}
	}

	void succeed(SignalResult result) {
		this.owner.complete(this.options.completion(), () -> end(result, null));
	}

	void fail(Throwable ex) {
		this.owner.complete(this.options.completion(), () -> end(null, ex));
	}

	private void end(@Nullable SignalResult result, @Nullable Throwable failure) {
		try {
			// Before its dependent stages run: a caller that waits publishes the next.
			handOut(result, failure);
		}
		finally {
			if (result != null) {
				complete(result);
			}
			else if (failure != null) {
				completeExceptionally(failure);
			}
		}
	}

	private void handOut(@Nullable SignalResult result, @Nullable Throwable failure) {
		if (this.handedOut.compareAndSet(false, true)) {
			this.owner.onHandedOut(this, result, failure);
		}
	}

	Signal signal() {
		return this.signal;
	}

	String event() {
		return this.signal.event();
	}

	String publisherId() {
		return this.signal.publisherId();
	}

	PublishOptions options() {
		return this.options;
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

	int admitted() {
		return this.admitted;
	}

	void admitted(int awaited) {
		this.admitted = awaited;
	}

	@Nullable String id() {
		return this.id;
	}

	void id(String id) {
		this.id = id;
	}

	// Begins to send it: responders that subscribe from here on are not awaited.
	void begin() {
		this.state = State.SENT;
	}

	boolean wasSent() {
		return this.tally != NOT_SENT;
	}

	boolean isQueued() {
		return this.state == State.QUEUED;
	}

	boolean isOver() {
		return this.state == State.ABANDONED || this.state == State.ENDED;
	}

	boolean end() {
		if (isOver()) {
			return false;
		}
		this.state = State.ENDED;
		return true;
	}

	// Stops to wait, for the exporter is shut down. The result follows.
	void abandon() {
		if (!isOver()) {
			this.state = State.ABANDONED;
		}
	}

	void endAbandoned() {
		this.state = State.ENDED;
	}

	// Finds the required responders that are not subscribed.
	Set<String> missing(Collection<String> subscribed) {
		if (this.options.required().isEmpty()) {
			return Set.of();
		}
		return this.options.required()
			.stream()
			.filter((required) -> subscribed.stream().noneMatch((id) -> isNamed(id, required)))
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	private static boolean isNamed(String responderId, String name) {
		return responderId.equals(name) || ResponderIds.name(responderId).equals(name);
	}

	boolean isRequired(String responderId) {
		return this.options.required().stream().anyMatch((required) -> isNamed(responderId, required));
	}

	// Awaits the answers of subscribers from here on.
	void await(Set<String> subscribed, long nowNanos, boolean durable, Budget memory) {
		this.tally = new ResponseTally(subscribed, this.options.rule(), obliged(subscribed), nowNanos, durable, memory);
	}

	private List<List<String>> obliged(Set<String> subscribed) {
		Set<String> required = this.options.required();
		return required.isEmpty() ? List.of()
				: required.stream()
					.map((name) -> subscribed.stream().filter((id) -> isNamed(id, name)).toList())
					.toList();
	}

	void timeoutScheduled(Consumer<Publication> cancelTimeout) {
		this.cancelTimeout = cancelTimeout;
	}

	void transmitted(CompletableFuture<?> transmission, CompletableFuture<?> confirmation) {
		this.transmission = transmission;
		this.confirmation = confirmation;
	}

	@Nullable CompletableFuture<?> transmission() {
		return this.transmission;
	}

	// Cancels the timeout, and the transmission unless it is certain.
	void cancelWork() {
		if (this.cancelTimeout != null) {
			this.cancelTimeout.accept(this);
		}
		if (this.transmission != null && !this.tally.isSent()) {
			// No caller awaits it: better not sent late.
			this.transmission.cancel(false);
		}
	}

	ResponseTally tally() {
		return this.tally;
	}

	Verdict respond(Response response, boolean handled, long nowNanos) {
		String responderId = response.responderId();
		// To require a responder is to require that it acts.
		boolean failed = !handled && isRequired(responderId);
		Response counted = failed ? new Response(responderId, response.publisherId(), response.event(),
				Acknowledgement.FAILURE, "it is required, and has no handler for '" + event() + "'") : response;
		return this.tally.respond(counted, handled || failed, nowNanos);
	}

	// Notifies the listener of an answer that counts.
	void notifyListener(String responderId, OrderedLanes callbacks, Executor unlocked, LogLimit failures) {
		BiConsumer<String, SignalResult.Answer> listener = this.options.listener();
		if (listener != null) {
			SignalResult.Answer answer = this.tally.answer(responderId);
			String message = answer.message();
			long bytes = CALL + 2L * ((message != null) ? message.length() : 0);
			boolean queued = callbacks.submit(this, bytes, () -> {
				try {
					listener.accept(responderId, answer);
				}
				catch (RuntimeException | Error ex) {
					failures.warn(logger, "A listener of '{}' failed on the answer of '{}'", event(),
							LogText.printable(responderId), ex);
				}
			}, unlocked);
			if (!queued) {
				failures.warn(logger,
						"A listener of '{}' does not receive the answer of '{}': too many calls are waiting", event(),
						LogText.printable(responderId));
			}
		}
	}

	// Stops to wait for a responder.
	void stopAwaiting(String responderId, boolean left) {
		this.tally.remove(responderId, left && !isRequired(responderId));
	}

	void addOverdue(Set<String> ids, long sentBeforeNanos) {
		if (this.tally.sentNanos() - sentBeforeNanos <= 0) {
			ids.addAll(this.tally.outstanding());
		}
	}

	// Notes that responses may have been lost.
	boolean noteGap() {
		this.gap = true;
		return this.tally.id() != null;
	}

	boolean hasGap() {
		return this.gap;
	}

	// Begins to read the stored answers, if any are outstanding.
	@Nullable Recall beginRecall() {
		Set<String> outstanding = (this.state != State.ENDED && this.tally.isSent()) ? this.tally.outstanding()
				: Set.of();
		if (outstanding.isEmpty()) {
			return null;
		}
		this.storedAnswersUnknown = true;
		// Without an id when Redis has confirmed it, it is stored nowhere.
		return (this.tally.id() != null || !this.confirmation.isDone())
				? new Recall(this.tally.id(), outstanding, this.confirmation) : null;
	}

	// The stored answers were read. Returns whether they count.
	boolean endRecall() {
		this.storedAnswersUnknown = false;
		return this.state != State.ENDED;
	}

	boolean isStoredAnswersUnknown() {
		return this.storedAnswersUnknown;
	}

	// Sends publications, and is notified of their ends without the lock.
	interface Owner {

		// The transmission has completed, perhaps under the lock.
		void onSent(Publication publication, @Nullable Object sent, @Nullable Throwable ex);

		void onTimeout(Publication publication);

		// Reads the stored answers. Completes when they are counted, or can't be read;
		// never exceptionally.
		CompletableFuture<?> recall(Publication publication);

		void onCancelled(Publication publication);

		void onConcluded(Publication publication, SignalResult result);

		// Once, when the result is about to be handed out.
		void onHandedOut(Publication publication, @Nullable SignalResult result, @Nullable Throwable failure);

		// Passes a completion, which calls the application, to the executor: not under
		// the lock.
		void complete(Executor executor, Runnable completion);

	}

	// A request for stored answers. The id under which the signal is stored is known when
	// the confirmation completes.
	record Recall(@Nullable String id, Set<String> responders, CompletableFuture<?> confirmation) {
	}

	private enum State {

		QUEUED,

		// Or about to be.
		SENT,

		// The exporter was shut down before it ended: its result follows.
		ABANDONED,

		// It has its result, or failed.
		ENDED

	}

}
