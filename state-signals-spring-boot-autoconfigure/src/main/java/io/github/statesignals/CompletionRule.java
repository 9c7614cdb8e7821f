package io.github.statesignals;

/**
 * When a publish has what it needs. Counts the awaited responders that acted with
 * success: with enough of them it ends as a success, and with enough no longer possible
 * as a failure, whoever has not answered by then. Without a rule a publish awaits every
 * answer, also after a failure, as the protocol has it.
 *
 * @since 0.1.0
 * @see SignalSpec#until(CompletionRule)
 */
@FunctionalInterface
public interface CompletionRule {

	/**
	 * How many responders have to succeed.
	 * @param awaited how many are subscribed when the signal is sent
	 * @return how many of them, or more than there are, which can't be fulfilled
	 */
	int required(int awaited);

	/**
	 * Any one of them.
	 * @return the rule
	 */
	static CompletionRule first() {
		return count(1);
	}

	/**
	 * So many of them.
	 * @param count how many; more than are subscribed can't be fulfilled
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
	 * More than half of them; where nobody is subscribed, it can't be fulfilled.
	 * @return the rule
	 */
	static CompletionRule quorum() {
		return (awaited) -> awaited / 2 + 1;
	}

}
