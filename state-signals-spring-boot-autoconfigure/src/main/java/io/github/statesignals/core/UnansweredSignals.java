package io.github.statesignals.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Signals that an application may answer by hand, which names no more than publisher and
 * event, if that: remembers what else belongs into the answer. Remembers so many, the
 * last ones heard. Safe for use by many threads.
 */
final class UnansweredSignals {

	private static final int LIMIT = 1_024;

	private final Deque<Delivery> deliveries = new ArrayDeque<>();

	synchronized void add(Delivery delivery) {
		if (delivery.extension() == null) {
			return;
		}
		if (this.deliveries.size() == LIMIT) {
			this.deliveries.removeFirst();
		}
		this.deliveries.addLast(delivery);
	}

	/**
	 * A signal is answered.
	 * @param signal the signal, or one that equals it
	 * @return what was heard, if that is remembered
	 */
	synchronized @Nullable Delivery take(Signal signal) {
		Delivery same = take((delivery) -> delivery.signal() == signal);
		return (same != null) ? same : take((delivery) -> delivery.signal().equals(signal));
	}

	/**
	 * A signal is answered: the first of those that it can be.
	 * @param publisherId whose signal
	 * @param event its event
	 * @return what was heard, if that is remembered
	 */
	synchronized @Nullable Delivery take(String publisherId, String event) {
		return take((delivery) -> delivery.signal().event().equals(event)
				&& delivery.signal().publisherId().equals(publisherId));
	}

	private @Nullable Delivery take(Predicate<Delivery> matching) {
		for (Iterator<Delivery> all = this.deliveries.iterator(); all.hasNext();) {
			Delivery delivery = all.next();
			if (matching.test(delivery)) {
				all.remove();
				return delivery;
			}
		}
		return null;
	}

}
