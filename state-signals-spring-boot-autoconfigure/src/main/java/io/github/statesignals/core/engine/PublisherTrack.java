package io.github.statesignals.core.engine;

import java.util.BitSet;

import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Follows the numbers and times of signals that have the same publisher, as far as they
 * agree with each other. A publisher numbers its signals in the order of their times, and
 * a repeated signal has the number, id and time of the first.
 */
final class PublisherTrack {

	// The largest step from one number to the next that a single signal proves, and the
	// numbers below the last one of which it is known whether they were received.
	static final int WINDOW = 1_024;

	// The last signals that are compared by id and time.
	private static final int SIGNATURES = 64;

	private static final long JUMP_TOLERANCE_MILLIS = 5;

	// The milliseconds after which no signal is repeated, by the times of its publisher.
	private static final long LONGEST_DELAY_MILLIS = 60_000;

	private static final long LONGEST_TIMEOUT_MILLIS = 86_400_000;

	private final ClockOffset clock = new ClockOffset();

	private final int[] signatures = new int[SIGNATURES];

	// The numbers of the window that were not received.
	private final BitSet missing = new BitSet();

	private long last = SignalExtension.NONE;

	// The time of the last signal whose time is believed.
	private long lastSentMillis = SignalExtension.NONE;

	private long first = SignalExtension.NONE;

	private int length;

	// DOUBTFUL if one signal is not enough to decide.
	Relation compare(SignalExtension signal, long nowMillis) {
		long number = signal.sequence();
		if (this.last < 0) {
			return Relation.NEXT;
		}
		if (number == this.last + 1) {
			return isBackInTime(signal) ? Relation.DOUBTFUL : Relation.NEXT;
		}
		if (number > this.last) {
			return (number - this.last <= WINDOW && !isBackInTime(signal) && isCredible(signal, nowMillis))
					? Relation.NEXT : Relation.DOUBTFUL;
		}
		int signature = signature(number);
		if (signature != 0) {
			return (signature == sign(signal)) ? Relation.REPEATED : Relation.DOUBTFUL;
		}
		if (isOutOfTime(signal)) {
			return Relation.DOUBTFUL;
		}
		boolean missed = this.last - number < WINDOW && this.missing.get(place(number));
		return missed ? Relation.OVERTAKEN : Relation.REPEATED;
	}

	private boolean isCredible(SignalExtension signal, long nowMillis) {
		return (signal.sentMillis() >= 0) ? !this.clock.isAhead(signal.sentMillis(), nowMillis, JUMP_TOLERANCE_MILLIS)
				: this.lastSentMillis < 0;
	}

	private boolean isBackInTime(SignalExtension signal) {
		return signal.sentMillis() >= 0 && this.lastSentMillis - signal.sentMillis() > ClockOffset.TOLERANCE_MILLIS;
	}

	// Sent after the last one although its number is lower, or long before.
	private boolean isOutOfTime(SignalExtension signal) {
		long sentMillis = signal.sentMillis();
		return sentMillis >= 0
				&& (sentMillis > this.lastSentMillis || this.lastSentMillis - sentMillis > LONGEST_DELAY_MILLIS);
	}

	// For a track that is too short for compare().
	boolean isContinuedBy(SignalExtension signal) {
		long step = signal.sequence() - this.last;
		return step > 0 && step <= WINDOW && signal.sentMillis() >= this.lastSentMillis;
	}

	boolean isContinuedAtOnceBy(SignalExtension signal, long nowMillis) {
		return signal.sequence() == this.last + 1 && this.lastSentMillis >= 0
				&& this.clock.distance(signal.sentMillis(), nowMillis) <= ClockOffset.TOLERANCE_MILLIS;
	}

	boolean contains(SignalExtension signal) {
		return signal.sequence() <= this.last && signature(signal.sequence()) == sign(signal);
	}

	// Returns the number of signals between the last one and this one.
	long add(SignalExtension signal) {
		long number = signal.sequence();
		// There may have been others before the first one.
		long missed = (this.last < 0) ? 0 : number - this.last - 1;
		if (missed > 0) {
			skip(Math.max(this.last + 1, number - WINDOW + 1), number);
		}
		mark(signal);
		if (this.length == 0) {
			this.first = number;
		}
		this.last = number;
		this.length++;
		return missed;
	}

	private void skip(long from, long to) {
		for (long skipped = from; skipped < to; skipped++) {
			this.missing.set(place(skipped));
			this.signatures[slot(skipped)] = 0;
		}
	}

	void mark(SignalExtension signal) {
		long number = signal.sequence();
		this.missing.clear(place(number));
		if (this.last - number < SIGNATURES) {
			this.signatures[slot(number)] = sign(signal);
		}
	}

	// Takes the time of a signal. Returns the time for which its publisher still awaits
	// answers; null: it is not known, or indefinitely.
	@Nullable Long takeTime(SignalExtension signal, long nowMillis) {
		long sentMillis = signal.sentMillis();
		if (sentMillis < 0) {
			return null;
		}
		long late = this.clock.late(sentMillis, nowMillis);
		if (!isAhead(signal, nowMillis)) {
			this.lastSentMillis = Math.max(this.lastSentMillis, sentMillis);
		}
		if (signal.timeoutMillis() < 0) {
			return null;
		}
		// A day is as good as indefinitely, and can't overflow.
		return Math.min(signal.timeoutMillis(), LONGEST_TIMEOUT_MILLIS) - Math.min(late, LONGEST_TIMEOUT_MILLIS);
	}

	boolean isAhead(SignalExtension signal, long nowMillis) {
		return signal.sentMillis() >= 0
				&& this.clock.isAhead(signal.sentMillis(), nowMillis, ClockOffset.TOLERANCE_MILLIS);
	}

	boolean isClockSettled() {
		return this.clock.isSettled();
	}

	long first() {
		return this.first;
	}

	long last() {
		return this.last;
	}

	int length() {
		return this.length;
	}

	private int signature(long number) {
		return (number >= 0 && this.last - number < SIGNATURES) ? this.signatures[slot(number)] : 0;
	}

	private static int sign(SignalExtension signal) {
		String id = signal.id();
		int hash = 31 * Long.hashCode(signal.sentMillis()) + ((id != null) ? id.hashCode() : 0);
		return (hash != 0) ? hash : 1;
	}

	private static int slot(long number) {
		return (int) (number % SIGNATURES);
	}

	private static int place(long number) {
		return (int) (number % WINDOW);
	}

	// The relation of a signal to those before it.
	enum Relation {

		// It comes after all of them.
		NEXT,

		// It is one of them.
		REPEATED,

		// It was sent before one of them.
		OVERTAKEN,

		// Its number or time contradicts them, or is far ahead.
		DOUBTFUL

	}

}
