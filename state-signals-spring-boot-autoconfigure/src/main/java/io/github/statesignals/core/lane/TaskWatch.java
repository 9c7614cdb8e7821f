package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.statesignals.SignalResponder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each task that holds its lane for longer than a limit, once. Looks at the running
 * tasks at intervals, so that a task costs nothing.
 */
public final class TaskWatch {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	private final Timer timer;

	private final Duration limit;

	private final Duration interval;

	private final AtomicBoolean watching = new AtomicBoolean();

	// The tasks that were running at the last look. Used by one look at a time.
	private Map<Object, Sighting> sightings = new IdentityHashMap<>();

	// A task that holds its lane for longer than the limit is logged up to two thirds of
	// it later.
	public TaskWatch(Timer timer, Duration limit) {
		this.timer = timer;
		this.limit = limit;
		this.interval = limit.dividedBy(3);
	}

	// Each lane supplies its running task, and is removed when it has no more tasks.
	void watch(Collection<? extends Supplier<?>> lanes) {
		if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
			this.timer.schedule(this.interval, () -> look(lanes));
		}
	}

	private void look(Collection<? extends Supplier<?>> lanes) {
		long now = this.timer.nanoTime();
		Map<Object, Sighting> seen = new IdentityHashMap<>();
		for (Supplier<?> lane : lanes) {
			Object task = lane.get();
			if (task != null) {
				Sighting before = this.sightings.get(task);
				seen.put(task, (before != null) ? look(task, before, now) : new Sighting(now, false));
			}
		}
		this.sightings = seen;
		if (!lanes.isEmpty()) {
			this.timer.schedule(this.interval, () -> look(lanes));
			return;
		}
		this.watching.set(false);
		if (!lanes.isEmpty()) {
			// A task came between the two.
			watch(lanes);
		}
	}

	private Sighting look(Object task, Sighting sighting, long nowNanos) {
		if (sighting.logged() || nowNanos - sighting.firstNanos() < this.limit.toNanos()) {
			return sighting;
		}
		logger.warn("{} has not finished after {} s: later signals of that publisher wait for it", task,
				this.limit.toSeconds());
		return new Sighting(sighting.firstNanos(), true);
	}

	private record Sighting(long firstNanos, boolean logged) {
	}

}
