package io.github.statesignals;

/**
 * An item of {@link SignalSpec#publishReactive()}: the answer of a responder or, as the
 * last item, the result.
 *
 * @since 0.1.0
 */
public sealed interface SignalProgress {

	/**
	 * An awaited responder has answered.
	 *
	 * @param responderId the id of the responder
	 * @param answer its answer
	 */
	record Answered(String responderId, SignalResult.Answer answer) implements SignalProgress {
	}

	/**
	 * The publish has ended.
	 *
	 * @param result the result, with all answers and the responders that are missing
	 */
	record Ended(SignalResult result) implements SignalProgress {
	}

}
