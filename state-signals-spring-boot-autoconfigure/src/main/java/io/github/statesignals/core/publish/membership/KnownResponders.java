package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Holds the subscribers of one exporter, and the callers that wait for a number of them.
 * Safe for use by many threads; completes futures without its lock.
 */
public final class KnownResponders {

	// Any client that can publish on the channel can subscribe ids of no responder.
	private static final int LIMIT = 10_000;

	// The share of the heap that they may take.
	private static final int MEMORY_SHARE = 32;

	// The responders by id, in the order of their subscription.
	@GuardedBy("this")
	private final Map<String, KnownResponder> known = new LinkedHashMap<>();

	// When each subscribed, in milliseconds.
	@GuardedBy("this")
	private final Map<String, Long> since = new HashMap<>();

	// The number of signals in a row that a responder did not answer.
	@GuardedBy("this")
	private final Map<String, Missed> missed = new HashMap<>();

	// Those that are no longer subscribed because they did not answer, by id: an answer
	// that brings one back does not describe it.
	@GuardedBy("this")
	private final Map<String, KnownResponder> lost = new HashMap<>();

	@GuardedBy("this")
	private final SilentResponders silent = new SilentResponders();

	@GuardedBy("this")
	private final Budget memory;

	@GuardedBy("this")
	private final Budget lostMemory;

	// Whether one has missed a signal or is lost: most answers need no look at either.
	private volatile boolean anyMissed;

	private final List<Wait> waits = new CopyOnWriteArrayList<>();

	// Created on demand: a thousand may subscribe in between.
	private volatile @Nullable Subscribers subscribers = Subscribers.NONE;

	// Whether the last subscriber that was removed supported the extensions: evicted ones
	// may still receive.
	@GuardedBy("this")
	private boolean lastExtended;

	@GuardedBy("this")
	private boolean open;

	public KnownResponders() {
		this(Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
	}

	KnownResponders(long bytes) {
		this.memory = new Budget(bytes);
		this.lostMemory = new Budget(bytes);
	}

	// Accepts subscribers from here on. The expected ones are subscribed from the start.
	public void open(Collection<String> expected) {
		int count;
		synchronized (this) {
			this.open = true;
			for (String id : expected) {
				if (this.known.putIfAbsent(id, KnownResponder.EXPECTED) == null) {
					this.since.put(id, System.currentTimeMillis());
					this.memory.force(KnownResponder.EXPECTED.bytes(id));
				}
			}
			this.subscribers = null;
			count = this.known.size();
		}
		completeWaits(count);
	}

	// Removes all subscribers, and accepts none.
	public void close(RuntimeException reason) {
		List<Wait> abandoned;
		synchronized (this) {
			this.open = false;
			this.known.forEach((id, responder) -> this.memory.release(responder.bytes(id)));
			this.known.clear();
			this.since.clear();
			this.silent.clear();
			this.lastExtended = false;
			this.missed.clear();
			List.copyOf(this.lost.keySet()).forEach(this::removeLost);
			this.anyMissed = false;
			this.subscribers = null;
			abandoned = List.copyOf(this.waits);
			this.waits.clear();
		}
		abandoned.forEach((wait) -> wait.future.completeExceptionally(reason));
	}

	// Subscribes a responder; without an extension it is a legacy peer. Returns false if
	// none can subscribe now, or it was subscribed already.
	public boolean add(String responderId, @Nullable ResponseExtension extension) {
		int count;
		synchronized (this) {
			KnownResponder before = this.known.get(responderId);
			KnownResponder merged = merged(responderId, extension);
			if (!this.open || isRefused(responderId, before, merged)) {
				return false;
			}
			this.memory.force(growth(responderId, before, merged));
			this.missed.remove(responderId);
			removeLost(responderId);
			if (merged != before) {
				this.known.put(responderId, merged);
				this.subscribers = null;
			}
			if (before == KnownResponder.EXPECTED || before == null) {
				this.since.put(responderId, System.currentTimeMillis());
			}
			if (before != null) {
				return false;
			}
			count = this.known.size();
		}
		completeWaits(count);
		return true;
	}

	// Whether a subscription has no effect, because its id is too long, there are too
	// many subscribers, or they take too much memory.
	public synchronized boolean isRefused(String responderId, @Nullable ResponseExtension extension) {
		return isRefused(responderId, this.known.get(responderId), merged(responderId, extension));
	}

	@GuardedBy("this")
	private boolean isRefused(String responderId, @Nullable KnownResponder before, KnownResponder merged) {
		long growth = growth(responderId, before, merged);
		boolean admitted = before != null
				|| (responderId.length() <= SignalTransport.MAX_TEXT_LENGTH && this.known.size() < LIMIT);
		return !admitted || (growth > 0 && !this.memory.fits(growth));
	}

	private static long growth(String responderId, @Nullable KnownResponder before, KnownResponder merged) {
		return merged.bytes(responderId) - ((before != null) ? before.bytes(responderId) : 0);
	}

	@GuardedBy("this")
	private KnownResponder merged(String responderId, @Nullable ResponseExtension extension) {
		KnownResponder added = (extension != null) ? new KnownResponder(extension) : KnownResponder.LEGACY;
		KnownResponder described = find(responderId);
		return (described != null) ? described.merge(added) : added;
	}

	@GuardedBy("this")
	private void removeLost(String responderId) {
		KnownResponder removed = this.lost.remove(responderId);
		this.lostMemory.release((removed != null) ? removed.bytes(responderId) : 0);
	}

	// Returns false if it was not subscribed.
	public synchronized boolean remove(String responderId) {
		this.missed.remove(responderId);
		this.silent.remove(responderId);
		removeLost(responderId);
		this.since.remove(responderId);
		KnownResponder removed = this.known.remove(responderId);
		if (removed == null) {
			return false;
		}
		this.memory.release(removed.bytes(responderId));
		this.lastExtended = removed.isExtended();
		this.subscribers = null;
		return true;
	}

	// Removes a responder that does not answer. It is a subscriber again as soon as it
	// does.
	public synchronized boolean lose(String responderId) {
		KnownResponder responder = this.known.get(responderId);
		if (responder == null) {
			return false;
		}
		remove(responderId);
		if (this.lost.size() < LIMIT && this.lostMemory.reserve(responder.bytes(responderId))) {
			this.lost.put(responderId, responder);
			this.anyMissed = true;
		}
		return true;
	}

	// Notes that a responder answered: it is connected. Returns whether it was lost.
	public boolean answered(String responderId) {
		if (!this.anyMissed) {
			return false;
		}
		synchronized (this) {
			this.missed.remove(responderId);
			this.anyMissed = !this.missed.isEmpty() || !this.lost.isEmpty();
			return this.lost.containsKey(responderId);
		}
	}

	// Notes that a legacy responder answered a signal.
	public synchronized void responds(String responderId) {
		this.silent.responds(responderId, this.known.containsKey(responderId));
	}

	// Notes that responders did not answer a signal in time.
	public synchronized void noteSilent(Collection<String> responderIds, Silence silence) {
		for (String id : responderIds) {
			KnownResponder responder = this.known.get(id);
			if (responder != null && !responder.isExtended()) {
				this.silent.add(id, silence);
			}
		}
	}

	// Finds the responders that did not answer any signal yet, and that a publication has
	// awaited in vain while another one was queued: any client can subscribe ids of no
	// responder, and each would cost the queue one timeout after the other. One that
	// supports extensions by now is probed.
	public synchronized Set<String> silent(long number, Duration timeout) {
		return this.silent.find(number, timeout, this::isExtended);
	}

	// Notes that responders have not answered a signal in time. It does not count before
	// it is passed to missed.
	public synchronized Map<String, Missed> overdue(Collection<String> responderIds) {
		Map<String, Missed> overdue = new LinkedHashMap<>();
		for (String id : responderIds) {
			if (this.known.containsKey(id)) {
				this.anyMissed = true;
				overdue.put(id, this.missed.computeIfAbsent(id, (key) -> new Missed()));
			}
		}
		return overdue;
	}

	// Counts a signal for the responders that have not answered any since. Returns those
	// that have missed too many in a row: they are no longer subscribed.
	public synchronized List<String> missed(Map<String, Missed> overdue, int limit) {
		List<String> evicted = new ArrayList<>();
		overdue.forEach((id, missed) -> {
			if (this.missed.get(id) == missed && ++missed.signals >= limit) {
				evicted.add(id);
			}
		});
		evicted.forEach(this::lose);
		return evicted;
	}

	// Notes that a responder answered a probe, and so supports extensions.
	public synchronized void confirm(String responderId) {
		KnownResponder responder = this.known.get(responderId);
		if (responder != null && responder.isDisputed()) {
			this.known.put(responderId, responder.confirmed());
			this.subscribers = null;
		}
	}

	// Takes a responder that does not answer probes for a legacy peer, if it subscribed
	// as one.
	public synchronized boolean reject(String responderId) {
		KnownResponder responder = find(responderId);
		if (responder != null && responder.isDisputed()) {
			boolean subscribed = this.known.containsKey(responderId);
			long released = responder.bytes(responderId) - KnownResponder.LEGACY.bytes(responderId);
			(subscribed ? this.memory : this.lostMemory).release(released);
			(subscribed ? this.known : this.lost).put(responderId, KnownResponder.LEGACY);
			return true;
		}
		return false;
	}

	// Of one that is lost, too.
	public synchronized boolean isExtended(String responderId) {
		KnownResponder responder = find(responderId);
		return responder != null && responder.isExtended();
	}

	// Finds a subscriber, or a lost one: publishes in flight may await it.
	public synchronized @Nullable KnownResponder find(String responderId) {
		KnownResponder responder = this.known.get(responderId);
		return (responder != null) ? responder : this.lost.get(responderId);
	}

	// Finds the ids of each name that several subscribers have.
	public synchronized List<String> namesakes(Set<String> names) {
		Map<String, List<String>> byName = new LinkedHashMap<>();
		for (String id : this.known.keySet()) {
			String name = ResponderIds.name(id);
			if (names.contains(name)) {
				byName.computeIfAbsent(name, (key) -> new ArrayList<>()).add(id);
			}
		}
		return byName.values().stream().filter((ids) -> ids.size() > 1).flatMap(List::stream).toList();
	}

	// Describes those that subscribed first.
	public synchronized List<SubscriberStatus> statuses(int limit) {
		List<SubscriberStatus> statuses = new ArrayList<>();
		for (Map.Entry<String, KnownResponder> entry : this.known.entrySet()) {
			if (statuses.size() < limit) {
				statuses.add(entry.getValue().status(entry.getKey(), this.since.getOrDefault(entry.getKey(), 0L)));
			}
		}
		return statuses;
	}

	public Set<String> ids() {
		return subscribers().ids();
	}

	public Subscribers subscribers() {
		Subscribers current = this.subscribers;
		return (current != null) ? current : takeSnapshot();
	}

	private synchronized Subscribers takeSnapshot() {
		Subscribers snapshot = new Subscribers(IndexedIds.of(this.known.keySet()), this.known.isEmpty()
				? this.lastExtended : this.known.values().stream().allMatch(KnownResponder::isExtended), addresses());
		this.subscribers = snapshot;
		return snapshot;
	}

	// A lost responder receives the signals that are sent, and must be able to answer.
	@GuardedBy("this")
	private Set<String> addresses() {
		List<KnownResponder> all = new ArrayList<>(this.known.values());
		all.addAll(this.lost.values());
		if (all.stream().anyMatch((responder) -> !responder.isExtended() || !responder.isProbed())) {
			return Set.of();
		}
		return all.stream().flatMap((responder) -> responder.addresses().stream()).collect(Collectors.toSet());
	}

	// Whether a responder has subscribed with extensions, and as its hello describes it:
	// another client may have subscribed in its name.
	public synchronized boolean isSubscribed(String responderId, KnownResponder described) {
		KnownResponder responder = this.known.get(responderId);
		return responder != null && responder.isExtended() && responder.merge(described) == responder;
	}

	// Completes with true when there are at least as many subscribers.
	public CompletableFuture<Boolean> await(int count) {
		Wait wait = new Wait(count, new CompletableFuture<>());
		this.waits.add(wait);
		wait.future.whenComplete((reached, ex) -> this.waits.remove(wait));
		return wait.future;
	}

	private void completeWaits(int count) {
		for (Wait wait : this.waits) {
			if (wait.count <= count) {
				wait.future.complete(true);
			}
		}
	}

	/**
	 * A snapshot of the subscribers. Immutable.
	 *
	 * @param ids the ids in the order of their subscription
	 * @param extended whether all support the extensions, and there are any, or have been
	 * @param addresses where they take probes; empty if one of them takes none
	 */
	public record Subscribers(Set<String> ids, boolean extended, Set<String> addresses) {

		public static final Subscribers NONE = new Subscribers(Set.of(), false, Set.of());

	}

	/**
	 * Counts the signals in a row that a responder has missed.
	 */
	public static final class Missed {

		private int signals;

		private Missed() {
		}

	}

	private record Wait(int count, CompletableFuture<Boolean> future) {
	}

}
