package io.github.statesignals.core.publish;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Remembers the answers that are to come to publishes that await none and have no id.
 * They name publisher and event only, and must not count for the next publish of the
 * event: then an answer that is lost costs a success, and none is invented. Not safe for
 * use by many threads: {@link PublishQueue} serializes the calls.
 */
final class UnawaitedAnswers {

	private final Map<String, Map<String, Expected>> events = new HashMap<>();

	void add(String event, Set<String> responders, long untilNanos) {
		Map<String, Expected> expected = this.events.computeIfAbsent(event, (name) -> new HashMap<>());
		for (String responder : responders) {
			Expected before = expected.get(responder);
			expected.put(responder, new Expected((before != null) ? before.count + 1 : 1, untilNanos));
		}
	}

	// Whether an answer is one of these, which is remembered no longer.
	boolean remove(String event, String responder, long nowNanos) {
		Map<String, Expected> expected = this.events.get(event);
		Expected found = (expected != null) ? expected.remove(responder) : null;
		if (expected == null || found == null) {
			return false;
		}
		boolean valid = found.untilNanos - nowNanos > 0;
		if (valid && found.count > 1) {
			expected.put(responder, new Expected(found.count - 1, found.untilNanos));
		}
		else if (expected.isEmpty()) {
			this.events.remove(event);
		}
		return valid;
	}

	void clear() {
		this.events.clear();
	}

	private record Expected(int count, long untilNanos) {
	}

}
