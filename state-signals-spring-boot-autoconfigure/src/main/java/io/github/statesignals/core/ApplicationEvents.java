package io.github.statesignals.core;

import java.util.concurrent.Executor;

import io.github.statesignals.core.lane.OrderedLanes;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes application events one at a time, in their order, on the executor.
 */
public record ApplicationEvents(OrderedLanes lanes, ApplicationEventPublisher publisher) {

	private static final int OBJECT = 200;

	// Dropped if too many wait for a slow listener. An event is little more than its
	// texts.
	public void publish(Object event, String... texts) {
		publish(null, event, texts);
	}

	// The same for a thread that may hold a lock: the executor runs calls without it.
	public void publish(@Nullable Executor unlocked, Object event, String... texts) {
		long bytes = OBJECT;
		for (String text : texts) {
			bytes += 2L * text.length();
		}
		this.lanes.submit(ApplicationEvents.class, bytes, () -> this.publisher.publishEvent(event), unlocked);
	}

}
