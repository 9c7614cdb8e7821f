package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.lane.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends publications whose timeouts have passed. Those with the same timeout expire in the
 * order in which they were sent, so that those in flight share one task of the timer: to
 * schedule and cancel a task for each costs more than to encode its signal, and contends
 * for the lock of the timer.
 */
final class Timeouts {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	@GuardedBy("this")
	private final Map<Duration, Group> groups = new HashMap<>();

	private final Timer timer;

	private final Consumer<Publication> expired;

	Timeouts(Timer timer, Consumer<Publication> expired) {
		this.timer = timer;
		this.expired = expired;
	}

	// Returns what stops the timeout.
	synchronized Runnable start(Publication publication, Duration timeout, long nowNanos) {
		Group group = this.groups.get(timeout);
		if (group == null) {
			group = new Group(timeout);
			this.groups.put(timeout, group);
		}
		Entry entry = group.add(publication, nowNanos);
		if (group.cancel == null) {
			schedule(group, timeout);
		}
		return entry;
	}

	@GuardedBy("this")
	private void schedule(Group group, Duration delay) {
		group.cancel = this.timer.schedule(delay, () -> expire(group));
	}

	private void expire(Group group) {
		List<Publication> due = new ArrayList<>();
		synchronized (this) {
			group.cancel = null;
			long now = this.timer.nanoTime();
			Entry first = group.first();
			while (first != null && first.deadline - now <= 0) {
				first.unlink();
				due.add(first.publication);
				first = group.first();
			}
			if (first != null) {
				schedule(group, Duration.ofNanos(first.deadline - now));
			}
			else {
				this.groups.remove(group.timeout, group);
			}
		}
		Throwable failure = null;
		for (Publication publication : due) {
			try {
				this.expired.accept(publication);
			}
			catch (RuntimeException | Error ex) {
				// One that fails must not leave the others waiting.
				failure = ex;
			}
		}
		if (failure != null) {
			logger.error("The timeout of a publish failed", failure);
		}
	}

	private synchronized void stop(Entry entry) {
		entry.unlink();
		Group group = entry.group;
		if (group.cancel != null && group.first() == null) {
			group.cancel.run();
			group.cancel = null;
			this.groups.remove(group.timeout, group);
		}
	}

	// The publications with one timeout, in the order in which they expire: a ring.
	private final class Group {

		private final Duration timeout;

		private final Link ends = new Link();

		// Cancels the task that is scheduled for the first one, or for one before it.
		private @Nullable Runnable cancel;

		Group(Duration timeout) {
			this.timeout = timeout;
		}

		Entry add(Publication publication, long now) {
			// Durations of more than 292 years are cut off.
			Entry added = new Entry(this, publication, now + TimeUnit.NANOSECONDS.convert(this.timeout));
			added.insert(this.ends);
			return added;
		}

		@Nullable Entry first() {
			return (this.ends.next instanceof Entry entry) ? entry : null;
		}

	}

	private static class Link {

		private Link previous = this;

		Link next = this;

		final void insert(Link before) {
			this.previous = before.previous;
			this.next = before;
			this.previous.next = this;
			before.previous = this;
		}

		// Does nothing when it is repeated.
		final void unlink() {
			this.previous.next = this.next;
			this.next.previous = this.previous;
			this.previous = this;
			this.next = this;
		}

	}

	private final class Entry extends Link implements Runnable {

		private final Group group;

		private final Publication publication;

		private final long deadline;

		Entry(Group group, Publication publication, long deadline) {
			this.group = group;
			this.publication = publication;
			this.deadline = deadline;
		}

		@Override
		public void run() {
			stop(this);
		}

	}

}
