package io.github.statesignals.core.responder;

import java.util.Collection;
import java.util.List;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;

/**
 * A handler of a responder. Compared by identity: the same one may be registered twice.
 */
final class RegisteredHandler {

	// Stands for any event but the reserved ones.
	static final String ANY = "*";

	// The most events that an answer names, and the longest.
	private static final int MOST_EVENTS = 50;

	private static final int LONGEST_EVENT = 100;

	private final String event;

	private final SignalHandler delegate;

	private volatile boolean removed;

	RegisteredHandler(String event, SignalHandler delegate) {
		this.event = event;
		this.delegate = delegate;
	}

	static List<String> events(Collection<RegisteredHandler> handlers) {
		return handlers.stream()
			.map(RegisteredHandler::event)
			.filter((event) -> event.length() <= LONGEST_EVENT)
			.distinct()
			.sorted()
			.limit(MOST_EVENTS)
			.toList();
	}

	String event() {
		return this.event;
	}

	SignalHandler delegate() {
		return this.delegate;
	}

	boolean isRemoved() {
		return this.removed;
	}

	void remove() {
		this.removed = true;
	}

	// Describes the handler in a log.
	String describe() {
		// The string of a lambda is its class and a number.
		Class<?> type = this.delegate.getClass();
		return type.isHidden() ? type.getName() : this.delegate.toString();
	}

	boolean matches(Signal signal) {
		return this.event.equals(signal.event()) || (this.event.equals(ANY) && !Signal.isReserved(signal.event()));
	}

}
