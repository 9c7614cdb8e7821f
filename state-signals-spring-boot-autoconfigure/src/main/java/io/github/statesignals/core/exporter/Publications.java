package io.github.statesignals.core.exporter;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.LogText;
import io.github.statesignals.core.exporter.KnownResponders.Subscribers;
import io.github.statesignals.core.exporter.PendingPublication.Verdict;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.TaskRejectedException;

/**
 * What an exporter is publishing. Where all subscribers echo the id of a signal, many of
 * an event are under way at once. Else an answer names no more than publisher and event,
 * so that a second signal of the event waits in a queue until the first has ended, and
 * those behind it, too: they keep their order. All state is guarded by one lock, under
 * which nothing blocks.
 */
final class Publications {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	/**
	 * The sender's: what it sends may end what was sent before.
	 */
	private final ReentrantLock lock;

	private final Map<String, EventQueue> queues = new HashMap<>();

	/**
	 * Those that are under way with an id, by that.
	 */
	private final Map<String, Publication> identified = new LinkedHashMap<>();

	private final EngineServices services;

	private final SignalSender sender;

	private final KnownResponders responders;

	private final ResponderProbes probes;

	private final UnhandledEvents unhandledEvents;

	private final Consumer<Set<String>> missed;

	/**
	 * The events whose queues are being sent from. Sending may end others: a transport is
	 * free to complete on the sender's thread whatever was on its way.
	 */
	private final Set<String> sending = new HashSet<>();

	private final PublishWindow window = new PublishWindow();

	/**
	 * The events whose first one waits for room in the window.
	 */
	private final Set<String> starved = new HashSet<>();

	/**
	 * How many there are, on their way and queued.
	 */
	private int size;

	private long lastNumber;

	/**
	 * Create a queue.
	 * @param services the services of the engine
	 * @param sender sends the signals
	 * @param responders the responders to await
	 * @param probes probes those that do not answer
	 * @param unhandledEvents warns of events that no responder acts on
	 * @param missed takes the ids of those that did not answer in time
	 */
	Publications(EngineServices services, SignalSender sender, KnownResponders responders, ResponderProbes probes,
			UnhandledEvents unhandledEvents, Consumer<Set<String>> missed) {
		this.services = services;
		this.probes = probes;
		this.unhandledEvents = unhandledEvents;
		this.sender = sender;
		this.lock = sender.getLock();
		this.responders = responders;
		this.missed = missed;
	}

	/**
	 * Publish a signal, or queue it.
	 * @param signal the signal
	 * @param options how to await its answers
	 * @return the result
	 */
	CompletableFuture<SignalResult> add(Signal signal, PublishOptions options) {
		Publication publication = new Publication(signal, options, this, this.services, this.sender);
		this.lock.lock();
		try {
			int limit = this.services.settings().exporters().maxPending();
			if (this.size >= limit) {
				return CompletableFuture.failedFuture(new TaskRejectedException(
						("'%s' is not published: %d publishes of exporter '%s' are under way already. Await some of "
								+ "their results first, or raise state-signals.exporter.max-pending")
							.formatted(signal.event(), limit, signal.publisherId())));
			}
			this.size++;
			publication.number(++this.lastNumber);
			if (!sendAtOnce(publication)) {
				try {
					// What can't be sent does not wait to be sent.
					this.sender.check(signal);
				}
				catch (IllegalArgumentException ex) {
					this.size--;
					return CompletableFuture.failedFuture(ex);
				}
				this.queues.computeIfAbsent(signal.event(), (key) -> new EventQueue()).waiting.add(publication);
				sendNext(signal.event());
			}
		}
		finally {
			this.lock.unlock();
		}
		return publication;
	}

	// Most need not queue: there is room, and nobody waits before them.
	private boolean sendAtOnce(Publication publication) {
		if (!this.starved.isEmpty() || this.queues.containsKey(publication.event())) {
			return false;
		}
		Subscribers subscribers = this.responders.subscribers();
		if (!isIdentified(subscribers) || !this.window.hasRoom(subscribers.ids().size(), publication.bytes())) {
			return false;
		}
		publication.send(subscribers);
		return true;
	}

	private boolean isIdentified(Subscribers subscribers) {
		return subscribers.understanding() && this.sender.isExtended(subscribers);
	}

	/**
	 * Takes a response to one of these, or to none.
	 * @param response the response
	 * @param extension its extension, if it has one
	 */
	void onResponse(Response response, @Nullable ResponseExtension extension) {
		String id = (extension != null) ? extension.id() : null;
		Publication publication;
		Verdict verdict = Verdict.NOT_AWAITED;
		SignalResult result = null;
		this.lock.lock();
		try {
			publication = find(response, id);
			if (publication != null) {
				long now = this.services.timer().nanoTime();
				verdict = publication.respond(response, extension, now);
				result = publication.concludeIfComplete(now);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (verdict == Verdict.COUNTED) {
			if (logger.isDebugEnabled()) {
				logger.debug("'{}' answered '{}' with ras {}", LogText.printable(response.responderId()),
						response.event(), response.ras());
			}
		}
		else {
			this.services.counters().unexpected(response, verdict);
		}
		if (publication != null && result != null) {
			publication.tell(result);
		}
	}

	private @Nullable Publication find(Response response, @Nullable String id) {
		if (id != null) {
			Publication publication = this.identified.get(id);
			return (publication != null && publication.event().equals(response.event())) ? publication : null;
		}
		EventQueue queue = this.queues.get(response.event());
		return (queue != null) ? queue.exclusive : null;
	}

	/**
	 * Removes a responder that leaves, and no longer awaits it.
	 * @param responderId its id
	 * @return whether it was subscribed
	 */
	boolean leave(String responderId) {
		return remove(responderId, true);
	}

	/**
	 * Removes a responder that does not answer probes, and no longer awaits it: it is
	 * missing.
	 * @param responderId its id
	 * @return whether it was subscribed
	 */
	boolean lose(String responderId) {
		return remove(responderId, false);
	}

	private boolean remove(String responderId, boolean left) {
		boolean subscribed;
		Map<Publication, SignalResult> ended = new LinkedHashMap<>();
		this.lock.lock();
		try {
			// Together, or one that is sent in between would await it.
			subscribed = left ? this.responders.remove(responderId) : this.responders.lose(responderId);
			for (Publication publication : underWay()) {
				SignalResult result = publication.concludeWithout(responderId, left);
				if (result != null) {
					ended.put(publication, result);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		ended.forEach(Publication::tell);
		return subscribed;
	}

	/**
	 * Answers may have been missed: have those that are kept told again.
	 */
	void recall() {
		List<Publication> stored = new ArrayList<>();
		this.lock.lock();
		try {
			for (Publication publication : underWay()) {
				if (publication.noteGap()) {
					stored.add(publication);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		stored.forEach(Publication::recall);
	}

	/**
	 * Finds the responders that have let a publish wait.
	 * @param sentBeforeNanos the time before which it was sent
	 * @param ids takes their ids
	 * @return whether any publish is in flight
	 */
	boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
		this.lock.lock();
		try {
			Collection<Publication> all = underWay();
			all.forEach((publication) -> publication.addOverdue(ids, sentBeforeNanos));
			return !all.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isSubscriptionLost() {
		return !this.services.outbound().isConnected() || this.probes.isSubscriptionLost();
	}

	/**
	 * Notes that a responder has no handler for an event.
	 * @param event the event
	 * @param handledEvents the events that it has handlers for
	 */
	void unhandled(String event, Collection<String> handledEvents) {
		this.unhandledEvents.add(event, handledEvents);
	}

	void warnNoneActed(Signal signal, SignalResult result) {
		this.unhandledEvents.warn(signal, result);
	}

	private Collection<Publication> underWay() {
		Set<Publication> underWay = new LinkedHashSet<>(this.identified.values());
		this.queues.values().forEach((queue) -> {
			if (queue.exclusive != null) {
				underWay.add(queue.exclusive);
			}
		});
		return underWay;
	}

	/**
	 * Forget the responders and end all publications: what was sent with its result as it
	 * stands, what was not with an exception. Both in one go, or what was queued would be
	 * sent to nobody.
	 * @param reason why
	 * @param forgotten what those learn that wait for responders
	 * @return ends them; to be called without any lock
	 */
	Runnable end(String reason, RuntimeException forgotten) {
		List<Publication> ended = new ArrayList<>();
		this.lock.lock();
		try {
			ended.addAll(underWay());
			this.queues.values().forEach((queue) -> ended.addAll(queue.waiting));
			ended.forEach(Publication::abandon);
			this.queues.clear();
			this.identified.clear();
			this.starved.clear();
			this.size = 0;
			this.responders.close(forgotten);
		}
		finally {
			this.lock.unlock();
		}
		return () -> ended.forEach((publication) -> publication.end(reason));
	}

	/**
	 * Send what has its turn in a queue; and should that end at once, what comes next.
	 * Under the lock.
	 * @param event the event of the queue
	 */
	private void sendNext(String event) {
		if (!this.sending.add(event)) {
			// Ended while being sent: the loop below goes on with the next one.
			return;
		}
		try {
			for (EventQueue queue = this.queues.get(event); queue != null; queue = this.queues.get(event)) {
				Publication next = queue.waiting.peek();
				Subscribers subscribers = this.responders.subscribers();
				boolean identified = isIdentified(subscribers);
				if (next == null || (!identified && queue.exclusive != null)) {
					return;
				}
				if (!this.window.hasRoom(subscribers.ids().size(), next.bytes()) || isBehindAnother(next)) {
					this.starved.add(event);
					return;
				}
				queue.waiting.remove();
				if (!identified) {
					queue.exclusive = next;
				}
				next.send(subscribers);
			}
		}
		finally {
			this.sending.remove(event);
		}
	}

	// Whoever waits for room keeps its place, also before smaller ones of other events.
	private boolean isBehindAnother(Publication publication) {
		Publication first = firstStarved();
		return first != null && first.number() < publication.number();
	}

	private @Nullable Publication firstStarved() {
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

	/**
	 * Send those that waited for room, as far as there is some now. Under the lock.
	 */
	private void feedStarved() {
		for (Publication first = firstStarved(); first != null; first = firstStarved()) {
			String event = first.event();
			if (!this.window.hasRoom(this.responders.subscribers().ids().size(), first.bytes())
					|| this.sending.contains(event)) {
				return;
			}
			this.starved.remove(event);
			sendNext(event);
		}
	}

	/**
	 * One begins to be under way. Under the lock.
	 * @param awaited how many answers it awaits
	 * @param bytes how large it is
	 */
	void enter(int awaited, long bytes) {
		this.window.enter(awaited, bytes);
		if (awaited > 0) {
			this.probes.watch();
		}
	}

	/**
	 * One that is under way can be found by its id from here on. Under the lock.
	 * @param id the id
	 * @param publication the publication
	 */
	void identify(String id, Publication publication) {
		this.identified.put(id, publication);
	}

	/**
	 * One is under way no more. Under the lock.
	 * @param awaited how many answers it awaited when it began
	 * @param bytes how large it is
	 * @param id the id that it could be found by, if it had one
	 */
	void exit(int awaited, long bytes, @Nullable String id) {
		this.window.leave(awaited, bytes);
		if (id != null) {
			this.identified.remove(id);
		}
	}

	/**
	 * Some did not answer in time. Under the lock.
	 * @param responderIds who
	 */
	void missed(Set<String> responderIds) {
		this.missed.accept(responderIds);
	}

	/**
	 * One is over: what waited for its place gets it. Under the lock.
	 * @param publication the publication
	 */
	void release(Publication publication) {
		this.size--;
		String event = publication.event();
		EventQueue queue = this.queues.get(event);
		if (queue != null) {
			if (!publication.wasSent()) {
				queue.waiting.remove(publication);
			}
			if (queue.exclusive == publication) {
				queue.exclusive = null;
			}
			if (queue.exclusive == null && queue.waiting.isEmpty()) {
				this.queues.remove(event);
			}
			else {
				sendNext(event);
			}
		}
		feedStarved();
	}

	/**
	 * The publications of one event.
	 */
	private static final class EventQueue {

		private final Deque<Publication> waiting = new ArrayDeque<>();

		/**
		 * The one that is under way and has the answers without an id.
		 */
		private @Nullable Publication exclusive;

	}

}
