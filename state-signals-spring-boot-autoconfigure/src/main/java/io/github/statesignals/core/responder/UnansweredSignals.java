package io.github.statesignals.core.responder;

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

	private static final int LIMIT = 16_384;

	private final Deque<Delivery> deliveries = new ArrayDeque<>();

	synchronized void add(Delivery delivery) {
		if (delivery.extension() == null) {
			// Its publisher tells one from the other no more, and neither do we.
			this.deliveries
				.removeIf((earlier) -> isOf(earlier, delivery.signal().publisherId(), delivery.signal().event()));
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
	 * @param finished whether there is no other answer to it
	 * @return what was heard, if that is remembered
	 */
	synchronized @Nullable Delivery find(Signal signal, boolean finished) {
		Delivery same = find((delivery) -> delivery.signal() == signal, finished);
		return (same != null) ? same : find((delivery) -> delivery.signal().equals(signal), finished);
	}

	/**
	 * A signal is answered: the first of those that it can be.
	 * @param publisherId whose signal
	 * @param event its event
	 * @param finished whether there is no other answer to it
	 * @param nowNanos the time: nobody awaits an answer to what has expired
	 * @return what was heard, if that is remembered
	 */
	synchronized @Nullable Delivery find(String publisherId, String event, boolean finished, long nowNanos) {
		this.deliveries.removeIf((delivery) -> isOf(delivery, publisherId, event) && delivery.isExpired(nowNanos));
		return find((delivery) -> isOf(delivery, publisherId, event), finished);
	}

	private static boolean isOf(Delivery delivery, String publisherId, String event) {
		return delivery.signal().event().equals(event) && delivery.signal().publisherId().equals(publisherId);
	}

	private @Nullable Delivery find(Predicate<Delivery> matching, boolean finished) {
		for (Iterator<Delivery> all = this.deliveries.iterator(); all.hasNext();) {
			Delivery delivery = all.next();
			if (matching.test(delivery)) {
				if (finished) {
					all.remove();
				}
				return delivery;
			}
		}
		return null;
	}

}
