package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import org.jspecify.annotations.Nullable;

/**
 * Finds the subscribers of one exporter that are no longer connected. Sends nothing while
 * all is well: a responder is probed only after a publish has waited for it for some
 * time, or when it may have left. The application of the responder answers a probe by
 * itself, however busy its handlers are. A responder is gone when two probes in a row are
 * not answered although the exporter received its own probe, which it sends itself along
 * with the others: an exporter whose subscription is lost blames no responder. Safe for
 * use by many threads.
 */
public final class ResponderProbes {

	// The unanswered probes after which a responder is gone.
	private static final int MISSES = 2;

	// The rounds of probes within the time after which a responder is probed.
	private static final int ROUNDS = 4;

	// The most times that the wait for the next probe of a working responder doubles.
	private static final int DOUBLINGS = 3;

	// No exporter has more subscribers.
	private static final int LIMIT = 10_000;

	// Its nanoseconds can be doubled that often without an overflow.
	private static final Duration LONGEST = Duration.ofDays(365);

	// Tasks that wait for proof that the subscription works.
	private static final int TASKS = 1_000;

	private final String publisherId;

	private final KnownResponders responders;

	private final Peers peers;

	private final Timer timer;

	private final Duration interval;

	private final long afterNanos;

	@GuardedBy("this")
	private final Map<String, Suspect> suspects = new LinkedHashMap<>();

	// Responders whose names have come back, so that their earlier ids may be gone.
	@GuardedBy("this")
	private final Set<String> returned = new HashSet<>();

	// Those that answered that they work, for the wait until their next probe.
	@GuardedBy("this")
	private final Map<String, Working> working = new HashMap<>();

	@GuardedBy("this")
	private final List<ProofTask> tasks = new ArrayList<>();

	// Begins the nonces of the exporter's own probes; a number follows.
	private final String nonce = UUID.randomUUID() + ":";

	@GuardedBy("this")
	private long round;

	// The last round of which the exporter received its own probe.
	@GuardedBy("this")
	private long lastProvenRound;

	// Set while the next round is scheduled.
	private final AtomicBoolean scheduled = new AtomicBoolean();

	private volatile boolean subscriptionLost;

	// A publish waits for a time before it probes; zero: it never does.
	public ResponderProbes(String publisherId, KnownResponders responders, Peers peers, Timer timer, Duration after) {
		this.publisherId = publisherId;
		this.responders = responders;
		this.peers = peers;
		this.timer = timer;
		Duration bounded = (after.compareTo(LONGEST) < 0) ? after : LONGEST;
		this.interval = bounded.dividedBy(ROUNDS);
		this.afterNanos = bounded.toNanos();
	}

	private boolean isEnabled() {
		return this.afterNanos > 0 && this.peers.address() != null;
	}

	// Watches over the publishes in flight, of which there is one.
	public void watch() {
		if (!this.scheduled.get() && isEnabled()) {
			schedule();
		}
	}

	// Probes a responder that may have left, or has not answered in time.
	public void suspect(String responderId, Suspicion suspicion) {
		if (isEnabled()) {
			addSuspect(responderId, suspicion);
			schedule();
		}
	}

	private synchronized void addSuspect(String responderId, Suspicion suspicion) {
		if (this.suspects.size() < LIMIT) {
			this.suspects.computeIfAbsent(responderId, (id) -> new Suspect()).add(suspicion);
		}
	}

	// Probes the earlier responders of a name that has subscribed under another id.
	public void returned(String responderId) {
		if (isEnabled()) {
			synchronized (this) {
				if (this.returned.size() < LIMIT) {
					this.returned.add(ResponderIds.name(responderId));
				}
			}
			schedule();
		}
	}

	// Whether the exporter does not receive its own probes.
	public boolean isSubscriptionLost() {
		return this.subscriptionLost;
	}

	// Runs a task once it is proved that the exporter receives responses; never, if it
	// does not. The task must not block.
	public void afterProof(Runnable task) {
		if (!isEnabled()) {
			if (this.peers.isConnected()) {
				task.run();
			}
			return;
		}
		long needed;
		synchronized (this) {
			if (this.tasks.size() >= TASKS) {
				return;
			}
			needed = ++this.round;
			this.tasks.add(new ProofTask(needed, this.timer.nanoTime(), task));
		}
		probeItself(needed);
	}

	// Takes the answer to a probe, or the exporter's own probe.
	public void onAnswer(String responderId, Probe answer) {
		if (answer.nonce().startsWith(this.nonce)) {
			prove(answer.nonce().substring(this.nonce.length())).forEach(Runnable::run);
			return;
		}
		boolean absent = answer.state() == State.ABSENT;
		KnownResponder responder = this.responders.find(responderId);
		if (absent && responder != null && responder.addresses().size() > 1) {
			// It may come from another one, at an address that is forged.
			return;
		}
		Suspect suspect;
		synchronized (this) {
			suspect = this.suspects.get(responderId);
			if (suspect == null || !answer.nonce().equals(suspect.nonce)) {
				return;
			}
			this.suspects.remove(responderId);
			if (answer.state() == State.WORKING && this.working.size() < LIMIT) {
				this.working.computeIfAbsent(responderId, (id) -> new Working())
					.next(this.timer.nanoTime(), this.afterNanos);
			}
		}
		if (absent) {
			remove(responderId);
			return;
		}
		this.responders.confirm(responderId);
		if (suspect.leaving) {
			this.peers.refuseLeave(responderId);
		}
	}

	private synchronized List<Runnable> prove(String number) {
		long proven;
		try {
			proven = Long.parseLong(number);
		}
		catch (NumberFormatException ex) {
			return List.of();
		}
		if (proven <= this.lastProvenRound || proven > this.round) {
			return List.of();
		}
		this.lastProvenRound = proven;
		this.suspects.values().forEach((suspect) -> suspect.proven |= suspect.probeRound == proven);
		this.subscriptionLost = false;
		// Probes are received in their order: earlier ones are lost, and a late one
		// proves nothing about the time in between.
		List<Runnable> due = this.tasks.stream()
			.filter((task) -> task.round == proven && this.timer.nanoTime() - task.sentNanos <= this.afterNanos)
			.map(ProofTask::task)
			.toList();
		this.tasks.removeIf((task) -> task.round <= proven);
		return due;
	}

	// The exporter is shut down.
	public synchronized void clear() {
		this.suspects.clear();
		this.returned.clear();
		this.working.clear();
		this.tasks.clear();
		this.subscriptionLost = false;
	}

	private void schedule() {
		if (this.scheduled.compareAndSet(false, true)) {
			this.timer.schedule(this.interval, this::runRound);
		}
	}

	private void runRound() {
		// A publish from here on schedules the next round, unless this one does.
		this.scheduled.set(false);
		Set<String> overdue = new LinkedHashSet<>();
		boolean inFlight = this.peers.findOverdue(this.timer.nanoTime() - this.afterNanos, overdue);
		Set<String> gone = new LinkedHashSet<>();
		List<Runnable> probes = new ArrayList<>();
		boolean more;
		boolean prove;
		long next;
		synchronized (this) {
			addReturned();
			addOverdue(overdue);
			next = this.round + 1;
			for (Map.Entry<String, Suspect> suspect : List.copyOf(this.suspects.entrySet())) {
				if (probe(suspect.getKey(), suspect.getValue(), next, gone, probes)) {
					this.suspects.remove(suspect.getKey());
				}
			}
			more = inFlight || !this.suspects.isEmpty();
			this.subscriptionLost = more && this.lastProvenRound < this.round;
			prove = this.subscriptionLost || !probes.isEmpty();
			if (prove) {
				this.round = next;
			}
		}
		try {
			gone.forEach(this::remove);
			probes.forEach(Runnable::run);
			if (prove) {
				probeItself(next);
			}
		}
		finally {
			// Nothing else begins the next round while a publish waits.
			if (more) {
				schedule();
			}
		}
	}

	@GuardedBy("this")
	private void addReturned() {
		if (!this.returned.isEmpty()) {
			this.responders.namesakes(Set.copyOf(this.returned)).forEach((id) -> addSuspect(id, Suspicion.RETURNED));
			this.returned.clear();
		}
	}

	@GuardedBy("this")
	private void addOverdue(Set<String> overdue) {
		long now = this.timer.nanoTime();
		for (String id : overdue) {
			Working known = this.working.get(id);
			if (known == null || known.nextNanos - now <= 0) {
				addSuspect(id, Suspicion.OVERDUE);
			}
		}
		this.working.keySet().retainAll(overdue);
	}

	// Decides about a suspect.
	@GuardedBy("this")
	private boolean probe(String id, Suspect suspect, long next, Set<String> gone, List<Runnable> probes) {
		KnownResponder responder = this.responders.find(id);
		if (responder == null || !responder.isProbed()) {
			return true;
		}
		if (suspect.proven) {
			suspect.waited++;
			if (suspect.waited < suspect.rounds) {
				return false;
			}
			suspect.misses++;
			if (suspect.misses >= MISSES) {
				gone.add(id);
				return true;
			}
		}
		suspect.waited = 0;
		suspect.proven = false;
		suspect.probeRound = next;
		suspect.nonce = UUID.randomUUID().toString();
		Probe probe = new Probe(suspect.nonce, null);
		responder.addresses().forEach((address) -> probes.add(() -> this.peers.probe(id, probe, address)));
		return false;
	}

	private void probeItself(long number) {
		this.peers.probe(this.publisherId, new Probe(this.nonce + number, State.WORKING), this.peers.address());
	}

	// Also where it was announced that it leaves: that is not proved, and another client
	// may have announced it.
	private void remove(String responderId) {
		if (!this.responders.reject(responderId)) {
			this.peers.lose(responderId);
		}
	}

	// The reason to probe a responder.
	public enum Suspicion {

		// A publish has waited for it for long, or in vain.
		OVERDUE,

		// Its name has subscribed under another id.
		RETURNED,

		// It may have announced that it leaves.
		LEAVING,

		// It subscribed without an extension before.
		DISPUTED

	}

	/**
	 * The exporter and its subscribers. Called without a lock.
	 */
	public interface Peers {

		// Where this application takes answers. Null: no responder can be probed.
		@Nullable String address();

		boolean isConnected();

		boolean findOverdue(long sentBeforeNanos, Set<String> ids);

		void probe(String responderId, Probe probe, @Nullable String address);

		// Removes a responder that is gone.
		void lose(String responderId);

		// It works, although it was announced that it leaves.
		void refuseLeave(String responderId);

	}

	private static final class Suspect {

		// The rounds to wait for the answer to a probe: fewer where there is a reason to
		// believe that the responder is gone.
		private int rounds = ROUNDS;

		private int waited;

		private int misses;

		private boolean leaving;

		private long probeRound;

		// Whether the exporter received its own probe of that round.
		private boolean proven;

		private String nonce = "";

		void add(Suspicion suspicion) {
			if (suspicion != Suspicion.OVERDUE) {
				this.rounds = 1;
			}
			this.leaving |= suspicion == Suspicion.LEAVING;
		}

	}

	private static final class Working {

		private int doublings;

		private long nextNanos;

		void next(long nowNanos, long afterNanos) {
			this.nextNanos = nowNanos + (afterNanos << this.doublings);
			this.doublings = Math.min(this.doublings + 1, DOUBLINGS);
		}

	}

	private record ProofTask(long round, long sentNanos, Runnable task) {
	}

}
