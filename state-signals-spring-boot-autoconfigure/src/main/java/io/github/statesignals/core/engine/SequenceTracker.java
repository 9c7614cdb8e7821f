package io.github.statesignals.core.engine;

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
			Order order = repeats(tracked.publisher, extension.id()) ? Order.REPEATED : Order.NEXT;
			return Arrival.of(order, 0, tracked.tracks.remainingMillis(extension, nowMillis), nowNanos, 0);
		}
		return tracked.tracks.add(extension, nowMillis, nowNanos);
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

	// The relation of a signal to those before it, as far as it matters to responders.
	enum Order {

		// It comes after all of them, or nothing else is certain.
		NEXT,

		// It is one of them.
		REPEATED,

		// It was sent before one of them.
		OVERTAKEN

	}

	/**
	 * How to deal with a signal. Refused are the signals before it whose numbers turn out
	 * to be false. Without a deadline the time is not known until which its publisher
	 * awaits answers.
	 */
	record Arrival(Order order, long missed, @Nullable Long deadlineNanos, int refused) {

		static final Arrival UNNUMBERED = new Arrival(Order.NEXT, 0, null, 0);

		static final Arrival REPEATED = new Arrival(Order.REPEATED, 0, null, 0);

		static final Arrival OVERTAKEN = new Arrival(Order.OVERTAKEN, 0, null, 0);

		static Arrival of(Order order, long missed, @Nullable Long remainingMillis, long nowNanos, int refused) {
			Long deadlineNanos = (remainingMillis != null) ? nowNanos + remainingMillis * 1_000_000 : null;
			return new Arrival(order, missed, deadlineNanos, refused);
		}

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
