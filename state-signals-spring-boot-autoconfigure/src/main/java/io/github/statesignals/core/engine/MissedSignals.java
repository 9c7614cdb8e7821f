package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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

	// A larger gap counts as this one: numbers may be forged, and no sum may overflow.
	static final long LARGEST = Integer.MAX_VALUE;

	private final ApplicationEvents events;

	private final SignalCounters counters;

	private final Timer timer;

	// The publishers of the last second, with the signals that were missed since the
	// notification.
	@GuardedBy("this")
	private final Map<Publisher, Long> pending = new HashMap<>();

	MissedSignals(ApplicationEvents events, SignalCounters counters, Timer timer) {
		this.events = events;
		this.counters = counters;
		this.timer = timer;
	}

	void add(String channel, String publisherId, long gap) {
		long count = Math.min(gap, LARGEST);
		this.counters.missed.add(count);
		Publisher publisher = new Publisher(channel, publisherId);
		synchronized (this) {
			if (this.pending.computeIfPresent(publisher, (key, before) -> before + count) != null
					|| this.pending.size() >= PUBLISHERS) {
				return;
			}
			this.pending.put(publisher, 0L);
		}
		publish(publisher, count);
	}

	private void publish(Publisher publisher, long count) {
		this.events.publish(new SignalsMissedEvent(publisher.id, publisher.channel, count), publisher.id,
				publisher.channel);
		this.timer.schedule(INTERVAL, () -> publishPending(publisher));
	}

	private void publishPending(Publisher publisher) {
		Long count;
		synchronized (this) {
			count = this.pending.remove(publisher);
			if (count == null || count == 0) {
				return;
			}
			this.pending.put(publisher, 0L);
		}
		publish(publisher, count);
	}

	private record Publisher(String channel, String id) {
	}

}
