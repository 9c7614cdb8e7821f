package io.github.statesignals;

/**
 * Decides how many responders have to act before a publish ends.
 * <p>
 * The publish ends as a success when that many awaited responders have acted. It ends as
 * a failure when that many can no longer act. Without a rule a publish awaits every
 * answer, also after a failure.
 * <p>
 * A rule is called on the publishing thread, on the Redis client's threads and on timer
 * threads, while a lock of the exporter is held. It must not block and must not call the
 * exporter.
 *
 * @since 0.1.0
 * @see SignalSpec#until(CompletionRule)
 */
@FunctionalInterface
public interface CompletionRule {

	/**
	 * Returns the number of responders that have to act.
	 * @param awaited the number of awaited responders
	 * @return the number of responders; a number greater than {@code awaited} can't be
	 * reached. With zero or less the publish ends when it was sent, and is no success
	 * unless a responder has acted by then
	 */
	int required(int awaited);

	/**
	 * Returns a rule that requires one responder.
	 * @return the rule
	 */
	static CompletionRule first() {
		return count(1);
	}

	/**
	 * Returns a rule that requires a number of responders.
	 * @param count the number; a publish with fewer subscribers fails
	 * @return the rule
	 * @throws IllegalArgumentException if {@code count} is less than one
	 */
	static CompletionRule count(int count) {
		if (count < 1) {
			throw new IllegalArgumentException("At least one responder has to succeed, not " + count);
		}
		return (awaited) -> count;
	}

	/**
	 * Returns a rule that requires more than half of the awaited responders. A publish
	 * without subscribers fails.
	 * @return the rule
	 */
	static CompletionRule quorum() {
		return (awaited) -> awaited / 2 + 1;
	}

}
