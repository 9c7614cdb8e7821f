package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's own time. Has one thread, and that only while something is scheduled or
 * has been lately. Nearly all that is scheduled is cancelled soon, with one of few
 * delays, and so that costs no more than a place at the end of a list: the thread is
 * woken only for what is due before it wakes by itself.
 */
final class SystemTimer implements Timer {

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
			Delayed delayed = this.delays.get(delay);
			if (delayed == null) {
				delayed = new Delayed(delay, task);
				this.delays.put(delay, delayed);
				this.next.add(delayed);
			}
			delayed.add(task);
			Delayed tasks = delayed;
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
			return () -> cancel(tasks, task);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void cancel(Delayed tasks, Task task) {
		this.lock.lock();
		try {
			if (tasks.remove(task) && tasks.first == null) {
				this.next.remove(tasks);
				this.delays.remove(tasks.delay);
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
			Delayed tasks = this.next.first();
			this.next.remove(tasks);
			for (Task task = tasks.first; task != null && task.due <= now; task = tasks.first) {
				tasks.remove(task);
				due.add(task);
			}
			if (tasks.first != null) {
				tasks.due = tasks.first.due;
				this.next.add(tasks);
			}
			else {
				this.delays.remove(tasks.delay);
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

		private long due;

		private @Nullable Task first;

		private @Nullable Task last;

		Delayed(Duration delay, Task first) {
			this.delay = delay;
			this.number = first.number;
			this.due = first.due;
		}

		void add(Task task) {
			task.before = this.last;
			task.scheduled = true;
			if (this.last != null) {
				this.last.after = task;
			}
			else {
				this.first = task;
			}
			this.last = task;
		}

		/**
		 * Remove a task.
		 * @param task the task
		 * @return {@code false} if it was removed before
		 */
		boolean remove(Task task) {
			if (!task.scheduled) {
				return false;
			}
			task.scheduled = false;
			if (task.before != null) {
				task.before.after = task.after;
			}
			else {
				this.first = task.after;
			}
			if (task.after != null) {
				task.after.before = task.before;
			}
			else {
				this.last = task.before;
			}
			// Whoever can still cancel it keeps no others.
			task.before = null;
			task.after = null;
			return true;
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

		private @Nullable Task before;

		private @Nullable Task after;

		private boolean scheduled;

		Task(long due, long number, Runnable action) {
			this.due = due;
			this.number = number;
			this.action = action;
		}

		@Override
		public int compareTo(Task other) {
			int order = Long.compare(this.due, other.due);
			return (order != 0) ? order : Long.compare(this.number, other.number);
		}

	}

}
