package io.github.statesignals.core.publish;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.core.lane.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the publications of an exporter whose results have not been handed out, in their
 * number and their memory. One thread at a time admits; any thread releases.
 */
final class PublishAdmission {

	// The share of the heap that the signals of an exporter may take.
	private static final int MEMORY_SHARE = 16;

	private final AtomicInteger pending = new AtomicInteger();

	private final MemoryBudget memory = MemoryBudget.ofHeap(MEMORY_SHARE);

	// Returns why a publication is not admitted, or null.
	@Nullable String admit(Publication publication, int limit) {
		if (this.pending.get() >= limit) {
			return ("%d publishes of exporter '%s' are in flight already. Await some of their results first, or raise "
					+ "state-signals.exporter.max-pending")
				.formatted(limit, publication.publisherId());
		}
		if (!this.memory.reserve(publication.bytes())) {
			return ("the signals of exporter '%s' in flight take %d MB. Await some of their results first, or raise "
					+ "the size of the heap (-Xmx)")
				.formatted(publication.publisherId(), this.memory.capacity() / 1_000_000);
		}
		this.pending.incrementAndGet();
		return null;
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
