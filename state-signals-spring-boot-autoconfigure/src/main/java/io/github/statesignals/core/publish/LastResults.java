package io.github.statesignals.core.publish;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Holds the last result of each event of an exporter, for operators.
 */
final class LastResults {

	// Of an exporter that is not initialized, which may publish any event.
	private static final int EVENTS = 100;

	private final Map<String, AtomicReference<LastResult>> results = new ConcurrentHashMap<>();

	void put(String event, LastResult result) {
		AtomicReference<LastResult> last = this.results.get(event);
		if (last == null && this.results.size() < EVENTS) {
			last = this.results.putIfAbsent(event, new AtomicReference<>(result));
		}
		if (last != null) {
			last.set(result);
		}
	}

	SortedMap<String, LastResult> all() {
		SortedMap<String, LastResult> all = new TreeMap<>();
		this.results.forEach((event, last) -> all.put(event, last.get()));
		return all;
	}

}
