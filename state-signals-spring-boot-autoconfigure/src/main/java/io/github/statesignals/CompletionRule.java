package io.github.statesignals;

/**
 * Decides when a publish has enough answers. Counts the awaited responders that acted
 * with success: with enough of them the publish ends as a success, and as a failure once
 * enough are no longer possible. Without a rule it awaits every answer, also after a
 * failure, as the protocol has it.
 * <p>
 * A rule is called on the thread that publishes, and on threads of the Redis client and
 * of timers, while a lock of the exporter is held. It must compute and nothing else: not
 * block, and not call the exporter.
 *
 * @since 0.1.0
 * @see SignalSpec#until(CompletionRule)
 */
@FunctionalInterface
public interface CompletionRule {

	/**
	 * Returns the number of responders that have to act.
	 * @param awaited the number of responders that are awaited
	 * @return the number that has to act; a larger one than {@code awaited} can't be
	 * fulfilled
	 */
	int required(int awaited);

	/**
	 * Requires any one responder.
	 * @return the rule
	 */
	static CompletionRule first() {
		return count(1);
	}

	/**
	 * Requires a number of responders.
	 * @param count the number; more than are subscribed can't be fulfilled
	 * @return the rule
	 * @throws IllegalArgumentException if it is less than one
	 */
	static CompletionRule count(int count) {
		if (count < 1) {
			throw new IllegalArgumentException("At least one responder has to succeed, not " + count);
		}
		return (awaited) -> count;
	}

	/**
	 * Requires more than half of the responders; without any, it can't be fulfilled.
	 * @return the rule
	 */
	static CompletionRule quorum() {
		return (awaited) -> awaited / 2 + 1;
	}

}
