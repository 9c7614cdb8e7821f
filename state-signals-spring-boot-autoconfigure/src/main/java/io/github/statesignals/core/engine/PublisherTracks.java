package io.github.statesignals.core.engine;

import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Follows the signals of one publisher: the track that is believed, and a rival that
 * contradicts it. One of them is forged, or the publisher was not received for some time.
 * The rival is believed when several signals agree on it and none continues the other. A
 * signal is refused as repeated or overtaken only by numbers that are believed.
 */
final class PublisherTracks {

	// The signals after which a track is believed that contradicts the other.
	private static final int CONFIRMATIONS = 3;

	private static final long CALM_MILLIS = 120_000;

	private static final long NEVER = Long.MIN_VALUE / 2;

	private PublisherTrack track = new PublisherTrack();

	private @Nullable PublisherTrack rival;

	// Whether the rival was believed before.
	private boolean replaced;

	// The time of the last contradiction: signals are refused for some time only if they
	// have the id and time of another.
	private long contestedMillis = NEVER;

	// The time at which the first signals proved to have been slow.
	private long correctedMillis = NEVER;

	Arrival add(SignalExtension signal, long nowMillis) {
		Relation relation = this.track.compare(signal, nowMillis);
		if (relation == Relation.NEXT) {
			int refused = refuse(nowMillis);
			long missed = this.track.add(signal);
			if (missed > 0 && isCorrected(nowMillis)) {
				contest(nowMillis);
			}
			return new Arrival(Relation.NEXT, missed, remainingMillis(signal, nowMillis), refused);
		}
		PublisherTrack other = this.rival;
		if (this.track.contains(signal) || (other != null && other.contains(signal))) {
			return Arrival.REPEATED;
		}
		if (other != null && this.replaced && other.isContinuedAtOnceBy(signal, nowMillis)) {
			contest(nowMillis);
			return follow(other, signal, nowMillis);
		}
		if (relation == Relation.DOUBTFUL || nowMillis - this.contestedMillis < CALM_MILLIS) {
			return doubt(other, signal, nowMillis);
		}
		if (relation == Relation.REPEATED) {
			return Arrival.REPEATED;
		}
		this.track.mark(signal);
		return Arrival.OVERTAKEN;
	}

	@Nullable Long remainingMillis(SignalExtension signal, long nowMillis) {
		boolean ahead = this.track.isAhead(signal, nowMillis);
		boolean settled = this.track.isClockSettled();
		Long remainingMillis = this.track.remainingMillis(signal, nowMillis);
		boolean believed = ahead && !this.track.isAhead(signal, nowMillis);
		if (believed && settled) {
			// Its time contradicts those before.
			contest(nowMillis);
		}
		else if (believed) {
			// The first signals were slow, as far as is known.
			this.correctedMillis = nowMillis;
		}
		return remainingMillis;
	}

	private Arrival doubt(@Nullable PublisherTrack other, SignalExtension signal, long nowMillis) {
		if (other != null && other.isContinuedBy(signal)) {
			return follow(other, signal, nowMillis);
		}
		if (this.replaced || isCorrected(nowMillis)) {
			contest(nowMillis);
		}
		int refused = refuse(nowMillis);
		PublisherTrack added = new PublisherTrack();
		added.add(signal);
		this.rival = added;
		this.replaced = false;
		return new Arrival(Relation.NEXT, 0, added.remainingMillis(signal, nowMillis), refused);
	}

	private Arrival follow(PublisherTrack other, SignalExtension signal, long nowMillis) {
		long missed = other.add(signal);
		Long remainingMillis = other.remainingMillis(signal, nowMillis);
		if (other.length() >= CONFIRMATIONS) {
			if (!this.replaced && other.first() > this.track.last()) {
				missed += other.first() - this.track.last() - 1;
			}
			if (this.track.isAhead(signal, nowMillis)) {
				// Those that were missed are not sent ahead of the clock.
				contest(nowMillis);
			}
			this.rival = this.track;
			this.track = other;
			this.replaced = true;
		}
		return new Arrival(Relation.NEXT, missed, remainingMillis, 0);
	}

	// The publisher goes on as if there were no rival.
	private int refuse(long nowMillis) {
		PublisherTrack refused = this.rival;
		if (refused == null || this.replaced) {
			return 0;
		}
		this.rival = null;
		contest(nowMillis);
		return refused.length();
	}

	// The times that seemed to correct the first ones may have been forged, and then make
	// forged numbers credible.
	private boolean isCorrected(long nowMillis) {
		return nowMillis - this.correctedMillis < CALM_MILLIS;
	}

	private void contest(long nowMillis) {
		this.contestedMillis = nowMillis;
	}

	/**
	 * How to deal with a signal. A doubtful one counts as the next. Refused are the
	 * signals before it whose numbers turn out to be false. Without a remaining time it
	 * is not known for how long its publisher awaits answers.
	 */
	record Arrival(Relation relation, long missed, @Nullable Long remainingMillis, int refused) {

		static final Arrival UNNUMBERED = new Arrival(Relation.NEXT, 0, null, 0);

		static final Arrival REPEATED = new Arrival(Relation.REPEATED, 0, null, 0);

		static final Arrival OVERTAKEN = new Arrival(Relation.OVERTAKEN, 0, null, 0);

		@Nullable Long deadlineNanos(long nowNanos) {
			return (this.remainingMillis != null) ? nowNanos + this.remainingMillis * 1_000_000 : null;
		}

	}

}
