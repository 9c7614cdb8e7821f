package io.github.statesignals.redis.durable;

import io.github.statesignals.redis.durable.store.StreamKeys;

/**
 * A signal that is delivered and not acknowledged.
 */
final class PendingSignal {

	private final PendingEntry entry;

	private final int number;

	private final Content content;

	private State state = State.DELIVERED;

	/**
	 * Creates a signal.
	 * @param entry its entry, which guards the state
	 * @param number its number in the entry, from 0 on
	 * @param content its content
	 */
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

		/**
		 * No handler has begun.
		 */
		DELIVERED,

		/**
		 * A handler may be running.
		 */
		BEGUN,

		/**
		 * The acknowledgement was queued.
		 */
		ACKNOWLEDGED,

		/**
		 * The lease was lost before a handler began.
		 */
		DISCARDED

	}

	/**
	 * The content of an entry, or of a part of it.
	 */
	sealed interface Content {

		default int size() {
			return 0;
		}

	}

	/**
	 * A signal.
	 *
	 * @param json the signal in JSON
	 */
	record Line(byte[] json) implements Content {

		@Override
		public int size() {
			return this.json.length;
		}

	}

	/**
	 * An entry that was deleted before it was acknowledged.
	 */
	record Deleted() implements Content {
	}

	/**
	 * An entry that no publisher has written.
	 *
	 * @param problem why it can't be read
	 */
	record Foreign(String problem) implements Content {
	}

	/**
	 * An entry without any signal that awaits an answer: it is only acknowledged.
	 */
	record Settled() implements Content {
	}

}
