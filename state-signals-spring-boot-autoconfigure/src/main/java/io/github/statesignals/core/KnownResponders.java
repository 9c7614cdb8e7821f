package io.github.statesignals.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * The responders that are subscribed to one exporter, and who waits for how many. Safe
 * for use by many threads; completes futures outside of its lock.
 */
final class KnownResponders {

	/**
	 * Whoever can publish on the channel can subscribe ids that nobody has.
	 */
	private static final int LIMIT = 100_000;

	private static final int LONGEST_ID = 512;

	/**
	 * The ids in the order of their subscription, and whether each understands the
	 * extensions.
	 */
	private final Map<String, Boolean> understanding = new LinkedHashMap<>();

	/**
	 * How many signals in a row somebody did not answer.
	 */
	private final Map<String, Integer> missed = new HashMap<>();

	private final Set<String> evicted = new LinkedHashSet<>();

	private final List<Wait> waits = new ArrayList<>();

	/**
	 * Made when somebody asks: a thousand may subscribe in between.
	 */
	private volatile @Nullable Subscribers subscribers = Subscribers.NOBODY;

	/**
	 * How many of them do not understand the extensions.
	 */
	private int strangers;

	/**
	 * Whether all understood when there was somebody last: where they were evicted, they
	 * may still hear.
	 */
	private boolean understood;

	private boolean open;

	/**
	 * Accept subscribers.
	 * @param expected those that are subscribed from the start
	 */
	void open(Collection<String> expected) {
		List<Wait> satisfied;
		synchronized (this) {
			this.open = true;
			expected.forEach((id) -> {
				if (this.understanding.putIfAbsent(id, false) == null) {
					this.strangers++;
				}
			});
			changed();
			satisfied = satisfied();
		}
		satisfied.forEach((wait) -> wait.future.complete(true));
	}

	/**
	 * Forget everybody, and accept nobody any more.
	 * @param reason what those learn that are waiting
	 */
	void close(RuntimeException reason) {
		List<Wait> abandoned;
		synchronized (this) {
			this.open = false;
			this.understanding.clear();
			this.strangers = 0;
			this.understood = false;
			this.missed.clear();
			this.evicted.clear();
			changed();
			abandoned = List.copyOf(this.waits);
			this.waits.clear();
		}
		abandoned.forEach((wait) -> wait.future.completeExceptionally(reason));
	}

	/**
	 * A responder subscribes.
	 * @param responderId its id
	 * @param understands whether it understands the extensions
	 * @return {@code false} if nobody can subscribe now, or it was subscribed already
	 */
	boolean add(String responderId, boolean understands) {
		List<Wait> satisfied;
		synchronized (this) {
			if (!this.open || responderId.length() > LONGEST_ID
					|| (this.understanding.size() >= LIMIT && !this.understanding.containsKey(responderId))) {
				return false;
			}
			this.missed.remove(responderId);
			this.evicted.remove(responderId);
			Boolean before = this.understanding.put(responderId, understands);
			if (before == null || before != understands) {
				this.strangers += understands ? 0 : 1;
				this.strangers -= (before == null || before) ? 0 : 1;
				changed();
			}
			if (before != null) {
				return false;
			}
			satisfied = satisfied();
		}
		satisfied.forEach((wait) -> wait.future.complete(true));
		return true;
	}

	/**
	 * A responder is subscribed no more.
	 * @param responderId its id
	 * @return {@code false} if it was not
	 */
	synchronized boolean remove(String responderId) {
		this.missed.remove(responderId);
		this.evicted.remove(responderId);
		Boolean understands = this.understanding.remove(responderId);
		if (understands == null) {
			return false;
		}
		this.strangers -= understands ? 0 : 1;
		changed();
		return true;
	}

	/**
	 * A responder answered: it is there.
	 * @param responderId its id
	 * @return whether it had been evicted
	 */
	synchronized boolean answered(String responderId) {
		this.missed.remove(responderId);
		return this.evicted.contains(responderId);
	}

	/**
	 * Responders did not answer a signal in time. Whoever has missed too many in a row is
	 * subscribed no more.
	 * @param responderIds their ids
	 * @param limit how many are too many
	 * @return those that were subscribed until now
	 */
	synchronized List<String> missed(Collection<String> responderIds, int limit) {
		List<String> lost = new ArrayList<>();
		for (String id : responderIds) {
			if (this.understanding.containsKey(id) && this.missed.merge(id, 1, Integer::sum) >= limit) {
				lost.add(id);
			}
		}
		for (String id : lost) {
			remove(id);
			if (this.evicted.size() < LIMIT) {
				this.evicted.add(id);
			}
		}
		return lost;
	}

	/**
	 * Who is subscribed now.
	 * @return a snapshot
	 */
	Subscribers subscribers() {
		Subscribers current = this.subscribers;
		return (current != null) ? current : takeSnapshot();
	}

	private synchronized Subscribers takeSnapshot() {
		Subscribers snapshot = new Subscribers(IndexedIds.of(this.understanding.keySet()), this.understood);
		this.subscribers = snapshot;
		return snapshot;
	}

	/**
	 * Whether a responder is subscribed and understands the extensions.
	 * @param responderId its id
	 * @return {@code false} also for one that was expected and has said nothing yet
	 */
	synchronized boolean understands(String responderId) {
		return Boolean.TRUE.equals(this.understanding.get(responderId));
	}

	/**
	 * Wait for subscribers.
	 * @param count how many
	 * @return completes with {@code true} when there are so many
	 */
	CompletableFuture<Boolean> await(int count) {
		Wait wait = new Wait(count, new CompletableFuture<>());
		synchronized (this) {
			this.waits.add(wait);
		}
		wait.future.whenComplete((reached, ex) -> {
			synchronized (this) {
				this.waits.remove(wait);
			}
		});
		return wait.future;
	}

	private List<Wait> satisfied() {
		return this.waits.stream().filter((wait) -> wait.count <= this.understanding.size()).toList();
	}

	private void changed() {
		if (!this.understanding.isEmpty()) {
			this.understood = this.strangers == 0;
		}
		this.subscribers = null;
	}

	/**
	 * Who is subscribed at some moment. Immutable.
	 *
	 * @param ids the ids in the order of their subscription
	 * @param understanding whether all understand the extensions, and there are any, or
	 * have been
	 */
	record Subscribers(Set<String> ids, boolean understanding) {

		static final Subscribers NOBODY = new Subscribers(Set.of(), false);

	}

	private record Wait(int count, CompletableFuture<Boolean> future) {
	}

}
