package io.github.statesignals.core.engine;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the numbers of the signals of each publisher. Redis clients repeat a publish
 * whose confirmation they lost, so that signals are received twice or late; those that
 * were sent while the subscription was lost are missing. Remembers a limited number of
 * publishers. Not safe for use by many threads: a transport has one.
 */
final class SequenceTracker {

	// The publishers to remember, those received last. One that is forgotten starts
	// again.
	static final int PUBLISHERS = 10_000;

	// The numbers of a publisher that were passed over and may still be received.
	static final int HOLES = 1_024;

	// Longer ones are not remembered: they could fill the memory.
	private static final int LONGEST_ID = 512;

	private final Map<Publisher, Sequence> sequences = new Latest<>();

	// The ids of signals without numbers, which other implementations send.
	private final Map<UnnumberedSignal, Boolean> unnumbered = new Latest<>();

	private @Nullable Long startNanos;

	Arrival track(String channel, String publisherId, @Nullable SignalExtension extension, long nowNanos) {
		if (extension == null || publisherId.length() > LONGEST_ID
				|| (extension.sequence() < 0 && extension.sentMillis() < 0 && extension.id() == null)) {
			return Arrival.UNNUMBERED;
		}
		Publisher key = new Publisher(channel, publisherId);
		Sequence sequence = this.sequences.computeIfAbsent(key, (added) -> new Sequence());
		if (this.startNanos == null) {
			this.startNanos = nowNanos;
		}
		Long deadlineNanos = sequence.deadline(extension, nowNanos, (nowNanos - this.startNanos) / 1_000_000);
		if (extension.sequence() < 0) {
			return new Arrival(repeats(key, extension.id()) ? Order.REPEATED : Order.NEXT, 0, deadlineNanos);
		}
		return sequence.track(extension.sequence(), deadlineNanos);
	}

	private boolean repeats(Publisher publisher, @Nullable String id) {
		return id != null && id.length() <= LONGEST_ID
				&& this.unnumbered.put(new UnnumberedSignal(publisher, id), Boolean.TRUE) != null;
	}

	// Whether a publisher has sent signals with extensions, of which it remembers the
	// latest publishers.
	boolean supportsExtensions(String channel, String publisherId) {
		return this.sequences.get(new Publisher(channel, publisherId)) != null;
	}

	int size() {
		return this.sequences.size();
	}

	/**
	 * The place of a signal among those that were received.
	 */
	enum Order {

		/** After all of them. */
		NEXT,

		/** It is one of them. */
		REPEATED,

		/** It was sent before one of them. */
		OVERTAKEN

	}

	/**
	 * A signal among those that were received.
	 *
	 * @param order its place
	 * @param missed the number of signals between them and this one that were not
	 * received
	 * @param deadlineNanos the time until which its publisher awaits answers;
	 * {@code null} if that is not known
	 */
	record Arrival(Order order, long missed, @Nullable Long deadlineNanos) {

		static final Arrival UNNUMBERED = new Arrival(Order.NEXT, 0, null);

	}

	private record Publisher(String channel, String id) {
	}

	private record UnnumberedSignal(Publisher publisher, String id) {
	}

	/**
	 * Retains the entries that were used last.
	 *
	 * @param <K> the type of key
	 * @param <V> the type of value
	 */
	private static final class Latest<K, V> extends LinkedHashMap<K, V> {

		private static final long serialVersionUID = 1L;

		Latest() {
			super(16, 0.75f, true);
		}

		@Override
		protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
			return size() > PUBLISHERS;
		}

	}

	private static final class Sequence {

		private static final long A_DAY_MILLIS = 86_400_000;

		private final ClockOffset offset = new ClockOffset();

		private long last = SignalExtension.NONE;

		// The last numbers that were received, one bit each; null while all were.
		private long @Nullable [] received;

		Arrival track(long sequence, @Nullable Long deadlineNanos) {
			if (sequence <= this.last) {
				boolean late = this.received != null && this.last - sequence < HOLES && !mark(this.received, sequence);
				return new Arrival(late ? Order.OVERTAKEN : Order.REPEATED, 0, deadlineNanos);
			}
			// A publisher that is received for the first time may have sent others
			// before.
			long missed = (this.last < 0) ? 0 : sequence - this.last - 1;
			if (missed > 0 && this.received == null) {
				this.received = new long[HOLES / Long.SIZE];
				Arrays.fill(this.received, -1);
			}
			if (this.received != null) {
				for (long hole = Math.max(this.last + 1, sequence - HOLES + 1); hole < sequence; hole++) {
					this.received[word(hole)] &= ~(1L << hole);
				}
				mark(this.received, sequence);
			}
			this.last = sequence;
			return new Arrival(Order.NEXT, missed, deadlineNanos);
		}

		private static int word(long sequence) {
			return (int) (sequence / Long.SIZE % (HOLES / Long.SIZE));
		}

		private static boolean mark(long[] received, long sequence) {
			int word = word(sequence);
			boolean before = (received[word] & (1L << sequence)) != 0;
			received[word] |= 1L << sequence;
			return before;
		}

		@Nullable Long deadline(SignalExtension extension, long nowNanos, long nowMillis) {
			if (extension.sentMillis() < 0) {
				return null;
			}
			long lateMillis = Math.min(this.offset.late(extension.sentMillis(), nowMillis), A_DAY_MILLIS);
			if (extension.timeoutMillis() < 0) {
				return null;
			}
			// A day is enough, and can't overflow.
			long leftMillis = Math.min(extension.timeoutMillis(), A_DAY_MILLIS) - lateMillis;
			return nowNanos + leftMillis * 1_000_000;
		}

	}

	/**
	 * Computes how much later than others a message is received that carries the sender's
	 * time. The two clocks start anywhere, and drift: the smallest difference of the last
	 * minute is taken for the time that a message needs when nothing delays it.
	 */
	static final class ClockOffset {

		private static final long PERIOD_MILLIS = 30_000;

		// No clocks differ by more, and no difference of such overflows.
		private static final long LONGEST_MILLIS = Long.MAX_VALUE / 4;

		private long previous = Long.MAX_VALUE;

		private long current = Long.MAX_VALUE;

		private long periodEnds = Long.MIN_VALUE;

		long late(long sentMillis, long nowMillis) {
			long difference = nowMillis - Math.min(sentMillis, LONGEST_MILLIS);
			if (this.periodEnds == Long.MIN_VALUE || nowMillis - this.periodEnds >= 0) {
				this.previous = this.current;
				this.current = Long.MAX_VALUE;
				this.periodEnds = nowMillis + PERIOD_MILLIS;
			}
			this.current = Math.min(this.current, difference);
			return difference - Math.min(this.current, this.previous);
		}

	}

}
