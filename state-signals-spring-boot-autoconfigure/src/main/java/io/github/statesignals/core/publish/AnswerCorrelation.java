package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Response;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import io.github.statesignals.core.publish.membership.KnownResponders;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

/**
 * Counts answers, and expects those to publications that ended before their timeout. An
 * answer without an id names publisher and event only: it is for the exclusive
 * publication of the event, unless one that ended expects it. Not safe for use by many
 * threads: {@link PublishQueue} serializes the calls.
 */
final class AnswerCorrelation {

	// How long to expect an answer that no publish awaits, if no timeout is configured.
	private static final Duration LONGEST_UNAWAITED = Duration.ofHours(1);

	private static final int ENDED_EARLY = 4_096;

	// The answers without an id that are to come to publishes that await none, that a
	// completion rule or a cancellation ended early, or that Redis has not confirmed.
	// None of them must count for the next publish of the event: then an answer that is
	// lost costs a success, and none is invented.
	private final Map<Unawaited, Expected> unawaited = new HashMap<>();

	// The number of answers that are to come to publishes with an id that ended early, by
	// id; of the last ones.
	private final Map<String, Integer> unawaitedById = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
			return size() > ENDED_EARLY;
		}

	};

	private final KnownResponders responders;

	private final UnhandledEvents unhandledEvents;

	AnswerCorrelation(KnownResponders responders, UnhandledEvents unhandledEvents) {
		this.responders = responders;
		this.unhandledEvents = unhandledEvents;
	}

	// Counts an answer to a publish that ended without it, which is expected no longer.
	// Returns null if it is none.
	@Nullable Verdict countUnawaited(Response response, @Nullable ResponseExtension extension, long nowNanos) {
		if (response.ras() == null) {
			return null;
		}
		if (extension == null) {
			this.responders.responds(response.responderId());
		}
		String id = (extension != null) ? extension.id() : null;
		if (id == null) {
			return this.unawaited.isEmpty() ? null : countUnawaited(response, nowNanos);
		}
		Integer count = this.unawaitedById.isEmpty() ? null : this.unawaitedById.remove(id);
		if (count != null && count > 1) {
			this.unawaitedById.put(id, count - 1);
		}
		return (count != null) ? Verdict.UNAWAITED : null;
	}

	private @Nullable Verdict countUnawaited(Response response, long nowNanos) {
		Unawaited unawaited = new Unawaited(response.event(), response.responderId());
		Expected expected = this.unawaited.remove(unawaited);
		if (expected == null || expected.untilNanos - nowNanos <= 0) {
			return null;
		}
		if (expected.count > 1) {
			this.unawaited.put(unawaited, new Expected(expected.count - 1, expected.untilNanos, expected.failed));
		}
		return expected.failed ? Verdict.LATE : Verdict.UNAWAITED;
	}

	Verdict count(Publication publication, Response response, @Nullable ResponseExtension extension, long nowNanos) {
		List<String> handledEvents = (extension != null) ? extension.handledEvents() : null;
		if (handledEvents != null && !publication.isRequired(response.responderId())) {
			this.unhandledEvents.add(publication.event(), handledEvents);
		}
		return publication.respond(response, handledEvents == null, nowNanos);
	}

	// Expects, for a time, the missing answers to a publication that is about to end
	// without them. A responder that is gone or was skipped may answer all the same.
	void expectUnawaited(Publication publication, long nowNanos, Duration limit, boolean cancelled) {
		if (publication.isOver() || !publication.tally().isSent()) {
			return;
		}
		expect(publication, nowNanos, limit, cancelled);
		String id = publication.id();
		int outstanding = publication.tally().outstanding().size();
		if (id != null && outstanding > 0 && !cancelled) {
			this.unawaitedById.put(id, outstanding);
		}
	}

	// The same for one that has ended, if it may be sent although Redis has not confirmed
	// it.
	void expectUnconfirmed(Publication publication, long nowNanos, Duration limit) {
		CompletableFuture<?> transmission = publication.transmission();
		if (!publication.tally().isSent() && transmission != null && mayBeSent(transmission)) {
			expect(publication, nowNanos, limit, true);
		}
	}

	private static boolean mayBeSent(CompletableFuture<?> transmission) {
		try {
			if (transmission.cancel(false)) {
				return false;
			}
		}
		catch (RuntimeException | Error ex) {
			// Of a transport of the application: nothing is known.
			return true;
		}
		Throwable failure = transmission.isCompletedExceptionally() ? Futures.failure(transmission) : null;
		return failure == null || failure instanceof CancellationException
				|| (failure instanceof DataAccessException && !(failure instanceof SignalNotSentException));
	}

	// Those that will not repeat an id, because they can't or the signal has none.
	private void expect(Publication publication, long nowNanos, Duration limit, boolean failed) {
		this.unawaited.values().removeIf((expected) -> expected.untilNanos - nowNanos <= 0);
		long until = nowNanos + TimeUnit.NANOSECONDS.convert(limit.isNegative() ? LONGEST_UNAWAITED : limit);
		for (String responderId : publication.tally().missing()) {
			if (publication.id() == null || !this.responders.isExtended(responderId)) {
				this.unawaited.merge(new Unawaited(publication.event(), responderId), new Expected(1, until, failed),
						(before, added) -> before.with(added));
			}
		}
	}

	private record Unawaited(String event, String responderId) {
	}

	private record Expected(int count, long untilNanos, boolean failed) {

		Expected with(Expected added) {
			boolean longer = this.untilNanos - added.untilNanos > 0;
			return new Expected(this.count + added.count, longer ? this.untilNanos : added.untilNanos,
					this.failed || added.failed);
		}

	}

}
