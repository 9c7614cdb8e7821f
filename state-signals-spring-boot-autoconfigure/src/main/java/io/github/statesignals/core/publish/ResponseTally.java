package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.core.lane.MemoryBudget;
import io.github.statesignals.core.publish.membership.IndexedIds;
import io.github.statesignals.immutable.OrderedMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the responses to a signal that was sent, and computes the result. A state
 * machine without clock, thread or lock: the caller serializes the calls.
 */
final class ResponseTally {

	// Whether a response counts.
	enum Verdict {

		/** It counts. */
		COUNTED,

		/** It carries no {@code ras}, and is no answer yet. */
		WITHOUT_RAS,

		/** It comes from a responder that has answered already. */
		REPEATED,

		/** It comes from a responder that is not awaited. */
		NOT_AWAITED

	}

	// Of most answers.
	private static final Answer SUCCESS = new Answer(Acknowledgement.SUCCESS, null, Duration.ZERO, true);

	private final IndexedIds awaited;

	// The answers by their places, without their latencies; these in nanoseconds; and the
	// places in the order of their arrival.
	private final Answer[] answers;

	private final long[] latencies;

	private final int[] arrivals;

	private final long sentNanos;

	private final @Nullable CompletionRule rule;

	// The awaited ids of each required responder, of which one has to act. Empty without
	// a rule, which has all of them succeed.
	private final List<List<String>> obliged;

	private final boolean durable;

	private @Nullable String id;

	private final MemoryBudget memory;

	// Absent until a response has one.
	private @Nullable AnswerMessages messages;

	private Set<String> left = Set.of();

	// The responders that do not answer probes. Their answers still count.
	private Set<String> gone = Set.of();

	// Those of them that are not known to be disconnected, but never answered.
	private Set<String> skipped = Set.of();

	private int answered;

	private int remaining;

	// The number of successes that are enough; negative: every answer is awaited.
	private int required;

	// The answers with ras 1.
	private int succeeded;

	// The answers with ras 1 of responders that have a handler.
	private int acted;

	private boolean confirmed;

	ResponseTally(Collection<String> awaited, @Nullable CompletionRule rule, long sentNanos, boolean durable) {
		this(awaited, rule, List.of(), sentNanos, durable, new MemoryBudget(Long.MAX_VALUE));
	}

	ResponseTally(Collection<String> awaited, @Nullable CompletionRule rule, List<List<String>> obliged, long sentNanos,
			boolean durable, MemoryBudget memory) {
		this.memory = memory;
		this.durable = durable;
		this.obliged = (rule != null) ? obliged : List.of();
		this.awaited = IndexedIds.of(awaited);
		this.remaining = this.awaited.size();
		this.answers = new Answer[this.remaining];
		this.latencies = new long[this.remaining];
		this.arrivals = new int[this.remaining];
		this.rule = rule;
		this.required = required(this.remaining);
		this.sentNanos = sentNanos;
	}

	private int required(int awaited) {
		return (this.rule != null) ? Math.max(this.rule.required(awaited), 0) : -1;
	}

	// Takes the confirmation that the signal was sent.
	void confirm(@Nullable String id) {
		this.id = id;
		this.confirmed = true;
	}

	@Nullable String id() {
		return this.id;
	}

	// Takes a response to this event.
	Verdict respond(Response response, boolean handled, long nowNanos) {
		Integer ras = response.ras();
		if (ras == null) {
			return Verdict.WITHOUT_RAS;
		}
		int place = this.awaited.placeOf(response.responderId());
		String message = store(response, place >= 0);
		if (!this.gone.isEmpty() && this.gone.remove(response.responderId())) {
			this.remaining++;
		}
		if (!isOutstanding(place)) {
			return (place >= 0 && this.answers[place] != null) ? Verdict.REPEATED : Verdict.NOT_AWAITED;
		}
		this.remaining--;
		Answer answer = (ras == Acknowledgement.SUCCESS && message == null && handled) ? SUCCESS
				: new Answer(ras, message, Duration.ZERO, handled);
		this.answers[place] = answer;
		this.latencies[place] = nowNanos - this.sentNanos;
		this.arrivals[this.answered++] = place;
		if (ras == Acknowledgement.SUCCESS) {
			this.succeeded++;
		}
		if (answer.isSuccess()) {
			this.acted++;
		}
		return Verdict.COUNTED;
	}

	private @Nullable String store(Response response, boolean expected) {
		if (response.message() == null) {
			return null;
		}
		if (this.messages == null) {
			this.messages = new AnswerMessages(this.memory);
		}
		return this.messages.add(response.responderId(), response.message(), expected);
	}

	// A responder left: as if it had not been subscribed, unless it has answered.
	boolean leave(String responderId) {
		int place = this.awaited.placeOf(responderId);
		if (!isOutstanding(place)) {
			return false;
		}
		this.remaining--;
		if (this.left.isEmpty()) {
			this.left = new LinkedHashSet<>();
		}
		this.left.add(responderId);
		this.required = required(this.remaining + this.answered + this.gone.size());
		return true;
	}

	long sentNanos() {
		return this.sentNanos;
	}

	// Stops to wait for a responder that was found disconnected: it is missing, unless it
	// answers before the others have.
	boolean lose(String responderId) {
		if (!isOutstanding(this.awaited.placeOf(responderId))) {
			return false;
		}
		this.remaining--;
		if (this.gone.isEmpty()) {
			this.gone = new LinkedHashSet<>();
		}
		this.gone.add(responderId);
		return true;
	}

	// Does not wait for responders: they are missing, unless they answer before the
	// last of the others.
	void skip(Set<String> responderIds) {
		responderIds.forEach(this::lose);
		this.skipped = responderIds;
	}

	Set<String> outstanding() {
		Set<String> ids = new LinkedHashSet<>();
		for (int place = 0; place < this.answers.length; place++) {
			if (isOutstanding(place)) {
				ids.add(this.awaited.get(place));
			}
		}
		return ids;
	}

	// Neither answered, nor left, nor gone.
	private boolean isOutstanding(int place) {
		return place >= 0 && this.answers[place] == null
				&& (this.left.isEmpty() || !this.left.contains(this.awaited.get(place)))
				&& (this.gone.isEmpty() || !this.gone.contains(this.awaited.get(place)));
	}

	boolean hasMissing() {
		return this.remaining > 0 || !this.gone.isEmpty();
	}

	private Set<String> missing() {
		if (this.gone.isEmpty()) {
			return (this.remaining > 0) ? outstanding() : Set.of();
		}
		Set<String> missing = outstanding();
		missing.addAll(this.gone);
		return missing;
	}

	@Nullable Answer answer(String responderId) {
		int place = this.awaited.placeOf(responderId);
		return (place >= 0 && this.answers[place] != null) ? timed(this.answers[place], this.latencies[place]) : null;
	}

	private static Answer timed(Answer answer, long latency) {
		return new Answer(answer.ras(), answer.message(), Duration.ofNanos(latency), answer.handled());
	}

	// Releases the memory of messages, for the result is handed out.
	void release() {
		if (this.messages != null) {
			this.messages.release();
		}
	}

	// Whether there is nothing left to wait for. An answer proves that the signal was
	// sent; without one, or for the id under which it is stored, the confirmation is
	// needed.
	boolean isComplete() {
		return (this.durable ? this.confirmed : isSent())
				&& (this.remaining == 0 || (this.required >= 0 && (isFulfilled() || isImpossible())));
	}

	// Whether it is certain that the signal was sent.
	boolean isSent() {
		return this.confirmed || this.answered > 0;
	}

	private boolean isFulfilled() {
		return (this.required >= 0) ? this.acted >= this.required && this.obliged.stream().allMatch(this::hasActed)
				: this.remaining == 0 && this.gone.isEmpty() && this.succeeded == this.answered;
	}

	private boolean isImpossible() {
		return this.acted + this.remaining < this.required || this.obliged.stream()
			.anyMatch((ids) -> !hasActed(ids) && ids.stream().noneMatch(this::isOutstanding));
	}

	private boolean hasActed(List<String> ids) {
		return ids.stream().map(this::answer).anyMatch((answer) -> answer != null && answer.isSuccess());
	}

	private boolean isOutstanding(String responderId) {
		return isOutstanding(this.awaited.placeOf(responderId));
	}

	SignalResult result(long nowNanos, boolean subscriptionLost) {
		return new SignalResult(code(), (this.answered > 0) ? new Answers(this) : Map.of(), byResponder(), missing(),
				Duration.ofNanos(nowNanos - this.sentNanos), this.left, disconnected(), subscriptionLost, this.id);
	}

	private Map<String, String> byResponder() {
		return (this.messages != null) ? this.messages.byResponder() : Map.of();
	}

	private Set<String> disconnected() {
		if (this.skipped.isEmpty()) {
			return this.gone;
		}
		Set<String> disconnected = new LinkedHashSet<>(this.gone);
		disconnected.removeAll(this.skipped);
		return disconnected;
	}

	private ResultCode code() {
		if (isFulfilled()) {
			return ResultCode.ALL_SUBS_SUCCESS;
		}
		boolean failed = ((this.required >= 0) ? this.acted : this.succeeded) < this.answered;
		boolean over = (this.remaining == 0 && this.gone.isEmpty()) || isImpossible();
		return (failed && over) ? ResultCode.SUB_FAILED : ResultCode.MISSING_RESPONSE;
	}

	/**
	 * The answers in the order of their arrival. An answer that was counted does not
	 * change, so that further ones, which are not among these, may follow.
	 */
	private static final class Answers extends OrderedMap<Answer> {

		private final IndexedIds awaited;

		private final Answer[] answers;

		private final long[] latencies;

		private final int[] arrivals;

		private final int size;

		Answers(ResponseTally tally) {
			this.awaited = tally.awaited;
			this.answers = tally.answers;
			this.latencies = tally.latencies;
			this.arrivals = tally.arrivals;
			this.size = tally.answered;
		}

		@Override
		protected String key(int place) {
			return this.awaited.get(this.arrivals[place]);
		}

		@Override
		protected Answer value(int place) {
			int arrival = this.arrivals[place];
			return timed(this.answers[arrival], this.latencies[arrival]);
		}

		@Override
		public int size() {
			return this.size;
		}

	}

}
