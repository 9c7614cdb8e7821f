package io.github.statesignals.core.responder;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

public final class RegisteredHandlers {

	// The most events that an answer names, and the longest.
	private static final int MOST_EVENTS = 50;

	private static final int LONGEST_EVENT = 100;

	private final List<RegisteredHandler> handlers = new CopyOnWriteArrayList<>();

	RegisteredHandlers() {
	}

	List<RegisteredHandler> all() {
		return this.handlers;
	}

	List<RegisteredHandler> matching(Signal signal) {
		// Most often one.
		List<RegisteredHandler> matching = new ArrayList<>(1);
		for (RegisteredHandler handler : this.handlers) {
			if (handler.matches(signal)) {
				matching.add(handler);
			}
		}
		return matching;
	}

	// The events that an answer names.
	List<String> handledEvents() {
		return this.handlers.stream()
			.map(RegisteredHandler::event)
			.filter((event) -> event.length() <= LONGEST_EVENT)
			.distinct()
			.sorted()
			.limit(MOST_EVENTS)
			.toList();
	}

	public List<HandlerStatus> statuses() {
		return this.handlers.stream().map(RegisteredHandler::status).toList();
	}

	// A paused handler answers ras 0 to each signal that it would act on, and stores none
	// of them. No handler name: all of the event. Returns their status, empty if there is
	// no such handler.
	public List<HandlerStatus> pause(String event, @Nullable String handler, boolean paused) {
		List<RegisteredHandler> named = this.handlers.stream()
			.filter((registered) -> registered.event().equals(event)
					&& (handler == null || registered.describe().equals(handler)))
			.toList();
		named.forEach((registered) -> registered.pause(paused));
		return named.stream().map(RegisteredHandler::status).toList();
	}

}
