package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One publish between being sent and having its result: who is awaited, who answered. A
 * state machine and nothing else: it has no clock, no threads and no lock, so whoever
 * drives it serializes the calls.
 */
final class PendingPublication {

	/**
	 * What a response came to.
	 */
	enum Verdict {

		/** It counts. */
		COUNTED,

		/** It carries no {@code ras}, and so says nothing about the signal yet. */
		WITHOUT_RAS,

		/** It comes from a responder that has answered already. */
		REPEATED,

		/** It comes from a responder that is not awaited. */
		NOT_AWAITED

	}

	private final Set<String> outstanding;

	private final Map<String, Answer> answers = new LinkedHashMap<>();

	private final Map<String, String> messages = new LinkedHashMap<>();

	private final Set<String> left = new LinkedHashSet<>();

	private final long sentNanos;

	private final @Nullable CompletionRule rule;

	/**
	 * How many have to succeed; negative: every answer is awaited.
	 */
	private int required;

	private int succeeded;

	private boolean confirmed;

	/**
	 * Create a publication that has just been sent.
	 * @param awaited the responder ids to await
	 * @param rule how many of them are enough; {@code null}: every answer is awaited
	 * @param sentNanos when it was sent
	 */
	PendingPublication(Collection<String> awaited, @Nullable CompletionRule rule, long sentNanos) {
		this.outstanding = new LinkedHashSet<>(awaited);
		this.rule = rule;
		this.required = required(awaited.size());
		this.sentNanos = sentNanos;
	}

	private int required(int awaited) {
		return (this.rule != null) ? Math.max(this.rule.required(awaited), 0) : -1;
	}

	/**
	 * The transport has taken the signal.
	 */
	void confirm() {
		this.confirmed = true;
	}

	/**
	 * A response to this event was heard.
	 * @param response the response
	 * @param nowNanos the time
	 * @return what it came to
	 */
	Verdict respond(Response response, long nowNanos) {
		Integer ras = response.ras();
		if (ras == null) {
			return Verdict.WITHOUT_RAS;
		}
		String message = response.message();
		if (message != null) {
			this.messages.put(response.responderId(), message);
		}
		if (!this.outstanding.remove(response.responderId())) {
			return this.answers.containsKey(response.responderId()) ? Verdict.REPEATED : Verdict.NOT_AWAITED;
		}
		this.answers.put(response.responderId(), new Answer(ras, message, Duration.ofNanos(nowNanos - this.sentNanos)));
		if (ras == Acknowledgement.SUCCESS) {
			this.succeeded++;
		}
		return Verdict.COUNTED;
	}

	/**
	 * A responder left: as if it had not been subscribed, unless it has answered.
	 * @param responderId its id
	 * @return {@code false} if it was not awaited any more
	 */
	boolean leave(String responderId) {
		if (!this.outstanding.remove(responderId)) {
			return false;
		}
		this.left.add(responderId);
		this.required = required(this.outstanding.size() + this.answers.size());
		return true;
	}

	/**
	 * Who has not answered yet.
	 * @return their ids; not to be kept
	 */
	Set<String> outstanding() {
		return this.outstanding;
	}

	/**
	 * A responder's answer that counted.
	 * @param responderId its id
	 * @return the answer, if there is one
	 */
	@Nullable Answer answer(String responderId) {
		return this.answers.get(responderId);
	}

	/**
	 * Whether there is nothing left to wait for. An answer proves that the signal was
	 * sent; without one, the transport's word is needed.
	 * @return {@code true} when the result is final
	 */
	boolean isComplete() {
		return isSent() && (this.outstanding.isEmpty() || (this.required >= 0 && (isFulfilled() || isImpossible())));
	}

	/**
	 * Whether it is certain that the signal was sent.
	 * @return {@code true} when the transport said so, or somebody answered
	 */
	boolean isSent() {
		return this.confirmed || !this.answers.isEmpty();
	}

	private boolean isFulfilled() {
		return (this.required >= 0) ? this.succeeded >= this.required
				: this.outstanding.isEmpty() && this.succeeded == this.answers.size();
	}

	private boolean isImpossible() {
		return this.succeeded + this.outstanding.size() < this.required;
	}

	/**
	 * The result as it stands: whoever has not answered is missing.
	 * @param nowNanos the time
	 * @return the result
	 */
	SignalResult result(long nowNanos) {
		return new SignalResult(code(), this.answers, this.messages, this.outstanding,
				Duration.ofNanos(nowNanos - this.sentNanos), this.left);
	}

	private ResultCode code() {
		if (isFulfilled()) {
			return ResultCode.ALL_SUBS_SUCCESS;
		}
		boolean failed = this.succeeded < this.answers.size();
		boolean over = this.outstanding.isEmpty() || isImpossible();
		return (failed && over) ? ResultCode.SUB_FAILED : ResultCode.MISSING_RESPONSE;
	}

}
