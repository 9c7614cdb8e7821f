package io.github.statesignals;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.github.statesignals.immutable.OrderedMap;
import org.jspecify.annotations.Nullable;

/**
 * The result of a publish: the responders that acted on the signal, and those that did
 * not. Immutable.
 * <p>
 * The {@linkplain #code() code} is the protocol's, which is 0 also if no responder was
 * subscribed, or none had a handler. {@link #isSuccess()} is stricter: it requires at
 * least one responder that acted.
 * <p>
 * A responder that announces that it leaves is no longer awaited: it neither fails the
 * publish nor is it missing. {@link #left()} names it. If its handler had begun, it has
 * failed.
 *
 * @param code the outcome in the protocol's terms
 * @param responses the answers of awaited responders, by responder id, in the order in
 * which they were received
 * @param messages the messages of responders, by responder id, including those of
 * responders that were not awaited
 * @param missing the ids of awaited responders that had not answered when the publish
 * ended, including those in {@code gone}
 * @param elapsed the time from sending the signal to the end of the publish
 * @param left the ids of awaited responders that announced, before they answered, that
 * they leave
 * @param gone the ids of missing responders that are disconnected: they did not answer
 * probes, and are no longer subscribers
 * @param subscriptionLost whether responders in {@code missing} may have answered,
 * because the exporter could not receive responses for some of the time or, on a durable
 * channel, could not read the stored answers
 * @param id the id under which a durable channel stores the signal and its answers, for
 * {@link DurableChannels}; {@code null} on any other channel
 * @since 0.1.0
 */
public record SignalResult(ResultCode code, Map<String, Answer> responses, Map<String, String> messages,
		Set<String> missing, Duration elapsed, Set<String> left, Set<String> gone, boolean subscriptionLost,
		@Nullable String id) {

	public SignalResult {
		responses = OrderedMap.copyOf(responses);
		messages = OrderedMap.copyOf(messages);
		missing = copy(missing);
		left = copy(left);
		gone = copy(gone);
	}

	private static Set<String> copy(Set<String> set) {
		return set.isEmpty() ? Collections.emptySet() : Collections.unmodifiableSet(new LinkedHashSet<>(set));
	}

	/**
	 * Returns whether the signal was acted on: the code is
	 * {@link ResultCode#ALL_SUBS_SUCCESS} and at least one responder acted. Without a
	 * {@link CompletionRule} none failed or is missing; with one, as many acted as the
	 * rule requires.
	 * @return {@code false} also if no responder was subscribed, or none had a handler
	 */
	public boolean isSuccess() {
		return this.code == ResultCode.ALL_SUBS_SUCCESS && OrderedMap.anyValue(this.responses, Answer::isSuccess);
	}

	/**
	 * Returns the responders that acted with success. A Python responder, or another one
	 * without extensions, counts as acted if its {@code ras} is 1.
	 * @return their ids, in the order of their answers
	 */
	public Set<String> acted() {
		return responders(Answer::isSuccess);
	}

	/**
	 * Returns the responders that answered with a failure.
	 * @return their ids, in the order of their answers
	 */
	public Set<String> failed() {
		return responders(Answer::isFailure);
	}

	/**
	 * Returns the responders that answered that they have no handler for the event
	 * ({@code state-signals.responder.unhandled: acknowledge}). They did not act.
	 * @return their ids, in the order of their answers
	 */
	public Set<String> unhandled() {
		return responders((answer) -> !answer.isSuccess() && !answer.isFailure());
	}

	private Set<String> responders(Predicate<Answer> matching) {
		Set<String> ids = new LinkedHashSet<>();
		this.responses.forEach((id, answer) -> {
			if (matching.test(answer)) {
				ids.add(id);
			}
		});
		return Collections.unmodifiableSet(ids);
	}

	/**
	 * Returns the number of awaited responders.
	 * @return the number, without those that left; 0 if no responder was subscribed
	 */
	public int awaited() {
		return this.responses.size() + this.missing.size();
	}

	// The code reads as a success also if no responder acted.
	@Override
	public String toString() {
		return ("SignalResult[success=%s, code=%s, responses=%s, messages=%s, missing=%s, elapsed=%s, left=%s, gone=%s, "
				+ "subscriptionLost=%s, id=%s]")
			.formatted(isSuccess(), this.code, this.responses, this.messages, this.missing, this.elapsed, this.left,
					this.gone, this.subscriptionLost, this.id);
	}

	/**
	 * The answer of one responder.
	 *
	 * @param ras <em>response action success</em>: 1 is success, any other number is a
	 * failure
	 * @param message the message of the responder, or {@code null}
	 * @param latency the time from sending the signal to receiving this answer
	 * @param handled {@code false} if the responder answered that it has no handler for
	 * the event
	 */
	public record Answer(int ras, @Nullable String message, Duration latency, boolean handled) {

		/**
		 * Returns whether the responder acted with success.
		 * @return {@code true} when {@code ras} is 1 and a handler acted
		 */
		public boolean isSuccess() {
			return this.handled && this.ras == Acknowledgement.SUCCESS;
		}

		/**
		 * Returns whether the responder answered with a failure.
		 * @return {@code true} when {@code ras} is not 1
		 */
		public boolean isFailure() {
			return this.ras != Acknowledgement.SUCCESS;
		}

	}

}
