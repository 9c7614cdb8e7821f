package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's own time. Has one thread, and that only while something is scheduled or
 * has been lately. Nearly all that is scheduled is cancelled soon, and so that costs no
 * more than its place in a tree: the thread is woken only for what is due before it wakes
 * by itself.
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

	private final TreeSet<Task> tasks = new TreeSet<>();

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
			this.tasks.add(task);
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
			return () -> cancel(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void cancel(Task task) {
		this.lock.lock();
		try {
			this.tasks.remove(task);
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
				if (!this.tasks.isEmpty()) {
					idleSince = now;
				}
				else if (now - idleSince >= KEEP_ALIVE_NANOS) {
					break;
				}
				this.wakesAt = this.tasks.isEmpty() ? now + KEEP_ALIVE_NANOS : this.tasks.first().due;
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
		if (this.tasks.isEmpty() || this.tasks.first().due > now) {
			return List.of();
		}
		List<Task> due = new ArrayList<>();
		while (!this.tasks.isEmpty() && this.tasks.first().due <= now) {
			due.add(this.tasks.first());
			this.tasks.remove(this.tasks.first());
		}
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
			this.tasks.clear();
			this.sooner.signal();
		}
		finally {
			this.lock.unlock();
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

		@Override
		public int compareTo(Task other) {
			int order = Long.compare(this.due, other.due);
			return (order != 0) ? order : Long.compare(this.number, other.number);
		}

	}

}
