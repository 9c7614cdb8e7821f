package io.github.statesignals.core;

import java.util.function.Consumer;

import io.github.statesignals.core.lane.OrderedLanes;

/**
 * Publishes application events one at a time, in their order, on the executor.
 */
public final class ApplicationEvents {

	private static final int OBJECT = 200;

	private final OrderedLanes lanes;

	private final Consumer<Object> publisher;

	public ApplicationEvents(OrderedLanes lanes, Consumer<Object> publisher) {
		this.lanes = lanes;
		this.publisher = publisher;
	}

	// Dropped if too many wait for a slow listener.
	public void publish(Object event) {
		// An event is little more than its text.
		this.lanes.submit(this, OBJECT + 2L * event.toString().length(), () -> this.publisher.accept(event));
	}

}
