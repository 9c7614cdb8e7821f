package io.github.statesignals.core;

import io.github.statesignals.core.lane.OrderedLanes;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes application events one at a time, in their order, on the executor.
 */
public final class ApplicationEvents {

	private static final int OBJECT = 200;

	private final OrderedLanes lanes;

	private final ApplicationEventPublisher publisher;

	public ApplicationEvents(OrderedLanes lanes, ApplicationEventPublisher publisher) {
		this.lanes = lanes;
		this.publisher = publisher;
	}

	// Dropped if too many wait for a slow listener. An event is little more than its
	// texts.
	public void publish(Object event, String... texts) {
		long bytes = OBJECT;
		for (String text : texts) {
			bytes += 2L * text.length();
		}
		this.lanes.submit(this, bytes, () -> this.publisher.publishEvent(event));
	}

}
