package io.github.statesignals.core.publish;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.core.lane.Budget;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskRejectedException;

/**
 * Bounds the publications of an exporter whose results have not been handed out, in their
 * number and their memory. One thread at a time admits; any thread releases.
 */
final class PublishAdmission {

	// The share of the heap that the signals of an exporter may take.
	private static final int MEMORY_SHARE = 16;

	private final AtomicInteger pending = new AtomicInteger();

	private final Budget memory = Budget.ofHeap(MEMORY_SHARE);

	// Returns null if a publication is admitted.
	@Nullable TaskRejectedException admit(Publication publication, int limit) {
		if (this.pending.get() >= limit) {
			return rejected(publication,
					("%d publishes of exporter '%s' are in flight already. Await some of their results first, or raise "
							+ "state-signals.exporter.max-pending")
						.formatted(limit, publication.publisherId()));
		}
		if (!this.memory.reserve(publication.bytes())) {
			return rejected(publication,
					("the signals of exporter '%s' in flight take %d MB. Await some of their results first, or raise "
							+ "the size of the heap (-Xmx)")
						.formatted(publication.publisherId(), this.memory.capacity() / 1_000_000));
		}
		this.pending.incrementAndGet();
		return null;
	}

	private static TaskRejectedException rejected(Publication publication, String problem) {
		return new TaskRejectedException("'%s' is not published: %s".formatted(publication.event(), problem));
	}

	int pending() {
		return this.pending.get();
	}

	long bytes() {
		return this.memory.used();
	}

	void release(Publication publication) {
		this.pending.decrementAndGet();
		this.memory.release(publication.bytes());
		publication.tally().release();
	}

}
