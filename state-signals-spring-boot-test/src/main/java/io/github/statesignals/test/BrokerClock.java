package io.github.statesignals.test;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.lane.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time of all applications on one broker: real time, which a test can move ahead. Tasks
 * run one at a time, in the order in which they are due.
 */
final class BrokerClock {

	private static final Logger logger = LoggerFactory.getLogger(BrokerClock.class);

	private final ScheduledTimer realTime = new ScheduledTimer();

	@GuardedBy("this")
	private final Queue<Task> tasks = new PriorityQueue<>(
			Comparator.<Task>comparingLong((task) -> task.due).thenComparingLong((task) -> task.number));

	private final Object advancing = new Object();

	private final Object running = new Object();

	private final Runnable settle;

	// Times are counted from here, so that they do not overflow.
	private final long origin = System.nanoTime();

	@GuardedBy("this")
	private long ahead;

	@GuardedBy("this")
	private long scheduled;

	BrokerClock(Runnable settle) {
		this.settle = settle;
	}

	// Returns a timer of this clock for one application, which stops without the others.
	Timer timer() {
		return new ApplicationTimer();
	}

	// Moves the time ahead. Runs each task at its time, after the messages that earlier
	// ones caused are received.
	void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("Time can't be moved back, by " + duration);
		}
		synchronized (this.advancing) {
			this.settle.run();
			long end = plus(now(), duration);
			for (Task next = next(end); next != null; next = next(end)) {
				moveTo(next.due);
				runDue();
				this.settle.run();
			}
			moveTo(end);
		}
	}

	private synchronized long now() {
		return System.nanoTime() - this.origin + this.ahead;
	}

	private static long plus(long time, Duration duration) {
		// Durations of more than 292 years are cut off.
		long nanos = TimeUnit.NANOSECONDS.convert(duration);
		return (nanos > Long.MAX_VALUE - time) ? Long.MAX_VALUE : time + nanos;
	}

	private synchronized void moveTo(long time) {
		this.ahead += Math.max(0, time - now());
	}

	private synchronized @Nullable Task next(long end) {
		Task next = this.tasks.peek();
		return (next != null && next.due <= end) ? next : null;
	}

	private void runDue() {
		synchronized (this.running) {
			for (Task due = takeDue(); due != null; due = takeDue()) {
				due.run();
			}
		}
	}

	private synchronized @Nullable Task takeDue() {
		Task due = next(now());
		if (due != null) {
			remove(due);
		}
		return due;
	}

	private synchronized Task schedule(ApplicationTimer timer, Duration delay, Runnable action) {
		Task task = new Task(timer, plus(now(), delay), this.scheduled++, action,
				this.realTime.schedule(delay, this::runDue));
		this.tasks.add(task);
		return task;
	}

	private synchronized void remove(Task task) {
		if (this.tasks.remove(task)) {
			task.cancelWakeUp.run();
		}
	}

	private synchronized void removeAll(ApplicationTimer timer) {
		this.tasks.stream().filter((task) -> task.timer == timer).toList().forEach(this::remove);
	}

	private record Task(ApplicationTimer timer, long due, long number, Runnable action, Runnable cancelWakeUp) {

		void run() {
			try {
				this.action.run();
			}
			catch (RuntimeException | Error ex) {
				logger.error("A scheduled task failed", ex);
			}
		}

	}

	private final class ApplicationTimer implements Timer {

		private volatile boolean stopped;

		@Override
		public long nanoTime() {
			return now();
		}

		@Override
		public Runnable schedule(Duration delay, Runnable task) {
			if (this.stopped) {
				return () -> {
				};
			}
			Task scheduled = BrokerClock.this.schedule(this, delay, task);
			return () -> remove(scheduled);
		}

		@Override
		public void stop() {
			this.stopped = true;
			removeAll(this);
		}

	}

}
