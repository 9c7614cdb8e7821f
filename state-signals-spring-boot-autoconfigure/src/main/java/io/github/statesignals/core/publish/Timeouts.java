package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.lane.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of publications. Those with the same timeout expire in the order in which
 * they were sent, so that those in flight share one task of the timer: to schedule and
 * cancel a task for each costs more than to encode its signal, and contends for the lock
 * of the timer.
 *
 * @param <T> the type that expires
 */
final class Timeouts<T> {

	@GuardedBy("this")
	private final Map<Duration, Group> groups = new HashMap<>();

	private final Timer timer;

	private final ToLongFunction<T> startNanos;

	private final Consumer<T> expired;

	Timeouts(Timer timer, ToLongFunction<T> startNanos, Consumer<T> expired) {
		this.timer = timer;
		this.startNanos = startNanos;
		this.expired = expired;
	}

	// It starts now. Returns the call that stops its timeout.
	synchronized Consumer<T> start(T started, Duration timeout) {
		Group group = this.groups.computeIfAbsent(timeout, Group::new);
		group.started.add(started);
		if (group.cancel == null) {
			schedule(group, timeout);
		}
		return group;
	}

	@GuardedBy("this")
	private void schedule(Group group, Duration delay) {
		group.cancel = this.timer.schedule(delay, () -> expire(group));
	}

	private void expire(Group group) {
		Queue<Runnable> due = new ArrayDeque<>();
		synchronized (this) {
			group.cancel = null;
			long now = this.timer.nanoTime();
			Iterator<T> all = group.started.iterator();
			while (all.hasNext()) {
				T first = all.next();
				long remaining = group.deadline(first) - now;
				if (remaining > 0) {
					schedule(group, Duration.ofNanos(remaining));
					break;
				}
				all.remove();
				due.add(() -> this.expired.accept(first));
			}
			removeIfEmpty(group);
		}
		DeferredCalls.runAll(due);
	}

	private synchronized void stop(Group group, T stopped) {
		if (group.started.remove(stopped)) {
			removeIfEmpty(group);
		}
	}

	@GuardedBy("this")
	private void removeIfEmpty(Group group) {
		if (group.started.isEmpty()) {
			this.groups.remove(group.timeout, group);
			if (group.cancel != null) {
				group.cancel.run();
			}
		}
	}

	// Those with one timeout, in the order in which they expire.
	private final class Group implements Consumer<T> {

		private final Duration timeout;

		private final Set<T> started = new LinkedHashSet<>();

		// Cancels the task that is scheduled for the first one, or for one before it.
		private @Nullable Runnable cancel;

		Group(Duration timeout) {
			this.timeout = timeout;
		}

		long deadline(T first) {
			// Durations of more than 292 years are cut off.
			return Timeouts.this.startNanos.applyAsLong(first) + TimeUnit.NANOSECONDS.convert(this.timeout);
		}

		@Override
		public void accept(T stopped) {
			stop(this, stopped);
		}

	}

}
