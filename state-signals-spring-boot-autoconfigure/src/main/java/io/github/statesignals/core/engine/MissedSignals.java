package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.SignalsMissedEvent;
import io.github.statesignals.core.ApplicationEvents;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.lane.Timer;

/**
 * Notifies the application of signals that were missed: at once, and while more of the
 * same publisher are missed, once in a second with their sum. Any client can send numbers
 * with gaps, so that the number of publishers is bounded, too.
 */
final class MissedSignals {

	static final int PUBLISHERS = 1_000;

	static final Duration INTERVAL = Duration.ofSeconds(1);

	private final ApplicationEvents events;

	private final SignalCounters counters;

	private final Timer timer;

	// The publishers of which signals were missed in the last second, in the order of
	// their notifications.
	private final Map<Publisher, Missed> recent = new LinkedHashMap<>();

	private boolean scheduled;

	MissedSignals(ApplicationEvents events, SignalCounters counters, Timer timer) {
		this.events = events;
		this.counters = counters;
		this.timer = timer;
	}

	void add(String channel, String publisherId, long count) {
		this.counters.missed.add(count);
		Publisher publisher = new Publisher(channel, publisherId);
		synchronized (this) {
			long now = this.timer.nanoTime();
			removePast(now);
			Missed missed = this.recent.get(publisher);
			if (missed != null) {
				this.recent.put(publisher, new Missed(missed.notifiedNanos, missed.pending + count));
				schedule();
				return;
			}
			if (this.recent.size() >= PUBLISHERS) {
				return;
			}
			this.recent.put(publisher, new Missed(now, 0));
		}
		publish(publisher, count);
	}

	private void removePast(long nowNanos) {
		Iterator<Missed> all = this.recent.values().iterator();
		while (all.hasNext()) {
			Missed eldest = all.next();
			if (eldest.pending > 0 || nowNanos - eldest.notifiedNanos < INTERVAL.toNanos()) {
				return;
			}
			all.remove();
		}
	}

	private void schedule() {
		if (!this.scheduled) {
			this.scheduled = true;
			this.timer.schedule(INTERVAL, this::publishPending);
		}
	}

	private void publishPending() {
		Map<Publisher, Long> pending = new LinkedHashMap<>();
		synchronized (this) {
			this.scheduled = false;
			long now = this.timer.nanoTime();
			this.recent.forEach((publisher, missed) -> {
				if (missed.pending > 0) {
					pending.put(publisher, missed.pending);
				}
			});
			pending.keySet().forEach((publisher) -> {
				this.recent.remove(publisher);
				this.recent.put(publisher, new Missed(now, 0));
			});
		}
		pending.forEach(this::publish);
	}

	private void publish(Publisher publisher, long count) {
		this.events.publish(new SignalsMissedEvent(publisher.id, publisher.channel, count), publisher.id,
				publisher.channel);
	}

	private record Publisher(String channel, String id) {
	}

	// The last notification, and the signals missed since then.
	private record Missed(long notifiedNanos, long pending) {
	}

}
