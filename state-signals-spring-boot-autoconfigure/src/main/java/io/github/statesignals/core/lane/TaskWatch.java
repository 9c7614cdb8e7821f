package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.statesignals.SignalResponder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each task that holds its lane for long, once. Looks at the lanes now and then
 * while they have something to do, so that a task costs nothing.
 */
public final class TaskWatch {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	private final Timer timer;

	private final Duration bound;

	private final Duration interval;

	private final AtomicBoolean looking = new AtomicBoolean();

	/**
	 * The tasks that were running when the watch last looked. Touched by one look at a
	 * time.
	 */
	private Map<Object, Running> running = new IdentityHashMap<>();

	/**
	 * Creates a watch.
	 * @param timer wakes it
	 * @param bound how long a task may hold its lane; it is logged when it has been seen
	 * for as long, which is up to two thirds later
	 */
	public TaskWatch(Timer timer, Duration bound) {
		this.timer = timer;
		this.bound = bound;
		this.interval = bound.dividedBy(3);
	}

	/**
	 * Looks after lanes until they are idle.
	 * @param lanes the lanes, which have something to do
	 */
	void watch(OrderedLanes lanes) {
		if (!this.looking.get() && this.looking.compareAndSet(false, true)) {
			this.timer.schedule(this.interval, () -> look(lanes));
		}
	}

	private void look(OrderedLanes lanes) {
		long now = this.timer.nanoTime();
		Map<Object, Running> seen = new IdentityHashMap<>();
		for (Object task : lanes.running()) {
			Running before = this.running.get(task);
			seen.put(task, (before != null) ? before.look(task, now) : new Running(now, false));
		}
		this.running = seen;
		if (lanes.size() > 0) {
			this.timer.schedule(this.interval, () -> look(lanes));
			return;
		}
		this.looking.set(false);
		if (lanes.size() > 0) {
			// It came while this was looking.
			watch(lanes);
		}
	}

	private final class Running {

		private final long sinceNanos;

		private final boolean logged;

		Running(long sinceNanos, boolean logged) {
			this.sinceNanos = sinceNanos;
			this.logged = logged;
		}

		Running look(Object task, long nowNanos) {
			Duration bound = TaskWatch.this.bound;
			if (this.logged || nowNanos - this.sinceNanos < bound.toNanos()) {
				return this;
			}
			logger.warn("{} has not finished after {} s: later signals of that publisher wait for it", task,
					bound.toSeconds());
			return new Running(this.sinceNanos, true);
		}

	}

}
