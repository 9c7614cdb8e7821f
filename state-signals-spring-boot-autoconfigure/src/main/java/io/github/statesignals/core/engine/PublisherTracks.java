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

	private PublisherTrack believed = new PublisherTrack();

	private @Nullable Rival rival;

	// The time of the last contradiction: signals are refused for some time only if they
	// have the id and time of another.
	private long contestedMillis = NEVER;

	// The time at which the first signals proved to have been slow.
	private long correctedMillis = NEVER;

	Arrival add(SignalExtension signal, long nowMillis) {
		Relation relation = this.believed.compare(signal, nowMillis);
		if (relation == Relation.NEXT) {
			int refused = refuseCandidate(nowMillis);
			long missed = this.believed.add(signal);
			if (missed > 0 && isCorrected(nowMillis)) {
				contest(nowMillis);
			}
			return new Arrival(Relation.NEXT, missed, takeTime(signal, nowMillis), refused);
		}
		Rival other = this.rival;
		if (this.believed.contains(signal) || (other != null && other.track.contains(signal))) {
			return Arrival.REPEATED;
		}
		if (other != null && other.standing == Standing.FORMER && other.track.isContinuedAtOnceBy(signal, nowMillis)) {
			contest(nowMillis);
			return follow(other, signal, nowMillis);
		}
		if (relation == Relation.DOUBTFUL || isContested(nowMillis)) {
			return doubt(other, signal, nowMillis);
		}
		if (relation == Relation.REPEATED) {
			return Arrival.REPEATED;
		}
		this.believed.mark(signal);
		return Arrival.OVERTAKEN;
	}

	// Takes the time of a signal, also of one without a number. Returns the time for
	// which its publisher still awaits answers; null: it is not known, or indefinitely.
	@Nullable Long takeTime(SignalExtension signal, long nowMillis) {
		boolean ahead = this.believed.isAhead(signal, nowMillis);
		boolean settled = this.believed.isClockSettled();
		Long remainingMillis = this.believed.takeTime(signal, nowMillis);
		if (ahead && !this.believed.isAhead(signal, nowMillis)) {
			if (settled) {
				// Its time contradicts those before.
				contest(nowMillis);
			}
			else {
				// The first signals were slow, as far as is known.
				this.correctedMillis = nowMillis;
			}
		}
		return remainingMillis;
	}

	private Arrival doubt(@Nullable Rival other, SignalExtension signal, long nowMillis) {
		if (other != null && other.track.isContinuedBy(signal)) {
			return follow(other, signal, nowMillis);
		}
		if (other != null || isCorrected(nowMillis)) {
			contest(nowMillis);
		}
		int refused = refuseCandidate(nowMillis);
		PublisherTrack added = new PublisherTrack();
		added.add(signal);
		this.rival = new Rival(added, Standing.CANDIDATE);
		return new Arrival(Relation.NEXT, 0, added.takeTime(signal, nowMillis), refused);
	}

	private Arrival follow(Rival followed, SignalExtension signal, long nowMillis) {
		PublisherTrack track = followed.track;
		long missed = track.add(signal);
		Long remainingMillis = track.takeTime(signal, nowMillis);
		if (track.length() >= CONFIRMATIONS) {
			if (followed.standing == Standing.CANDIDATE && track.first() > this.believed.last()) {
				missed += track.first() - this.believed.last() - 1;
			}
			if (this.believed.isAhead(signal, nowMillis)) {
				// Those that were missed are not sent ahead of the clock.
				contest(nowMillis);
			}
			this.rival = new Rival(this.believed, Standing.FORMER);
			this.believed = track;
		}
		return new Arrival(Relation.NEXT, missed, remainingMillis, 0);
	}

	// The publisher goes on as if there were no candidate. Returns its number of signals.
	private int refuseCandidate(long nowMillis) {
		Rival refused = this.rival;
		if (refused == null || refused.standing == Standing.FORMER) {
			return 0;
		}
		this.rival = null;
		contest(nowMillis);
		return refused.track.length();
	}

	private void contest(long nowMillis) {
		this.contestedMillis = nowMillis;
	}

	private boolean isContested(long nowMillis) {
		return nowMillis - this.contestedMillis < CALM_MILLIS;
	}

	// The times that seemed to correct the first ones may have been forged, and then make
	// forged numbers credible.
	private boolean isCorrected(long nowMillis) {
		return nowMillis - this.correctedMillis < CALM_MILLIS;
	}

	/**
	 * A track that contradicts the believed one.
	 */
	private record Rival(PublisherTrack track, Standing standing) {
	}

	private enum Standing {

		// Too few signals agree on it, so far.
		CANDIDATE,

		// It was believed until the present one was.
		FORMER

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
