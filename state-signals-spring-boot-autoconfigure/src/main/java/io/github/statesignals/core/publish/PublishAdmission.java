package io.github.statesignals.core.publish;

import io.github.statesignals.core.lane.Budget;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskRejectedException;

/**
 * Bounds the publications of an exporter whose results have not been handed out, in their
 * number and their memory. Safe for use by many threads.
 */
final class PublishAdmission {

	// The share of the heap that the signals of an exporter may take.
	private static final int MEMORY_SHARE = 16;

	private final Budget pending;

	private final Budget memory = Budget.ofHeap(MEMORY_SHARE);

	PublishAdmission(int limit) {
		this.pending = new Budget(limit);
	}

	// Returns null if a publication is admitted.
	@Nullable TaskRejectedException admit(Publication publication) {
		if (!this.pending.reserve(1)) {
			return rejected(publication,
					("%d publishes of exporter '%s' are in flight already. Await some of their results first, or raise "
							+ "state-signals.exporter.max-pending")
						.formatted(this.pending.capacity(), publication.publisherId()));
		}
		if (!this.memory.reserve(publication.bytes())) {
			this.pending.release(1);
			return rejected(publication,
					("the signals of exporter '%s' in flight take %d MB. Await some of their results first, or raise "
							+ "the size of the heap (-Xmx)")
						.formatted(publication.publisherId(), this.memory.capacity() / 1_000_000));
		}
		return null;
	}

	private static TaskRejectedException rejected(Publication publication, String problem) {
		return new TaskRejectedException("'%s' is not published: %s".formatted(publication.event(), problem));
	}

	int pending() {
		return (int) this.pending.used();
	}

	long bytes() {
		return this.memory.used();
	}

	void release(Publication publication) {
		this.pending.release(1);
		this.memory.release(publication.bytes());
		publication.tally().release();
	}

}
