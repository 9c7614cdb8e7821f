package io.github.statesignals.core.responder;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Remembers signals that an application may answer itself, by publisher and event or with
 * an equal signal: the answer needs more of the delivery. Remembers a limited number, and
 * those that are not stored by the transport also in bytes: those received last. Safe for
 * use by many threads.
 */
final class UnansweredSignals {

	private static final int LIMIT = 16_384;

	@GuardedBy("this")
	private final Deque<Delivery> deliveries = new ArrayDeque<>();

	private final long capacity;

	@GuardedBy("this")
	private long bytes;

	UnansweredSignals(long capacity) {
		this.capacity = capacity;
	}

	synchronized void add(Delivery delivery) {
		if (delivery.extension() == null) {
			// Its publisher can't distinguish their answers either.
			removeIf((earlier) -> isOf(earlier, delivery.signal().publisherId(), delivery.signal().event()));
			return;
		}
		this.deliveries.addLast(delivery);
		this.bytes += bytes(delivery);
		while (this.deliveries.size() > LIMIT || (this.bytes > this.capacity && this.deliveries.size() > 1)) {
			this.bytes -= bytes(this.deliveries.removeFirst());
		}
	}

	// The transport bounds those that it stores, and needs their answers.
	private static long bytes(Delivery delivery) {
		return (delivery.receipt() == null) ? delivery.bytes() : 0;
	}

	@GuardedBy("this")
	private void removeIf(Predicate<Delivery> removed) {
		AtomicLong released = new AtomicLong();
		this.deliveries.removeIf((delivery) -> {
			boolean remove = removed.test(delivery);
			released.addAndGet(remove ? bytes(delivery) : 0);
			return remove;
		});
		this.bytes -= released.get();
	}

	// Finds the delivery of a signal that is answered.
	synchronized @Nullable Delivery find(Signal signal, boolean finished) {
		if (this.deliveries.isEmpty()) {
			return null;
		}
		Delivery same = find((delivery) -> delivery.signal() == signal, finished);
		return (same != null) ? same : find((delivery) -> delivery.signal().equals(signal), finished);
	}

	// Finds the first delivery that an answer can be for.
	synchronized @Nullable Delivery find(String publisherId, String event, boolean finished, long nowNanos) {
		removeIf((delivery) -> isOf(delivery, publisherId, event) && delivery.isExpired(nowNanos));
		return find((delivery) -> isOf(delivery, publisherId, event), finished);
	}

	// Removes and returns the signals that their publishers still await. Stored ones
	// remain: they are delivered again.
	synchronized List<Delivery> removeAwaited(long nowNanos) {
		List<Delivery> awaited = new ArrayList<>();
		removeIf((delivery) -> delivery.receipt() == null && !Signal.isReserved(delivery.signal().event())
				&& !delivery.isExpired(nowNanos) && awaited.add(delivery));
		return awaited;
	}

	private static boolean isOf(Delivery delivery, String publisherId, String event) {
		return delivery.signal().event().equals(event) && delivery.signal().publisherId().equals(publisherId);
	}

	@GuardedBy("this")
	private @Nullable Delivery find(Predicate<Delivery> matching, boolean finished) {
		for (Iterator<Delivery> all = this.deliveries.iterator(); all.hasNext();) {
			Delivery delivery = all.next();
			if (matching.test(delivery)) {
				if (finished) {
					all.remove();
					this.bytes -= bytes(delivery);
				}
				return delivery;
			}
		}
		return null;
	}

}
