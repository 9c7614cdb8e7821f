package io.github.statesignals.core.engine;

import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.core.engine.PublisherTracks.Arrival;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ConcurrentLruCache;

/**
 * Tracks the signals of publishers that number them. Redis clients repeat a publish whose
 * confirmation they lost, so that signals are received twice or late; and signals that
 * were sent while the subscription was lost are missing. Any client can send a signal in
 * the name of a publisher: a number or time that contradicts the others is not believed
 * until several signals agree on it, and the signal is handled all the same. Stores the
 * latest publishers. Not thread-safe.
 */
final class SequenceTracker {

	// The publishers that are stored. One that was removed starts again.
	static final int PUBLISHERS = 10_000;

	// Longer ids are not stored.
	private static final int LONGEST_ID = 512;

	private final ConcurrentLruCache<Publisher, Tracked> publishers = new ConcurrentLruCache<>(PUBLISHERS,
			(publisher) -> new Tracked(publisher, new PublisherTracks()));

	// The ids of signals without numbers, which other implementations send.
	private final ConcurrentLruCache<UnnumberedSignal, Boolean> unnumbered = new ConcurrentLruCache<>(PUBLISHERS,
			(signal) -> true);

	// Many signals of one publisher are received together.
	private @Nullable Tracked latest;

	private @Nullable Long startNanos;

	Arrival track(String channel, String publisherId, @Nullable SignalExtension extension, long nowNanos) {
		if (extension == null || publisherId.length() > LONGEST_ID
				|| (extension.sequence() < 0 && extension.sentMillis() < 0 && extension.id() == null)) {
			return Arrival.UNNUMBERED;
		}
		if (this.startNanos == null) {
			this.startNanos = nowNanos;
		}
		Tracked tracked = this.latest;
		if (tracked == null || !tracked.publisher.is(channel, publisherId)) {
			tracked = this.publishers.get(new Publisher(channel, publisherId));
			this.latest = tracked;
		}
		long nowMillis = (nowNanos - this.startNanos) / 1_000_000;
		if (extension.sequence() < 0) {
			Relation relation = repeats(tracked.publisher, extension.id()) ? Relation.REPEATED : Relation.NEXT;
			return new Arrival(relation, 0, tracked.tracks.takeTime(extension, nowMillis), 0);
		}
		return tracked.tracks.add(extension, nowMillis);
	}

	private boolean repeats(Publisher publisher, @Nullable String id) {
		if (id == null || id.length() > LONGEST_ID) {
			return false;
		}
		UnnumberedSignal signal = new UnnumberedSignal(publisher, id);
		boolean repeated = this.unnumbered.contains(signal);
		this.unnumbered.get(signal);
		return repeated;
	}

	// Also false for a publisher that was removed.
	boolean supportsExtensions(String channel, String publisherId) {
		return this.publishers.contains(new Publisher(channel, publisherId));
	}

	int size() {
		return this.publishers.size();
	}

	private record Publisher(String channel, String id) {

		boolean is(String channel, String id) {
			return this.id.equals(id) && this.channel.equals(channel);
		}

	}

	private record Tracked(Publisher publisher, PublisherTracks tracks) {
	}

	private record UnnumberedSignal(Publisher publisher, String id) {
	}

}
