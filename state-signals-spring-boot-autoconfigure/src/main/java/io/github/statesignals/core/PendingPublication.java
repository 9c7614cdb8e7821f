package io.github.statesignals.core;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;

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

	private final long sentNanos;

	private boolean confirmed;

	private boolean failed;

	/**
	 * Create a publication that has just been sent.
	 * @param awaited the responder ids to await
	 * @param sentNanos when it was sent
	 */
	PendingPublication(Set<String> awaited, long sentNanos) {
		this.outstanding = new LinkedHashSet<>(awaited);
		this.sentNanos = sentNanos;
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
		this.failed |= ras != Acknowledgement.SUCCESS;
		return Verdict.COUNTED;
	}

	/**
	 * Whether there is nothing left to wait for. An answer proves that the signal was
	 * sent; where nobody is awaited, the transport's word is needed.
	 * @return {@code true} when the result is final
	 */
	boolean isComplete() {
		return this.outstanding.isEmpty() && (this.confirmed || !this.answers.isEmpty());
	}

	/**
	 * Whether it is certain that the signal was sent.
	 * @return {@code true} when the transport said so, or somebody answered
	 */
	boolean isSent() {
		return this.confirmed || !this.answers.isEmpty();
	}

	/**
	 * The result as it stands: whoever has not answered is missing.
	 * @param nowNanos the time
	 * @return the result
	 */
	SignalResult result(long nowNanos) {
		ResultCode code = ResultCode.ALL_SUBS_SUCCESS;
		if (!this.outstanding.isEmpty()) {
			code = ResultCode.MISSING_RESPONSE;
		}
		else if (this.failed) {
			code = ResultCode.SUB_FAILED;
		}
		return new SignalResult(code, this.answers, this.messages, this.outstanding,
				Duration.ofNanos(nowNanos - this.sentNanos));
	}

}
