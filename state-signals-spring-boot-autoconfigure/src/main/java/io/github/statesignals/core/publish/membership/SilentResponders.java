package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Holds the legacy responders that were awaited in vain and have not answered any signal.
 * Used by one thread at a time.
 */
final class SilentResponders {

	// Those that have answered a signal.
	private final Set<String> responding = new HashSet<>();

	private final Map<String, Silence> silent = new HashMap<>();

	void add(String responderId, Silence silence) {
		if (!this.responding.contains(responderId)) {
			this.silent.merge(responderId, silence, Silence::longer);
		}
	}

	void responds(String responderId, boolean subscribed) {
		this.silent.remove(responderId);
		if (subscribed) {
			this.responding.add(responderId);
		}
	}

	void remove(String responderId) {
		this.silent.remove(responderId);
		this.responding.remove(responderId);
	}

	void clear() {
		this.silent.clear();
		this.responding.clear();
	}

	// Finds those that a publication with this number and timeout would await in vain,
	// too.
	Set<String> find(long number, Duration timeout, Predicate<String> except) {
		if (this.silent.isEmpty() || timeout.isNegative()) {
			return Set.of();
		}
		Set<String> found = new HashSet<>();
		this.silent.forEach((id, silence) -> {
			if (silence.covers(number, timeout) && !except.test(id)) {
				found.add(id);
			}
		});
		return found;
	}

}
