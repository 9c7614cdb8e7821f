package io.github.statesignals.core.publish;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.transport.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once for each event of an exporter, that no responder acts on it, and names the
 * events that responders do handle: most often the event is misspelt. Safe for use by
 * many threads.
 */
public final class UnhandledEvents {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private static final int LIMIT = 1_000;

	// The most events that are stored for one, and the longest.
	private static final int MOST_EVENTS = 100;

	private static final int LONGEST_EVENT = 100;

	private final Supplier<? extends Collection<String>> own;

	// The events that responders without a handler for an event do handle, by that event.
	@GuardedBy("handled")
	private final Map<String, Set<String>> handled = new LinkedHashMap<>();

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	// own: the events that this application's responders handle.
	public UnhandledEvents(Supplier<? extends Collection<String>> own) {
		this.own = own;
	}

	void add(String event, Collection<String> handledEvents) {
		if (this.warned.contains(event)) {
			return;
		}
		synchronized (this.handled) {
			if (this.handled.size() < LIMIT || this.handled.containsKey(event)) {
				Set<String> known = this.handled.computeIfAbsent(event, (key) -> new TreeSet<>());
				handledEvents.stream()
					.filter((handled) -> handled.length() <= LONGEST_EVENT)
					.limit(MOST_EVENTS - known.size())
					.forEach(known::add);
			}
		}
	}

	void warn(Signal signal, SignalResult result) {
		String event = signal.event();
		if (this.warned.size() >= LIMIT || !this.warned.add(event)) {
			return;
		}
		Set<String> reported;
		synchronized (this.handled) {
			reported = this.handled.getOrDefault(event, Set.of());
			this.handled.remove(event);
		}
		Set<String> handled = new TreeSet<>(this.own.get());
		handled.addAll(reported);
		String remedy = handled.isEmpty() ? "" : ". Responders handle " + LogText.printable(handled);
		if (result.responses().isEmpty() && !result.left().isEmpty()) {
			logger.warn("'{}' of '{}' is no success: the responders left before they answered: {}{}", event,
					signal.publisherId(), LogText.printable(result.left()), remedy);
		}
		else if (result.responses().isEmpty() && !result.missing().isEmpty()) {
			logger.warn("'{}' of '{}' is no success: its completion rule requires no responder, so it awaits none",
					event, signal.publisherId());
		}
		else if (result.responses().isEmpty()) {
			logger.warn("No responder is subscribed to '{}', so '{}' is published to none and is no success{}",
					signal.publisherId(), event, remedy);
		}
		else if (reported.contains(event)) {
			logger.warn(
					"No handler for '{}' acts on that of '{}', so it is no success: the attributes or conditions of the handlers "
							+ "exclude it, or it is a bridged event of the only application that listens to it",
					event, signal.publisherId());
		}
		else {
			logger.warn("No responder has a handler for '{}' of '{}', so it is no success{}", event,
					signal.publisherId(), remedy);
		}
	}

}
