package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.publish.Publication.Recall;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import io.github.statesignals.core.publish.membership.KnownResponders;
import io.github.statesignals.core.publish.membership.KnownResponders.Subscribers;
import io.github.statesignals.core.publish.membership.ResponderProbes;
import io.github.statesignals.core.publish.membership.Silence;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;

/**
 * The publications of one exporter, which it sends or queues. Its monitor guards all of
 * them and the sender; nothing blocks while it is held. A transport may complete other
 * transmissions on the sender's thread, so that sending can end other publications.
 * Results are completed by {@link DeferredCalls}, without the lock.
 */
final class PublishQueue {

	@GuardedBy("this")
	private final SendOrder order = new SendOrder();

	@GuardedBy("this")
	private final AnswerCorrelation answers;

	private final DeferredCalls calls = new DeferredCalls(() -> Thread.holdsLock(this));

	private final SignalSender sender;

	private final EngineServices services;

	private final KnownResponders responders;

	private final ResponderProbes probes;

	// Takes the ids of responders that did not answer in time.
	private final Consumer<Set<String>> missed;

	PublishQueue(EngineServices services, SignalSender sender, KnownResponders responders, ResponderProbes probes,
			UnhandledEvents unhandledEvents, Consumer<Set<String>> missed) {
		this.services = services;
		this.sender = sender;
		this.responders = responders;
		this.probes = probes;
		this.missed = missed;
		this.answers = new AnswerCorrelation(responders, unhandledEvents);
	}

	// To be run after each call that may end publications.
	DeferredCalls calls() {
		return this.calls;
	}

	synchronized CompletableFuture<?> sendReserved(Signal signal, boolean extended) {
		return this.sender.sendReserved(signal, extended);
	}

	synchronized void publish(Publication publication) {
		this.order.add(publication);
		Subscribers subscribers = this.responders.subscribers();
		if (this.order.isFree(publication, subscribers.ids().size(), isIdentified(subscribers))) {
			send(publication, subscribers);
			return;
		}
		try {
			// One that can't be sent does not wait to be sent.
			this.services.outbound().transport().check(publication.signal());
		}
		catch (RuntimeException | Error ex) {
			publication.fail(ex);
			return;
		}
		this.order.enqueue(publication);
		sendNext(publication.event());
	}

	synchronized int queued() {
		return this.order.queued();
	}

	// Whether a signal to the current subscribers carries an extension.
	boolean isExtended() {
		return this.sender.isExtended(this.responders.subscribers());
	}

	private boolean isIdentified(Subscribers subscribers) {
		return subscribers.extended() && this.sender.isExtended(subscribers);
	}

	@GuardedBy("this")
	private void sendNext(String event) {
		if (!this.order.beginSending(event)) {
			return;
		}
		try {
			Publication next;
			do {
				Subscribers subscribers = this.responders.subscribers();
				next = this.order.poll(event, subscribers.ids().size(), isIdentified(subscribers),
						this::awaitsEvictedLegacyPeer);
				if (next != null) {
					send(next, subscribers);
				}
			}
			while (next != null);
		}
		finally {
			this.order.endSending(event);
		}
	}

	// It receives later signals of the event, too, and its answers name the event only.
	private boolean awaitsEvictedLegacyPeer(Publication publication) {
		return publication.tally().missing().stream().anyMatch((id) -> !this.responders.isExtended(id));
	}

	@GuardedBy("this")
	private void send(Publication publication, Subscribers subscribers) {
		publication.begin();
		try {
			Set<String> missing = publication.missing(subscribers.ids());
			if (missing.isEmpty()) {
				if (!subscribers.ids().isEmpty()) {
					this.probes.watch();
				}
				this.sender.transmit(publication, subscribers,
						this.responders.silent(publication.number(), publication.options().timeout()), this.order);
			}
			else {
				this.sender.warnOfMissing(publication, missing);
				finish(publication);
				SignalResult result = new SignalResult(ResultCode.MISSING_RESPONSE, Map.of(), Map.of(), missing,
						Duration.ZERO, Set.of(), Set.of(), false, null);
				this.calls.add(() -> publication.conclude(result));
			}
		}
		catch (RuntimeException | Error ex) {
			// Such as the completion rule's: the ones behind must not be stuck.
			fail(publication, ex);
		}
	}

	@GuardedBy("this")
	private void stopAwaiting(Publication publication, String responderId, boolean left) {
		try {
			publication.stopAwaiting(responderId, left);
			concludeIfComplete(publication, now());
		}
		catch (RuntimeException | Error ex) {
			// The completion rule's.
			fail(publication, ex);
		}
	}

	// Takes the confirmation of a transmission.
	synchronized void confirm(Publication publication, @Nullable String stored) {
		publication.tally().confirm(stored);
		concludeIfComplete(publication, now());
	}

	synchronized Verdict count(Response response, @Nullable ResponseExtension extension) {
		long now = now();
		Verdict unawaited = this.answers.countUnawaited(response, extension, now);
		if (unawaited != null) {
			return unawaited;
		}
		Publication publication = this.order.find(response.event(), (extension != null) ? extension.id() : null);
		if (publication == null) {
			return Verdict.LATE;
		}
		Verdict verdict = count(publication, response, extension, now);
		concludeIfComplete(publication, now);
		return verdict;
	}

	@GuardedBy("this")
	private Verdict count(Publication publication, Response response, @Nullable ResponseExtension extension,
			long nowNanos) {
		Verdict verdict = this.answers.count(publication, response, extension, nowNanos);
		if (verdict == Verdict.COUNTED && publication.options().listener() != null) {
			this.calls.guard(() -> publication.notifyListener(response.responderId(), this.services.callbackLanes(),
					this.calls, this.services.counters().failedListeners));
		}
		return verdict;
	}

	// Counts the stored answers to a publication.
	synchronized void count(Publication publication, Collection<StoredAnswer> stored) {
		if (!publication.endRecall()) {
			return;
		}
		for (StoredAnswer answer : stored) {
			String id = (answer.extension() != null) ? answer.extension().id() : null;
			// Another signal's answer may have been copied.
			if (id == null || id.equals(publication.id())) {
				count(publication, answer.response(), answer.extension(), now());
			}
		}
		concludeIfComplete(publication, now());
	}

	// Removes a responder, and no longer awaits it.
	synchronized boolean remove(String responderId, boolean left) {
		// Together, or one that is sent in between would await it.
		boolean subscribed = left ? this.responders.remove(responderId) : this.responders.lose(responderId);
		for (Publication publication : this.order.inFlight()) {
			stopAwaiting(publication, responderId, left);
		}
		return subscribed;
	}

	// Notes that responses may have been lost.
	synchronized List<Publication> noteGap() {
		return this.order.inFlight().stream().filter(Publication::noteGap).toList();
	}

	synchronized @Nullable Recall beginRecall(Publication publication) {
		return this.sender.isDurable() ? publication.beginRecall() : null;
	}

	// Ends a publication whose timeout has passed. It fails unless it is certain that it
	// was sent.
	synchronized void timeOut(Publication publication) {
		if (!publication.tally().isSent()) {
			// Described when it is cancelled: it is certain then whether it was sent.
			if (cancel(publication)) {
				publication.fail(SendFailures.unconfirmed(publication.event(), publication.publisherId(),
						this.sender.limit(publication), publication.transmission(), this.services.outbound()));
			}
			return;
		}
		if (!publication.isOver() && publication.options().awaitsAnswers()) {
			// Before the next one is sent, which need not await them.
			Set<String> outstanding = publication.tally().outstanding();
			this.responders.noteSilent(outstanding,
					new Silence(this.order.lastNumber(), publication.options().timeout()));
			this.calls.guard(() -> this.missed.accept(outstanding));
		}
		else {
			this.answers.expectUnawaited(publication, now(), this.sender.limit(publication), false);
		}
		conclude(publication, now());
	}

	// Removes all subscribers and abandons all publications. In one step, or those that
	// are queued would be sent to no subscriber.
	synchronized List<Publication> abandon(RuntimeException reason) {
		List<Publication> abandoned = this.order.clear();
		for (Publication publication : abandoned) {
			this.answers.expectUnawaited(publication, now(), this.sender.limit(publication), true);
			publication.abandon();
		}
		this.responders.close(reason);
		return abandoned;
	}

	synchronized void cancelWork(Publication publication) {
		this.order.leave(publication);
		this.calls.guard(publication::cancelWork);
		this.answers.expectUnconfirmed(publication, now(), this.sender.limit(publication));
	}

	synchronized void endAbandoned(Publication publication) {
		boolean sent = publication.wasSent();
		try {
			SignalResult result = publication.tally().result(now(), isSubscriptionLost(publication));
			publication.endAbandoned();
			if (!sent) {
				publication.fail(SendFailures.abandoned(publication.event()));
			}
			else if (result.code() == ResultCode.ALL_SUBS_SUCCESS && !publication.tally().isSent()) {
				publication.fail(SendFailures.abandonedUnconfirmed(publication.event(), publication.publisherId()));
			}
			else {
				publication.succeed(result);
			}
		}
		catch (RuntimeException | Error ex) {
			publication.fail(ex);
		}
	}

	// Finds the responders that a publish has awaited for long.
	synchronized boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
		Collection<Publication> inFlight = this.order.inFlight();
		inFlight.forEach((publication) -> publication.addOverdue(ids, sentBeforeNanos));
		return !inFlight.isEmpty();
	}

	@GuardedBy("this")
	private void concludeIfComplete(Publication publication, long nowNanos) {
		if (publication.tally().isComplete()) {
			this.answers.expectUnawaited(publication, nowNanos, this.sender.limit(publication), false);
			conclude(publication, nowNanos);
		}
	}

	// The result is completed when the lock is released.
	@GuardedBy("this")
	private void conclude(Publication publication, long nowNanos) {
		if (!finish(publication)) {
			return;
		}
		try {
			SignalResult result = publication.tally().result(nowNanos, isSubscriptionLost(publication));
			this.calls.add(() -> publication.conclude(result));
		}
		catch (RuntimeException | Error ex) {
			publication.fail(ex);
		}
	}

	private boolean isSubscriptionLost(Publication publication) {
		// On a durable channel it is enough that stored answers can be read.
		return publication.tally().hasMissing() && (this.sender.isDurable() ? publication.isStoredAnswersUnknown()
				: publication.hasGap() || !this.services.outbound().isConnected() || this.probes.isSubscriptionLost());
	}

	void fail(Publication publication, Throwable ex) {
		if (cancel(publication)) {
			publication.fail(ex);
		}
	}

	synchronized boolean cancel(Publication publication) {
		this.answers.expectUnawaited(publication, now(), this.sender.limit(publication), true);
		return finish(publication);
	}

	// Ends it, and sends those that waited for its place.
	synchronized boolean finish(Publication publication) {
		boolean queued = publication.isQueued();
		if (!publication.end()) {
			return false;
		}
		cancelWork(publication);
		if (this.order.remove(publication, queued)) {
			sendNext(publication.event());
		}
		for (String starved = pollStarved(); starved != null; starved = pollStarved()) {
			sendNext(starved);
		}
		return true;
	}

	@GuardedBy("this")
	private @Nullable String pollStarved() {
		return this.order.pollStarved(this.responders.subscribers().ids().size());
	}

	private long now() {
		return this.services.timer().nanoTime();
	}

}
