package io.github.statesignals.core.responder;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Remembers signals that an application may answer itself, by publisher and event or with
 * an equal signal: the answer needs more of the delivery. Remembers a limited number,
 * those received last. Safe for use by many threads.
 */
final class UnansweredSignals {

	private static final int LIMIT = 16_384;

	private final Deque<Delivery> deliveries = new ArrayDeque<>();

	synchronized void add(Delivery delivery) {
		if (delivery.extension() == null) {
			// Its publisher can't distinguish their answers either.
			this.deliveries
				.removeIf((earlier) -> isOf(earlier, delivery.signal().publisherId(), delivery.signal().event()));
			return;
		}
		if (this.deliveries.size() == LIMIT) {
			this.deliveries.removeFirst();
		}
		this.deliveries.addLast(delivery);
	}

	// Finds the delivery of a signal that is answered.
	synchronized @Nullable Delivery find(Signal signal, boolean finished) {
		Delivery same = find((delivery) -> delivery.signal() == signal, finished);
		return (same != null) ? same : find((delivery) -> delivery.signal().equals(signal), finished);
	}

	// Finds the first delivery that an answer can be for.
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
