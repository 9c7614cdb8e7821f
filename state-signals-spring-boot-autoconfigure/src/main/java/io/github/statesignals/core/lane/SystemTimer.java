package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's own time. Has one thread, and that only while something is scheduled or
 * has been lately. Nearly all that is scheduled is cancelled soon, with one of few
 * delays, and so that costs no more than a place in a hash table: the thread is woken
 * only for what is due before it wakes by itself.
 */
public final class SystemTimer implements Timer {

	private static final Logger logger = LoggerFactory.getLogger(SystemTimer.class);

	private static final long KEEP_ALIVE_NANOS = 10_000_000_000L;

	/**
	 * 146 years: a Duration may be longer.
	 */
	private static final long LONGEST_NANOS = Long.MAX_VALUE >> 1;

	private final long startNanos = System.nanoTime();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition sooner = this.lock.newCondition();

	private final Map<Duration, Delayed> delays = new HashMap<>();

	/**
	 * The same, the one that has to be looked at next first.
	 */
	private final TreeSet<Delayed> next = new TreeSet<>();

	private @Nullable Thread thread;

	private long wakesAt;

	private long lastNumber;

	private boolean stopped;

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	// Counts from our start, and so does not overflow.
	private long now() {
		return System.nanoTime() - this.startNanos;
	}

	@Override
	public Runnable schedule(Duration delay, Runnable action) {
		long nanos = (delay.compareTo(Duration.ofNanos(LONGEST_NANOS)) < 0) ? delay.toNanos() : LONGEST_NANOS;
		this.lock.lock();
		try {
			if (this.stopped) {
				// So is the transport: whatever is sent fails by itself.
				return () -> {
				};
			}
			Task task = new Task(now() + nanos, ++this.lastNumber, action);
			Delayed delayed = this.delays.computeIfAbsent(delay, (key) -> new Delayed(key, task));
			delayed.tasks.add(task);
			this.next.add(delayed);
			if (this.thread == null) {
				this.wakesAt = task.due;
				this.thread = new Thread(this::run, "state-signals-timer");
				this.thread.setDaemon(true);
				this.thread.start();
			}
			else if (task.due < this.wakesAt) {
				this.wakesAt = task.due;
				this.sooner.signal();
			}
			return () -> cancel(delayed, task);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void cancel(Delayed delayed, Task task) {
		this.lock.lock();
		try {
			if (delayed.tasks.remove(task) && delayed.tasks.isEmpty()) {
				this.next.remove(delayed);
				this.delays.remove(delayed.delay);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void run() {
		for (List<Task> due = next(); !due.isEmpty(); due = next()) {
			for (Task task : due) {
				try {
					task.action.run();
				}
				catch (RuntimeException | Error ex) {
					logger.error("What was scheduled failed", ex);
				}
			}
		}
	}

	/**
	 * Wait for what is due next.
	 * @return what is; empty when there has been nothing for a while, and the thread ends
	 */
	private List<Task> next() {
		this.lock.lock();
		try {
			long idleSince = now();
			while (!this.stopped) {
				long now = now();
				List<Task> due = pollDue(now);
				if (!due.isEmpty()) {
					return due;
				}
				if (!this.next.isEmpty()) {
					idleSince = now;
				}
				else if (now - idleSince >= KEEP_ALIVE_NANOS) {
					break;
				}
				this.wakesAt = this.next.isEmpty() ? now + KEEP_ALIVE_NANOS : this.next.first().due;
				await(this.wakesAt - now);
			}
			this.thread = null;
			return List.of();
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Task> pollDue(long now) {
		if (this.next.isEmpty() || this.next.first().due > now) {
			return List.of();
		}
		List<Task> due = new ArrayList<>();
		while (!this.next.isEmpty() && this.next.first().due <= now) {
			Delayed delayed = this.next.first();
			this.next.remove(delayed);
			delayed.moveDue(now, due);
			if (delayed.tasks.isEmpty()) {
				this.delays.remove(delayed.delay);
			}
			else {
				this.next.add(delayed);
			}
		}
		Collections.sort(due);
		return due;
	}

	private void await(long nanos) {
		try {
			this.sooner.awaitNanos(nanos);
		}
		catch (InterruptedException ex) {
			// Nobody but a task can have meant it, and that is over.
			logger.debug("Interrupted", ex);
		}
	}

	@Override
	public void stop() {
		this.lock.lock();
		try {
			this.stopped = true;
			this.delays.clear();
			this.next.clear();
			this.sooner.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What is scheduled with one delay: due in the order in which it was scheduled. It is
	 * looked at when the task is due that was its first one at some time, even if that
	 * has been cancelled since.
	 */
	private static final class Delayed implements Comparable<Delayed> {

		private final Duration delay;

		private final long number;

		private final Set<Task> tasks = new LinkedHashSet<>();

		private long due;

		Delayed(Duration delay, Task first) {
			this.delay = delay;
			this.number = first.number;
			this.due = first.due;
		}

		/**
		 * Move the tasks that are due, and note when the next one is.
		 * @param now the time
		 * @param target where to
		 */
		void moveDue(long now, List<Task> target) {
			for (Iterator<Task> waiting = this.tasks.iterator(); waiting.hasNext();) {
				Task task = waiting.next();
				if (task.due > now) {
					this.due = task.due;
					return;
				}
				waiting.remove();
				target.add(task);
			}
		}

		@Override
		public int compareTo(Delayed other) {
			int order = Long.compare(this.due, other.due);
			return (order != 0) ? order : Long.compare(this.number, other.number);
		}

	}

	private static final class Task implements Comparable<Task> {

		private final long due;

		private final long number;

		private final Runnable action;

		Task(long due, long number, Runnable action) {
			this.due = due;
			this.number = number;
			this.action = action;
		}

		// It is kept in hash tables, and an identity hash code costs more than all else.
		@Override
		public int hashCode() {
			return Long.hashCode(this.number);
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		@Override
		public int compareTo(Task other) {
			int order = Long.compare(this.due, other.due);
			return (order != 0) ? order : Long.compare(this.number, other.number);
		}

	}

}
