package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.publish.membership.Subscriber.State;
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

	// Those that are not absent, by id: a responder has one state at a time. In the order
	// in which they have subscribed or were lost.
	@GuardedBy("this")
	private final Map<String, Subscriber> known = new LinkedHashMap<>();

	// The memory of those that are subscribed, and of those that are lost; the numbers of
	// those that are lost, and that have missed a signal.
	@GuardedBy("this")
	private final Budget memory;

	@GuardedBy("this")
	private final Budget lostMemory;

	@GuardedBy("this")
	private int lost;

	@GuardedBy("this")
	private int overdue;

	// Whether one may be lost or have missed a signal: most answers need no look.
	private volatile boolean anyMissed;

	// The last publication that may be behind one that awaited a silent responder.
	@GuardedBy("this")
	private long lastSilenced;

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
				Subscriber known = get(id);
				if (!known.isSubscribed()) {
					move(known, State.SUBSCRIBED, KnownResponder.EXPECTED);
				}
			}
			count = this.known.size() - this.lost;
		}
		completeWaits(count);
	}

	// Removes all subscribers, and accepts none.
	public void close(RuntimeException reason) {
		List<Wait> abandoned;
		synchronized (this) {
			this.open = false;
			List.copyOf(this.known.keySet()).forEach(this::remove);
			this.lastExtended = false;
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
			Subscriber added = get(responderId);
			if (!this.open || isRefused(responderId, extension)) {
				return false;
			}
			boolean before = added.isSubscribed();
			answer(added);
			move(added, State.SUBSCRIBED, added.merge(extension));
			if (before) {
				return false;
			}
			count = this.known.size() - this.lost;
		}
		completeWaits(count);
		return true;
	}

	// Whether a subscription has no effect, because its id is too long, there are too
	// many subscribers, or they take too much memory.
	public synchronized boolean isRefused(String responderId, @Nullable ResponseExtension extension) {
		Subscriber known = get(responderId);
		boolean admitted = known.isSubscribed()
				|| (responderId.length() <= SignalTransport.MAX_TEXT_LENGTH && this.known.size() - this.lost < LIMIT);
		long growth = known.merge(extension).bytes(responderId) - known.bytes(State.SUBSCRIBED);
		return !admitted || (growth > 0 && !this.memory.fits(growth));
	}

	@GuardedBy("this")
	private Subscriber get(String responderId) {
		Subscriber known = this.known.get(responderId);
		return (known != null) ? known : new Subscriber(responderId);
	}

	// Changes a state or description. Nothing else changes the order, the memory, the
	// number of lost ones or the snapshot.
	@GuardedBy("this")
	private void move(Subscriber responder, State next, KnownResponder description) {
		State before = responder.state();
		if (before == next && responder.description() == description) {
			return;
		}
		if (before == State.SUBSCRIBED) {
			this.lastExtended = responder.description().isExtended();
		}
		count(responder, -1);
		responder.become(next, description);
		count(responder, 1);
		if (before != next) {
			this.known.remove(responder.id());
		}
		if (next != State.ABSENT) {
			this.known.put(responder.id(), responder);
		}
		this.subscribers = null;
	}

	@GuardedBy("this")
	private void count(Subscriber responder, int sign) {
		this.memory.force(sign * responder.bytes(State.SUBSCRIBED));
		this.lostMemory.force(sign * responder.bytes(State.LOST));
		this.lost += (responder.state() == State.LOST) ? sign : 0;
		this.overdue += responder.hasMissed() ? sign : 0;
	}

	// Returns false if it was not subscribed.
	public synchronized boolean remove(String responderId) {
		Subscriber removed = get(responderId);
		boolean subscribed = removed.isSubscribed();
		move(removed, State.ABSENT, removed.description());
		return subscribed;
	}

	// Removes a responder that does not answer. It is a subscriber again as soon as it
	// does.
	public synchronized boolean lose(String responderId) {
		Subscriber lost = get(responderId);
		if (!lost.isSubscribed()) {
			return false;
		}
		boolean stored = this.lost < LIMIT && this.lostMemory.fits(lost.bytes(State.SUBSCRIBED));
		move(lost, stored ? State.LOST : State.ABSENT, lost.description());
		this.anyMissed = true;
		return true;
	}

	// Notes that a responder answered: it is connected. Returns whether it was lost.
	public boolean answered(String responderId) {
		if (!this.anyMissed) {
			return false;
		}
		synchronized (this) {
			Subscriber known = get(responderId);
			answer(known);
			this.anyMissed = this.overdue + this.lost > 0;
			return known.state() == State.LOST;
		}
	}

	@GuardedBy("this")
	private void answer(Subscriber responder) {
		this.overdue -= responder.hasMissed() ? 1 : 0;
		responder.answer();
	}

	// Notes that a legacy responder answered a signal.
	public synchronized void responds(String responderId) {
		get(responderId).answerAsLegacyPeer();
	}

	// Notes that responders did not answer a signal in time.
	public synchronized void noteSilent(Collection<String> responderIds, Silence silence) {
		responderIds.forEach((id) -> get(id).awaitInVain(silence));
		this.lastSilenced = Math.max(this.lastSilenced, silence.lastNumber());
	}

	// Finds the responders that did not answer any signal yet, and that a publication has
	// awaited in vain while another one was queued: any client can subscribe ids of no
	// responder, and each would cost the queue one timeout after the other.
	public synchronized Set<String> silent(long number, Duration timeout) {
		if (number > this.lastSilenced || timeout.isNegative()) {
			return Set.of();
		}
		return this.known.values()
			.stream()
			.filter((known) -> known.isSilent(number, timeout))
			.map(Subscriber::id)
			.collect(Collectors.toSet());
	}

	// Notes that responders have not answered a signal in time. It does not count before
	// it is passed to missed.
	public synchronized Map<String, AtomicInteger> overdue(Collection<String> responderIds) {
		Map<String, AtomicInteger> overdue = new LinkedHashMap<>();
		for (String id : responderIds) {
			Subscriber known = get(id);
			if (known.isSubscribed()) {
				this.overdue += known.hasMissed() ? 0 : 1;
				overdue.put(id, known.miss());
				this.anyMissed = true;
			}
		}
		return overdue;
	}

	// Counts a signal for the responders that have not answered any since. Returns those
	// that have missed too many in a row: they are no longer subscribed.
	public synchronized List<String> missed(Map<String, AtomicInteger> overdue, int limit) {
		List<String> evicted = new ArrayList<>();
		overdue.forEach((id, missed) -> {
			if (get(id).isMissing(missed) && missed.incrementAndGet() >= limit) {
				evicted.add(id);
			}
		});
		evicted.forEach(this::lose);
		return evicted;
	}

	// Notes that a responder answered a probe, and so supports extensions.
	public synchronized void confirm(String responderId) {
		Subscriber known = get(responderId);
		if (known.isSubscribed() && known.description().isDisputed()) {
			move(known, State.SUBSCRIBED, known.description().confirmed());
		}
	}

	// Takes a responder that does not answer probes for a legacy peer, if it subscribed
	// as one.
	public synchronized boolean reject(String responderId) {
		Subscriber known = get(responderId);
		boolean disputed = known.description().isDisputed();
		if (disputed) {
			move(known, known.state(), KnownResponder.LEGACY);
		}
		return disputed;
	}

	// Of one that is lost, too.
	public synchronized boolean isExtended(String responderId) {
		return get(responderId).description().isExtended();
	}

	// Finds a subscriber, or a lost one: publishes in flight may await it.
	public synchronized @Nullable KnownResponder find(String responderId) {
		Subscriber known = this.known.get(responderId);
		return (known != null) ? known.description() : null;
	}

	// Finds the ids of each name that several subscribers have.
	public synchronized List<String> namesakes(Set<String> names) {
		Map<String, List<String>> byName = new LinkedHashMap<>();
		for (String id : subscribers().ids()) {
			String name = ResponderIds.name(id);
			if (names.contains(name)) {
				byName.computeIfAbsent(name, (key) -> new ArrayList<>()).add(id);
			}
		}
		return byName.values().stream().filter((ids) -> ids.size() > 1).flatMap(List::stream).toList();
	}

	// Describes those that subscribed first.
	public synchronized List<SubscriberStatus> statuses(int limit) {
		return this.known.values()
			.stream()
			.filter(Subscriber::isSubscribed)
			.limit(limit)
			.map(Subscriber::status)
			.toList();
	}

	public Set<String> ids() {
		return subscribers().ids();
	}

	public Subscribers subscribers() {
		Subscribers current = this.subscribers;
		return (current != null) ? current : takeSnapshot();
	}

	private synchronized Subscribers takeSnapshot() {
		List<String> ids = new ArrayList<>();
		boolean extended = true;
		for (Subscriber known : this.known.values()) {
			if (known.isSubscribed()) {
				ids.add(known.id());
				extended &= known.description().isExtended();
			}
		}
		Subscribers snapshot = new Subscribers(IndexedIds.of(ids), ids.isEmpty() ? this.lastExtended : extended,
				addresses());
		this.subscribers = snapshot;
		return snapshot;
	}

	// A lost responder receives the signals that are sent, and must be able to answer.
	@GuardedBy("this")
	private Set<String> addresses() {
		List<KnownResponder> all = this.known.values().stream().map(Subscriber::description).toList();
		if (all.stream().anyMatch((responder) -> !responder.isExtended() || !responder.isProbed())) {
			return Set.of();
		}
		return all.stream().flatMap((responder) -> responder.addresses().stream()).collect(Collectors.toSet());
	}

	// Whether a responder has subscribed with extensions, and as its hello describes it:
	// another client may have subscribed in its name.
	public synchronized boolean isSubscribed(String responderId, KnownResponder described) {
		Subscriber known = get(responderId);
		KnownResponder description = known.description();
		return known.isSubscribed() && description.isExtended() && description.merge(described) == description;
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

	private record Wait(int count, CompletableFuture<Boolean> future) {
	}

}
