package io.github.statesignals.signing;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes messages that were received before, by their times. A message outside of a
 * window around the present is refused. Within the window the last times of each sender
 * are stored, and a message that is older than these is refused, too. Safe for use by
 * many threads.
 */
final class ReplayGuard {

	// The senders that are stored. Further ones are refused until the window of another
	// has passed.
	static final int SENDERS = 10_000;

	@GuardedBy("this")
	private final Map<Sender, Times> senders = new LinkedHashMap<>(16, 0.75f, true);

	private final long tolerance;

	// No message may have been signed before it, but for exceptions.
	@GuardedBy("this")
	private long start;

	ReplayGuard(long tolerance, long start) {
		this.tolerance = tolerance;
		this.start = start;
	}

	// Takes a message whose signature is valid. afterStart: it must not be older than
	// this guard. Returns the reason why it is refused.
	synchronized @Nullable String check(Sender sender, long time, long now, boolean afterStart) {
		// The clock may have been set back: older messages were signed before that.
		this.start = Math.min(this.start, now);
		if (Math.abs(now - time) > this.tolerance) {
			return ((time < now)
					? "its time is %d s before that of this host. Synchronize the clocks, if it is not an old message"
					: "its time is %d s after that of this host. Synchronize the clocks, and restart its sender if that clock was set back")
				.formatted(Math.abs(now - time) / 1_000_000);
		}
		if (afterStart && time < this.start) {
			return "it was sent before this application has started";
		}
		Times times = this.senders.get(sender);
		if (times == null) {
			if (this.senders.size() == SENDERS && !removeEldest(now)) {
				return "there are more than %d senders".formatted(SENDERS);
			}
			times = new Times();
			this.senders.put(sender, times);
		}
		return times.add(time) ? null : "it was received before";
	}

	@GuardedBy("this")
	private boolean removeEldest(long now) {
		Iterator<Times> all = this.senders.values().iterator();
		if (all.next().last() >= now - this.tolerance) {
			return false;
		}
		all.remove();
		return true;
	}

	// By key: the holder of one can name any publisher.
	record Sender(String context, String id, String key) {
	}

	// The last times of a sender, in ascending order.
	private static final class Times {

		private static final int LIMIT = 128;

		private long[] times = new long[4];

		private int count;

		boolean add(long time) {
			int place = -1 - Arrays.binarySearch(this.times, 0, this.count, time);
			if (place < 0 || (place == 0 && this.count == LIMIT)) {
				return false;
			}
			if (this.count == LIMIT) {
				place--;
				System.arraycopy(this.times, 1, this.times, 0, place);
			}
			else {
				if (this.count == this.times.length) {
					this.times = Arrays.copyOf(this.times, this.count * 2);
				}
				System.arraycopy(this.times, place, this.times, place + 1, this.count - place);
				this.count++;
			}
			this.times[place] = time;
			return true;
		}

		long last() {
			return this.times[this.count - 1];
		}

	}

}
