package io.github.statesignals.core.engine;

/**
 * Measures how much later than others a message is received that carries the sender's
 * time. The two clocks have any origin, and drift: the smallest difference of the last
 * minutes is the usual delay. A time that is far ahead of it is believed only when
 * several in a row agree: it would make all later ones late.
 */
final class ClockOffset {

	// The milliseconds that a time may be ahead and is believed at once.
	static final long TOLERANCE_MILLIS = 100;

	private static final long PERIOD_MILLIS = 30_000;

	private static final int CONFIRMATIONS = 3;

	// The time between the first and the last message that agree, after which the usual
	// delay is known: those that wait for a slow first one are received together.
	private static final long SETTLING_MILLIS = 100;

	// No clock is so far from another, and no difference of such overflows.
	private static final long LONGEST_MILLIS = Long.MAX_VALUE / 4;

	private long previous = Long.MAX_VALUE;

	private long current = Long.MAX_VALUE;

	private long periodEnds = Long.MIN_VALUE;

	private long firstMillis;

	private boolean settled;

	// The times in a row that were ahead, and the largest difference of them.
	private int ahead;

	private long aheadDifference;

	long late(long sentMillis, long nowMillis) {
		long difference = difference(sentMillis, nowMillis);
		if (this.periodEnds == Long.MIN_VALUE) {
			this.firstMillis = nowMillis;
		}
		if (this.periodEnds == Long.MIN_VALUE || nowMillis - this.periodEnds >= 0) {
			this.previous = this.current;
			this.current = Long.MAX_VALUE;
			this.periodEnds = nowMillis + PERIOD_MILLIS;
		}
		if (isAhead(sentMillis, nowMillis, TOLERANCE_MILLIS)) {
			this.aheadDifference = (this.ahead > 0) ? Math.max(this.aheadDifference, difference) : difference;
			this.ahead++;
			if (this.ahead < CONFIRMATIONS) {
				return 0;
			}
			this.previous = this.aheadDifference;
		}
		else {
			this.current = Math.min(this.current, difference);
			this.settled |= nowMillis - this.firstMillis >= SETTLING_MILLIS;
		}
		this.ahead = 0;
		return Math.max(difference - usual(), 0);
	}

	// Does not remember the time.
	long distance(long sentMillis, long nowMillis) {
		long usual = usual();
		return (usual != Long.MAX_VALUE) ? Math.abs(difference(sentMillis, nowMillis) - usual) : Long.MAX_VALUE;
	}

	boolean isAhead(long sentMillis, long nowMillis, long toleranceMillis) {
		long usual = usual();
		return usual != Long.MAX_VALUE && usual - difference(sentMillis, nowMillis) > toleranceMillis;
	}

	// Whether the usual delay is more than that of the first messages.
	boolean isSettled() {
		return this.settled;
	}

	private long usual() {
		return Math.min(this.current, this.previous);
	}

	private static long difference(long sentMillis, long nowMillis) {
		return nowMillis - Math.min(sentMillis, LONGEST_MILLIS);
	}

}
