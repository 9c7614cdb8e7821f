package io.github.statesignals.sample;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.SignalGapEvent;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.SignalsMissedEvent;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.sample.SentSignal.Cell;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Records the content of the page: the responders, their answers to the latest signals,
 * and the events. All of it is bounded.
 */
@Component
@Profile("!collector")
class Board {

	static final int SIGNALS = 10;

	static final int RESPONDERS = 60;

	static final int ENTRIES = 60;

	private final Duration late;

	private final Origins origins;

	private final Clock clock;

	private final Map<String, Responder> responders = new LinkedHashMap<>();

	private final Deque<SentSignal> signals = new ArrayDeque<>();

	private final Deque<Entry> entries = new ArrayDeque<>();

	private final List<Listener> listeners = new CopyOnWriteArrayList<>();

	private String status = "No run yet.";

	@Autowired
	Board(SampleProperties properties, Origins origins) {
		this(properties.late(), origins, Clock.systemDefaultZone());
	}

	Board(Duration late, Origins origins, Clock clock) {
		this.late = late;
		this.origins = origins;
		this.clock = clock;
	}

	void addListener(Listener listener) {
		this.listeners.add(listener);
	}

	/**
	 * Adds a signal that is about to be sent.
	 * @param run the run
	 * @param event the event
	 * @param awaited the ids of the responders that are subscribed
	 * @return the signal
	 */
	SentSignal sending(String run, String event, Collection<String> awaited) {
		SentSignal signal;
		synchronized (this) {
			signal = new SentSignal(run, event, this.clock.instant());
			for (String id : awaited) {
				if (join(id)) {
					signal.set(id, Cell.WAITING);
				}
			}
			this.signals.addFirst(signal);
			while (this.signals.size() > SIGNALS) {
				this.signals.removeLast();
			}
			forgetResponders();
			this.status = "%s: sent %s to %d responders.".formatted(run, event, awaited.size());
		}
		changed(Part.SIGNALS, Part.STATUS);
		return signal;
	}

	void answered(SentSignal signal, String id, Answer answer) {
		synchronized (this) {
			// The last answer may be passed on after the result.
			if (signal.isEnded() || !this.responders.containsKey(id)) {
				return;
			}
			signal.set(id, Cell.of(answer, this.late));
		}
		changed(Part.SIGNALS);
	}

	void ended(SentSignal signal, SignalResult result) {
		synchronized (this) {
			signal.end(result, this.responders.keySet(), this.late);
			result.responses().forEach((id, answer) -> {
				if (answer.isFailure()) {
					enter(Kind.FAILURE, "%s failed %s of %s: %s".formatted(nameOf(id), signal.event, signal.run,
							PlainText.shorten(answer.message(), "no message")));
				}
			});
			if (!result.missing().isEmpty()) {
				enter(Kind.MISSING,
						"%s of %s: missing %s".formatted(signal.event, signal.run, names(result.missing())));
			}
			this.status = status(signal, result);
		}
		changed(Part.SIGNALS, Part.TIMELINE, Part.STATUS);
	}

	/**
	 * Ends a signal that Redis did not confirm.
	 * @param signal the signal
	 */
	void unknown(SentSignal signal) {
		synchronized (this) {
			signal.endUnconfirmed();
			this.status = "%s: Redis did not confirm %s.".formatted(signal.run, signal.event);
			enter(Kind.MISSING, this.status);
		}
		changed(Part.SIGNALS, Part.TIMELINE, Part.STATUS);
	}

	void reported(RunReport report) {
		note(Kind.RUN, "%s ended: %s.".formatted(report.run(),
				report.success() ? "collected by all" : "not collected by all"));
		changed(Part.REPORT);
	}

	/**
	 * Enters a fact into the timeline, and makes it the status.
	 * @param kind the kind of the fact
	 * @param text the fact
	 */
	void note(Kind kind, String text) {
		synchronized (this) {
			enter(kind, text);
			this.status = text;
		}
		changed(Part.TIMELINE, Part.STATUS, Part.RESPONDERS);
	}

	@EventListener
	void joined(SubscriberJoinedEvent event) {
		synchronized (this) {
			Responder known = this.responders.get(event.responderId());
			boolean back = known != null && known.state() != State.SUBSCRIBED;
			if (!join(event.responderId())) {
				return;
			}
			enter(Kind.JOIN, nameOf(event.responderId()) + (back ? " is subscribed again" : " subscribed"));
		}
		changed(Part.RESPONDERS, Part.SIGNALS, Part.TIMELINE);
	}

	@EventListener
	void left(SubscriberLeftEvent event) {
		synchronized (this) {
			Responder responder = this.responders.get(event.responderId());
			if (responder == null) {
				return;
			}
			State state = switch (event.reason()) {
				case SAID_BYE -> State.LEFT;
				case EVICTED -> State.EVICTED;
				case GONE -> State.GONE;
			};
			this.responders.put(responder.id(),
					new Responder(responder.id(), responder.name(), state, this.clock.instant()));
			enter(Kind.LEAVE, nameOf(event.responderId()) + switch (event.reason()) {
				case SAID_BYE -> " left";
				case EVICTED -> " is evicted: it answered none of the latest signals";
				case GONE -> " is gone: it did not answer probes";
			});
		}
		changed(Part.RESPONDERS, Part.SIGNALS, Part.TIMELINE);
	}

	@EventListener
	void gap(SignalGapEvent event) {
		note(Kind.GAP, "Gap: the application did not receive for some time.");
	}

	@EventListener
	void missed(SignalsMissedEvent event) {
		note(Kind.GAP,
				"%d signals of %s were missed.".formatted(event.count(), PlainText.shorten(event.publisherId(), "")));
	}

	synchronized List<SentSignal> signals() {
		return this.signals.stream().map(SentSignal::copy).toList();
	}

	/**
	 * Returns the responders that are subscribed or have a cell, by process and name.
	 * @return copies
	 */
	synchronized List<Responder> responders() {
		return this.responders.values()
			.stream()
			.sorted(Comparator.comparingInt((Responder responder) -> order(this.origins.of(responder.id())))
				.thenComparing(Responder::name)
				.thenComparing(Responder::id))
			.toList();
	}

	synchronized List<Entry> entries() {
		return List.copyOf(this.entries);
	}

	synchronized String status() {
		return this.status;
	}

	/**
	 * Forgets the responders of a process that was removed.
	 * @param process its number
	 */
	void forget(int process) {
		synchronized (this) {
			this.responders.values()
				.removeIf((responder) -> responder.state() != State.SUBSCRIBED
						&& this.origins.of(responder.id()) == process);
		}
		changed(Part.RESPONDERS, Part.SIGNALS);
	}

	void changed(Part... parts) {
		this.listeners.forEach((listener) -> listener.changed(Set.of(parts)));
	}

	// A responder that was started again takes the row of its predecessor.
	private boolean join(String id) {
		Responder known = this.responders.get(id);
		if (known == null) {
			Responder predecessor = predecessor(id);
			if (predecessor != null) {
				this.responders.remove(predecessor.id());
				this.signals.forEach((signal) -> signal.rename(predecessor.id(), id));
			}
			else if (this.responders.size() >= RESPONDERS) {
				return false;
			}
		}
		if (known == null || known.state() != State.SUBSCRIBED) {
			this.responders.put(id, new Responder(id, ResponderName.of(id), State.SUBSCRIBED, this.clock.instant()));
		}
		return true;
	}

	private @Nullable Responder predecessor(String id) {
		String name = ResponderName.of(id);
		int origin = this.origins.of(id);
		return this.responders.values()
			.stream()
			.filter((responder) -> responder.name().equals(name) && responder.state() != State.SUBSCRIBED
					&& this.origins.of(responder.id()) == origin)
			.findFirst()
			.orElse(null);
	}

	private void forgetResponders() {
		this.responders.values()
			.removeIf((responder) -> responder.state() != State.SUBSCRIBED
					&& this.signals.stream().noneMatch((signal) -> signal.cell(responder.id()) != null));
	}

	private String status(SentSignal signal, SignalResult result) {
		StringBuilder text = new StringBuilder(
				"%s, %s: %d acted".formatted(signal.run, signal.event, result.acted().size()));
		append(text, result.failed(), "failed");
		append(text, result.unhandled(), "without a handler");
		append(text, result.missing(), "missing");
		append(text, result.left(), "left");
		return text.append('.').toString();
	}

	private void append(StringBuilder text, Set<String> ids, String what) {
		if (!ids.isEmpty()) {
			text.append(", %d %s (%s)".formatted(ids.size(), what, names(ids)));
		}
	}

	private String names(Collection<String> ids) {
		String names = String.join(", ", ids.stream().limit(6).map(this::nameOf).sorted().toList());
		return (ids.size() > 6) ? names + ", …" : names;
	}

	private String nameOf(String id) {
		int process = this.origins.of(id);
		return ResponderName.of(id) + ((process > Origins.OWN) ? " of process " + process : "");
	}

	private static int order(int process) {
		return (process == Origins.OTHER) ? Integer.MAX_VALUE : process;
	}

	private void enter(Kind kind, String text) {
		this.entries.addFirst(new Entry(kind, this.clock.instant(), text));
		while (this.entries.size() > ENTRIES) {
			this.entries.removeLast();
		}
	}

	/**
	 * A part of the page.
	 */
	enum Part {

		STATUS, SIGNALS, RESPONDERS, TIMELINE, REPORT

	}

	/**
	 * Is notified of changes, on the thread that made them.
	 */
	@FunctionalInterface
	interface Listener {

		void changed(Set<Part> parts);

	}

	/**
	 * The kind of an entry of the timeline.
	 */
	enum Kind {

		JOIN, LEAVE, GAP, MISSING, FAILURE, RUN, ACTION

	}

	/**
	 * A fact and its time.
	 *
	 * @param kind the kind
	 * @param at the time
	 * @param text the fact
	 */
	record Entry(Kind kind, Instant at, String text) {
	}

	/**
	 * Whether a responder is awaited.
	 */
	enum State {

		SUBSCRIBED, GONE, EVICTED, LEFT

	}

	/**
	 * A row of the page.
	 *
	 * @param id the id of the responder
	 * @param name its name
	 * @param state whether it is awaited
	 * @param since since when
	 */
	record Responder(String id, String name, State state, Instant since) {
	}

}
