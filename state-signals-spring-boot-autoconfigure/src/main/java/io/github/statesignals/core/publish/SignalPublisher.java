package io.github.statesignals.core.publish;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.publish.Publication.Recall;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import io.github.statesignals.core.publish.membership.KnownResponders;
import io.github.statesignals.core.publish.membership.ResponderProbes;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.TaskRejectedException;

/**
 * Publishes the signals of one exporter and completes their results. Has no lock: those
 * that wait for a result may run any code.
 */
public final class SignalPublisher implements Publication.Owner {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	// The events whose last result is stored: an exporter that is not initialized may
	// publish any event.
	private static final int EVENTS = 100;

	private final EngineServices services;

	private final String channel;

	private final PublishAdmission admission;

	private final Map<String, LastResult> lastResults = new ConcurrentHashMap<>();

	private final SignalSender sender;

	private final PublishQueue queue;

	private final DeferredCalls calls;

	private final UnhandledEvents unhandledEvents;

	// missed: takes the ids of responders that did not answer in time, under a lock.
	public SignalPublisher(EngineServices services, String channel, KnownResponders responders, ResponderProbes probes,
			UnhandledEvents unhandledEvents, Consumer<Set<String>> missed) {
		this.services = services;
		this.channel = channel;
		this.admission = new PublishAdmission(services.settings().exporters().maxPending());
		this.sender = new SignalSender(services, channel, this);
		this.queue = new PublishQueue(services, this.sender, responders, probes, unhandledEvents, missed);
		this.calls = this.queue.calls();
		this.unhandledEvents = unhandledEvents;
	}

	public CompletableFuture<?> sendInitialization(Signal signal) {
		return this.queue.sendReserved(signal, this.services.settings().extensions() != Extensions.OFF);
	}

	public CompletableFuture<SignalResult> publish(Signal signal, PublishOptions options) {
		Publication publication = new Publication(signal, options, this);
		TaskRejectedException rejected = this.admission.admit(publication);
		if (rejected != null) {
			this.services.counters().ended(this.channel, signal.event(), null, rejected);
			return CompletableFuture.failedFuture(rejected);
		}
		try {
			this.queue.publish(publication);
			return publication;
		}
		finally {
			this.calls.run();
		}
	}

	@Override
	public void onSent(Publication publication, @Nullable Object sent, @Nullable Throwable ex) {
		try {
			if (ex != null) {
				this.queue.fail(publication,
						SendFailures.describe(Futures.unwrap(ex), publication.event(), publication.publisherId()));
			}
			else {
				onConfirmed(publication, sent);
			}
		}
		finally {
			this.calls.run();
		}
	}

	private void onConfirmed(Publication publication, @Nullable Object sent) {
		this.queue.confirm(publication, (sent instanceof StoredSignal stored) ? stored.id() : null);
		if (!publication.options().awaitsAnswers()) {
			this.queue.timeOut(publication);
		}
		else if (publication.hasGap()) {
			recall(publication);
		}
	}

	@Override
	public void onTimeout(Publication publication) {
		completeEnded(() -> this.queue.timeOut(publication));
	}

	@Override
	public void onCancelled(Publication publication) {
		this.queue.cancel(publication);
		this.calls.run();
	}

	@Override
	public void complete(Executor executor, Runnable completion) {
		this.calls.execute(executor, completion);
	}

	@Override
	public void onHandedOut(Publication publication, @Nullable SignalResult result, @Nullable Throwable failure) {
		this.admission.release(publication);
		if (result != null) {
			note(publication.event(), LastResult.of(result));
		}
		else if (failure != null && !(failure instanceof CancellationException)) {
			note(publication.event(), LastResult.of(failure));
		}
		this.services.counters().ended(this.channel, publication.event(), result, failure);
	}

	private void note(String event, LastResult result) {
		if (this.lastResults.size() < EVENTS || this.lastResults.containsKey(event)) {
			this.lastResults.put(event, result);
		}
	}

	// The publishes whose results have not been handed out.
	public int inFlight() {
		return this.admission.pending();
	}

	// Those of them that are not sent yet.
	public int queued() {
		return this.queue.queued();
	}

	// The memory that the signals in flight take.
	public long bytes() {
		return this.admission.bytes();
	}

	public SortedMap<String, LastResult> lastResults() {
		return new TreeMap<>(this.lastResults);
	}

	@Override
	public CompletableFuture<?> recall(Publication publication) {
		Recall recall = this.queue.beginRecall(publication);
		if (recall == null) {
			return CompletableFuture.completedFuture(null);
		}
		if (recall.id() == null) {
			return recall.confirmation().handle((sent, ex) -> recall(publication)).thenCompose((done) -> done);
		}
		return this.services.outbound().recall(this.channel, recall.id(), recall.responders()).handle((answers, ex) -> {
			if (ex != null) {
				logger.debug("Could not read the stored answers to '{}' of '{}'", publication.event(),
						publication.publisherId(), ex);
			}
			else {
				completeEnded(() -> this.queue.count(publication, answers));
			}
			return null;
		});
	}

	// Reads the stored answers to all publications in flight, for responses may have been
	// lost.
	public void recall() {
		this.queue.noteGap().forEach(this::recall);
	}

	// Takes a response to one of the publications, or to none.
	public void onResponse(Response response, @Nullable ResponseExtension extension) {
		Verdict verdict = this.queue.count(response, extension);
		try {
			log(response, verdict);
		}
		finally {
			this.calls.run();
		}
	}

	// Takes a response that comes after the shutdown: it must not be expected after the
	// next initialization.
	public void onLateResponse(Response response, @Nullable ResponseExtension extension) {
		completeEnded(() -> this.queue.count(response, extension));
	}

	private void log(Response response, Verdict verdict) {
		String problem = verdict.problem;
		if (problem == null) {
			if (logger.isDebugEnabled()) {
				logger.debug("'{}' answered '{}' with ras {}", LogText.printable(response.responderId()),
						response.event(), response.ras());
			}
		}
		else {
			this.services.counters().unexpected(response, problem, verdict == Verdict.LATE);
		}
	}

	// Removes a responder, which left or is missing, and no longer awaits it. Returns
	// whether it was subscribed.
	public boolean remove(String responderId, boolean left) {
		return this.queue.remove(responderId, left);
	}

	// Completes the results that removals, a shutdown, or sending an initialization, have
	// ended. To be called without any lock.
	public void completeEnded() {
		this.calls.run();
	}

	// The same after a change that ends some, also if that fails.
	public void completeEnded(Runnable change) {
		try {
			change.run();
		}
		finally {
			completeEnded();
		}
	}

	// Runs a call when this thread holds no lock of the publishes.
	public Executor unlocked() {
		return this.calls;
	}

	public boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
		return this.queue.findOverdue(sentBeforeNanos, ids);
	}

	@Override
	public void onConcluded(Publication publication, SignalResult result) {
		if (result.code() == ResultCode.ALL_SUBS_SUCCESS && !result.isSuccess()) {
			this.unhandledEvents.warn(publication.signal(), result);
		}
		log(publication, result);
	}

	private void log(Publication publication, SignalResult result) {
		if (result.code() == ResultCode.ALL_SUBS_SUCCESS || !publication.options().awaitsAnswers()) {
			logger.debug("'{}' of '{}': {}", publication.event(), publication.publisherId(), result.code());
			return;
		}
		String reason = this.sender.isDurable() ? " (their stored answers could not be read: they may have answered)"
				: " (the subscription was lost: they may have answered)";
		this.services.counters().failedPublishes.warn(logger, "'{}' of '{}': {} after {}, failed: {}, missing: {}{}",
				publication.event(), publication.publisherId(), result.code(), result.elapsed(),
				LogText.printable(result.failed()), LogText.printable(result.missing()),
				result.subscriptionLost() ? reason : "");
	}

	// Removes all subscribers, sends shutdown, and ends all publications: those that were
	// sent with their result as it stands, the others with an exception. Callers that
	// wait for subscribers get the reason. To be followed by completeEnded().
	public CompletableFuture<?> shutDown(Signal shutdown, RuntimeException reason) {
		boolean extended = this.queue.isExtended();
		List<Publication> abandoned = this.queue.abandon(reason);
		CompletableFuture<?> sent = this.queue.sendReserved(shutdown, extended);
		abandoned.forEach((publication) -> this.calls.add(() -> end(publication)));
		return sent;
	}

	private void end(Publication publication) {
		this.queue.cancelWork(publication);
		CompletableFuture.completedFuture(publication)
			.thenCompose(this::recall)
			.orTimeout(StoredAnswers.LIMIT.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((counted, ex) -> completeEnded(() -> this.queue.endAbandoned(publication)));
	}

}
