package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Remembers the answers that are to come to publishes that have ended. Without an id they
 * name publisher and event only, and must not count for the next publish of the event:
 * then an answer that is lost costs a success, and none is invented. Not safe for use by
 * many threads: {@link PublishQueue} serializes the calls.
 */
final class UnawaitedAnswers {

	// No exporter has more subscribers.
	private static final int LIMIT = 10_000;

	private final Map<String, Map<String, Expected>> events = new HashMap<>();

	// Expects an answer of each responder to a publish that has ended, for a time. The
	// time goes on if such an answer was received since it was sent: the publish before
	// may have been lost, and each would take the answer of the next for its own.
	void add(String event, Collection<String> responders, long sentNanos, long nowNanos, Duration longest) {
		Map<String, Expected> expected = this.events.computeIfAbsent(event, (name) -> new HashMap<>());
		long untilNanos = nowNanos + TimeUnit.NANOSECONDS.convert(longest);
		for (String responder : responders) {
			Expected before = expected.getOrDefault(responder, new Expected(0, untilNanos, sentNanos - 1));
			boolean again = before.receivedNanos - sentNanos >= 0;
			expected.put(responder, new Expected(before.countAt(nowNanos) + 1, again ? before.untilNanos : untilNanos,
					before.receivedNanos));
		}
		expected.values().removeIf((entry) -> entry.countAt(nowNanos) == 0);
		while (expected.size() > LIMIT) {
			expected.remove(expected.keySet().iterator().next());
		}
	}

	// Whether an answer is one of these, which is remembered no longer.
	boolean remove(String event, String responder, long nowNanos) {
		Map<String, Expected> expected = this.events.get(event);
		Expected found = (expected != null) ? expected.get(responder) : null;
		if (expected == null || found == null || found.countAt(nowNanos) == 0) {
			return false;
		}
		expected.put(responder, new Expected(found.count - 1, found.untilNanos, nowNanos));
		return true;
	}

	void clear() {
		this.events.clear();
	}

	/**
	 * The answers of a responder that are to come.
	 *
	 * @param count their number
	 * @param untilNanos when they are not expected any more
	 * @param receivedNanos when the last of them was received
	 */
	private record Expected(int count, long untilNanos, long receivedNanos) {

		int countAt(long nowNanos) {
			return (this.untilNanos - nowNanos > 0) ? this.count : 0;
		}

	}

}
