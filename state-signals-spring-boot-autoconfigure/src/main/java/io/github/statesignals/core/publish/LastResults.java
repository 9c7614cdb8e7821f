package io.github.statesignals.core.publish;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds the last result of each event of an exporter, for operators.
 */
final class LastResults {

	// Of an exporter that is not initialized, which may publish any event.
	private static final int EVENTS = 100;

	private final Map<String, LastResult> results = new ConcurrentHashMap<>();

	void put(String event, LastResult result) {
		if (this.results.size() < EVENTS || this.results.containsKey(event)) {
			this.results.put(event, result);
		}
	}

	SortedMap<String, LastResult> all() {
		return new TreeMap<>(this.results);
	}

}
