package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.publish.membership.IndexedIds;
import io.github.statesignals.immutable.OrderedMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the responses to a signal that was sent, and computes the result. A state
 * machine without clock, thread or lock: the caller serializes the calls.
 */
final class ResponseTally {

	// Whether a response counts, and the reason why it does not.
	enum Verdict {

		COUNTED(null),

		/** It is to a publish that a rule or a timeout of zero ended without it. */
		UNAWAITED(null),

		WITHOUT_RAS("it has no ras"),

		REPEATED("the responder has already answered"),

		NOT_AWAITED("the responder is not awaited"),

		LATE("no publish in flight awaits it");

		final @Nullable String problem;

		Verdict(@Nullable String problem) {
			this.problem = problem;
		}

	}

	// Of most answers.
	private static final Answer SUCCESS = new Answer(Acknowledgement.SUCCESS, null, Duration.ZERO, true);

	// In the place of an answer: the responder left, was found disconnected, or has never
	// answered any signal. Answers of the last two still count.
	private static final Answer LEFT = new Answer(Acknowledgement.FAILURE, null, Duration.ZERO, false);

	private static final Answer GONE = new Answer(Acknowledgement.FAILURE, null, Duration.ZERO, false);

	private static final Answer SKIPPED = new Answer(Acknowledgement.FAILURE, null, Duration.ZERO, false);

	private final IndexedIds awaited;

	// The answers by their places, without their latencies; these in nanoseconds; and the
	// places in the order of their arrival.
	private final @Nullable Answer[] answers;

	private final long[] latencies;

	private final int[] arrivals;

	private final long sentNanos;

	private final @Nullable CompletionRule rule;

	// The awaited ids of each required responder, of which one has to act. Empty without
	// a rule, which has all of them succeed.
	private final List<List<String>> obliged;

	private final boolean durable;

	private @Nullable String id;

	private final Budget memory;

	// Absent until a response has one.
	private @Nullable AnswerMessages messages;

	// The number of places that are GONE or SKIPPED.
	private int gone;

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
		this(awaited, rule, List.of(), sentNanos, durable, new Budget(Long.MAX_VALUE));
	}

	ResponseTally(Collection<String> awaited, @Nullable CompletionRule rule, List<List<String>> obliged, long sentNanos,
			boolean durable, Budget memory) {
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
		Answer before = (place >= 0) ? this.answers[place] : LEFT;
		if (before == null) {
			this.remaining--;
		}
		else if (before == GONE || before == SKIPPED) {
			this.gone--;
		}
		else {
			return (before == LEFT) ? Verdict.NOT_AWAITED : Verdict.REPEATED;
		}
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

	// Stops to wait for a responder, unless it has answered. One that left is as if it
	// had not been subscribed; another one is missing, unless it answers before the
	// others have.
	void remove(String responderId, boolean left) {
		if (!left) {
			lose(responderId, GONE);
		}
		else if (replace(responderId, LEFT)) {
			this.required = required(this.remaining + this.answered + this.gone);
		}
	}

	private boolean replace(String responderId, Answer answer) {
		int place = this.awaited.placeOf(responderId);
		if (place < 0 || this.answers[place] != null) {
			return false;
		}
		this.answers[place] = answer;
		this.remaining--;
		return true;
	}

	long sentNanos() {
		return this.sentNanos;
	}

	private void lose(String responderId, Answer answer) {
		if (replace(responderId, answer)) {
			this.gone++;
		}
	}

	// Does not wait for responders: they are missing, unless they answer before the
	// last of the others.
	void skip(Set<String> responderIds) {
		responderIds.forEach((responderId) -> lose(responderId, SKIPPED));
	}

	Set<String> outstanding() {
		return (this.remaining > 0) ? ids(Objects::isNull) : Set.of();
	}

	private Set<String> ids(Predicate<@Nullable Answer> places) {
		Set<String> ids = new LinkedHashSet<>();
		for (int place = 0; place < this.answers.length; place++) {
			if (places.test(this.answers[place])) {
				ids.add(this.awaited.get(place));
			}
		}
		return ids;
	}

	boolean hasMissing() {
		return this.remaining > 0 || this.gone > 0;
	}

	Set<String> missing() {
		return hasMissing() ? ids((answer) -> answer == null || answer == GONE || answer == SKIPPED) : Set.of();
	}

	private Set<String> left() {
		boolean any = this.remaining + this.gone + this.answered < this.answers.length;
		return any ? ids((answer) -> answer == LEFT) : Set.of();
	}

	private Set<String> disconnected() {
		return (this.gone > 0) ? ids((answer) -> answer == GONE) : Set.of();
	}

	// Of a responder whose answer has counted.
	Answer answer(String responderId) {
		return timed(this.answers, this.latencies, this.awaited.placeOf(responderId));
	}

	private static Answer timed(@Nullable Answer[] answers, long[] latencies, int place) {
		Answer answer = Objects.requireNonNull(answers[place]);
		return new Answer(answer.ras(), answer.message(), Duration.ofNanos(latencies[place]), answer.handled());
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
				: !hasMissing() && this.succeeded == this.answered;
	}

	private boolean isImpossible() {
		return this.acted + this.remaining < this.required
				|| this.obliged.stream().anyMatch((ids) -> !hasActed(ids) && places(ids).noneMatch(Objects::isNull));
	}

	private boolean hasActed(List<String> ids) {
		return places(ids).anyMatch((answer) -> answer != null && answer.isSuccess());
	}

	private Stream<@Nullable Answer> places(List<String> ids) {
		return ids.stream().map((id) -> this.answers[this.awaited.placeOf(id)]);
	}

	SignalResult result(long nowNanos, boolean subscriptionLost) {
		return new SignalResult(code(), (this.answered > 0) ? new Answers(this) : Map.of(), byResponder(), missing(),
				Duration.ofNanos(nowNanos - this.sentNanos), left(), disconnected(), subscriptionLost, this.id);
	}

	private Map<String, String> byResponder() {
		return (this.messages != null) ? this.messages.byResponder() : Map.of();
	}

	private ResultCode code() {
		if (isFulfilled()) {
			return ResultCode.ALL_SUBS_SUCCESS;
		}
		boolean failed = ((this.required >= 0) ? this.acted : this.succeeded) < this.answered;
		boolean over = !hasMissing() || isImpossible();
		return (failed && over) ? ResultCode.SUB_FAILED : ResultCode.MISSING_RESPONSE;
	}

	/**
	 * The answers in the order of their arrival. An answer that was counted does not
	 * change, so that further ones, which are not among these, may follow.
	 */
	private static final class Answers extends OrderedMap<Answer> {

		private final IndexedIds awaited;

		private final @Nullable Answer[] answers;

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
			return timed(this.answers, this.latencies, this.arrivals[place]);
		}

		@Override
		public int size() {
			return this.size;
		}

	}

}
