package io.github.statesignals.redis.durable;

import io.github.statesignals.redis.durable.store.StreamKeys;

/**
 * A signal that is delivered and not acknowledged.
 */
final class PendingSignal {

	private final PendingEntry entry;

	private final int number;

	private final Content content;

	// Guarded by the entry.
	private State state = State.DELIVERED;

	PendingSignal(PendingEntry entry, int number, Content content) {
		this.entry = entry;
		this.number = number;
		this.content = content;
	}

	PendingEntry entry() {
		return this.entry;
	}

	int number() {
		return this.number;
	}

	String id() {
		return StreamKeys.signal(this.entry.id(), this.number);
	}

	Content content() {
		return this.content;
	}

	State state() {
		return this.state;
	}

	void state(State state) {
		this.state = state;
	}

	enum State {

		// No handler has begun.
		DELIVERED,

		// A handler may be running.
		BEGUN,

		// The acknowledgement was queued.
		ACKNOWLEDGED,

		// The lease was lost before a handler began.
		DISCARDED

	}

	sealed interface Content {

		default int size() {
			return 0;
		}

	}

	record Line(byte[] json) implements Content {

		@Override
		public int size() {
			return this.json.length;
		}

	}

	// An entry that was deleted before it was acknowledged.
	record Deleted() implements Content {
	}

	// An entry that no publisher has written.
	record Foreign(String problem) implements Content {
	}

	// An entry without any signal that awaits an answer: it is only acknowledged.
	record Settled() implements Content {
	}

}
