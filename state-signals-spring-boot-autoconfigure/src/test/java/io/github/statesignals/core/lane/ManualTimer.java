package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Timer that a test advances: tasks that are due run in the advancing thread, each at its
 * time.
 */
public final class ManualTimer implements Timer {

	private final List<Task> tasks = new ArrayList<>();

	// The origin is arbitrary, and nanoseconds may overflow: here within a second.
	private long now = Long.MAX_VALUE - 500_000_000;

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public synchronized Runnable schedule(Duration delay, Runnable action) {
		Task task = new Task(this.now + delay.toNanos(), action);
		this.tasks.add(task);
		return () -> cancel(task);
	}

	@Override
	public synchronized void stop() {
		this.tasks.clear();
	}

	/**
	 * Lets time pass and runs the tasks that become due.
	 * @param duration the time that passes
	 */
	public void advance(Duration duration) {
		long end = nanoTime() + duration.toNanos();
		for (Task due = next(end); due != null; due = next(end)) {
			due.action.run();
		}
	}

	/**
	 * Returns the number of tasks that have neither run nor been cancelled.
	 * @return the number
	 */
	public synchronized int scheduled() {
		return this.tasks.size();
	}

	private synchronized @Nullable Task next(long end) {
		Task next = null;
		for (Task task : this.tasks) {
			if (task.due - end <= 0 && (next == null || task.due - next.due < 0)) {
				next = task;
			}
		}
		if (next == null) {
			this.now = end;
		}
		else {
			this.tasks.remove(next);
			if (next.due - this.now > 0) {
				this.now = next.due;
			}
		}
		return next;
	}

	private synchronized void cancel(Task task) {
		this.tasks.remove(task);
	}

	// Compared by identity.
	private static final class Task {

		private final long due;

		private final Runnable action;

		Task(long due, Runnable action) {
			this.due = due;
			this.action = action;
		}

	}

}
