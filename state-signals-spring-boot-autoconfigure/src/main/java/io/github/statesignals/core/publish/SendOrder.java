package io.github.statesignals.core.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.github.statesignals.core.lane.Budget;
import org.jspecify.annotations.Nullable;

/**
 * Holds the publications of one exporter, and decides which is sent next. If all
 * subscribers repeat the id of a signal, many of an event are in flight at once.
 * Otherwise an answer names publisher and event only, and the next one of the event waits
 * until the first has ended. Not safe for use by many threads: {@link PublishQueue}
 * serializes the calls.
 */
final class SendOrder {

	// The answers to publications in flight: each has some hundred bytes. Redis
	// disconnects a subscriber whose output buffer exceeds 32 MB, by default, and all of
	// it is lost; and the slowest subscriber sets the pace.
	private final Budget answers = new Budget(32_768);

	// The bytes that their signals take in memory: about half of it is sent.
	private final Budget bytes = new Budget(16L * 1024 * 1024);

	private final Map<String, EventQueue> queues = new HashMap<>();

	// The publications that are in flight with an id, by id.
	private final Map<String, Publication> identified = new LinkedHashMap<>();

	// The events whose first publication waits for capacity in the window.
	private final Set<String> starved = new HashSet<>();

	// The events whose queues are being sent from. Sending may end other publications:
	// the transport may complete on the sender's thread.
	private final Set<String> sending = new HashSet<>();

	private long lastNumber;

	// Numbers a publication, which is neither queued nor sent yet.
	void add(Publication publication) {
		publication.number(++this.lastNumber);
	}

	long lastNumber() {
		return this.lastNumber;
	}

	// Whether a publication need not be queued: there is capacity, and none is before it.
	boolean isFree(Publication publication, int awaited, boolean identified) {
		return identified && this.starved.isEmpty() && !this.queues.containsKey(publication.event())
				&& hasCapacity(awaited, publication);
	}

	// Whether another one fits in. One always does.
	private boolean hasCapacity(int awaited, Publication publication) {
		return this.answers.fits(awaited) && this.bytes.fits(publication.bytes());
	}

	void enqueue(Publication publication) {
		this.queues.computeIfAbsent(publication.event(), (event) -> new EventQueue()).waiting.add(publication);
	}

	// Begins to send from the queue of an event.
	boolean beginSending(String event) {
		return this.sending.add(event);
	}

	void endSending(String event) {
		this.sending.remove(event);
	}

	// Removes the publication of an event that is to be sent now from its queue. The ones
	// that are ambiguous take answers that may be for a later one.
	@Nullable Publication poll(String event, int awaited, boolean identified, Predicate<Publication> ambiguous) {
		EventQueue queue = this.queues.get(event);
		Publication next = (queue != null) ? queue.waiting.peek() : null;
		if (queue == null || next == null) {
			return null;
		}
		if (queue.exclusive != null && (!identified || ambiguous.test(queue.exclusive))) {
			return null;
		}
		if (!hasCapacity(awaited, next) || isBehindStarved(next)) {
			this.starved.add(event);
			return null;
		}
		queue.waiting.remove();
		// It waits for capacity no longer; the next one may.
		this.starved.remove(event);
		if (!identified) {
			queue.exclusive = next;
		}
		return next;
	}

	// One that waits for capacity goes before smaller ones of other events.
	private boolean isBehindStarved(Publication publication) {
		Publication first = firstStarved();
		return first != null && first.number() < publication.number();
	}

	private @Nullable Publication firstStarved() {
		if (this.starved.isEmpty()) {
			return null;
		}
		Publication first = null;
		for (String event : this.starved) {
			EventQueue queue = this.queues.get(event);
			Publication head = (queue != null) ? queue.waiting.peek() : null;
			if (head != null && (first == null || head.number() < first.number())) {
				first = head;
			}
		}
		return first;
	}

	// Finds the event whose first publication has waited longest for capacity, if it fits
	// now. The event waits no longer.
	@Nullable String pollStarved(int awaited) {
		Publication first = firstStarved();
		if (first == null || !hasCapacity(awaited, first) || this.sending.contains(first.event())) {
			return null;
		}
		this.starved.remove(first.event());
		return first.event();
	}

	// Counts a publication as in flight.
	void enter(Publication publication, int awaited) {
		publication.admitted(awaited);
		this.answers.force(awaited);
		this.bytes.force(publication.bytes());
	}

	void identify(String id, Publication publication) {
		publication.id(id);
		this.identified.put(id, publication);
	}

	// Counts a publication as in flight no longer.
	void leave(Publication publication) {
		int awaited = publication.admitted();
		if (awaited >= 0) {
			this.answers.release(awaited);
			this.bytes.release(publication.bytes());
			publication.admitted(-1);
			String id = publication.id();
			if (id != null) {
				this.identified.remove(id);
			}
		}
	}

	// Removes a publication that has ended.
	boolean remove(Publication publication, boolean queued) {
		EventQueue queue = this.queues.get(publication.event());
		if (queue == null) {
			return false;
		}
		if (queued) {
			queue.waiting.remove(publication);
		}
		if (queue.exclusive == publication) {
			queue.exclusive = null;
		}
		if (queue.exclusive == null && queue.waiting.isEmpty()) {
			this.queues.remove(publication.event());
			this.starved.remove(publication.event());
			return false;
		}
		return true;
	}

	// Finds the publication that a response is for.
	@Nullable Publication find(String event, @Nullable String id) {
		if (id != null) {
			Publication publication = this.identified.get(id);
			return (publication != null && publication.event().equals(event)) ? publication : null;
		}
		EventQueue queue = this.queues.get(event);
		return (queue != null) ? queue.exclusive : null;
	}

	Collection<Publication> inFlight() {
		Set<Publication> inFlight = new LinkedHashSet<>(this.identified.values());
		this.queues.values().forEach((queue) -> {
			if (queue.exclusive != null) {
				inFlight.add(queue.exclusive);
			}
		});
		return inFlight;
	}

	int queued() {
		return this.queues.values().stream().mapToInt((queue) -> queue.waiting.size()).sum();
	}

	List<Publication> clear() {
		List<Publication> all = new ArrayList<>(inFlight());
		this.queues.values().forEach((queue) -> all.addAll(queue.waiting));
		this.queues.clear();
		this.identified.clear();
		this.starved.clear();
		return all;
	}

	private static final class EventQueue {

		private final Deque<Publication> waiting = new ArrayDeque<>();

		// The publication in flight that takes the answers without an id.
		private @Nullable Publication exclusive;

	}

}
