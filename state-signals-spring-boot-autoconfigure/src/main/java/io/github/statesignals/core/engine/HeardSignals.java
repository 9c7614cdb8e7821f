package io.github.statesignals.core.engine;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * What was heard of each publisher that numbers its signals. Redis clients repeat a
 * publish whose confirmation they lost, which makes signals arrive twice or late; and
 * what was said while nobody heard, is missing. Remembers so many publishers, the last
 * ones heard. Not safe for use by many threads at once: a transport has but one.
 */
final class HeardSignals {

	/**
	 * How many publishers to remember. One that is forgotten starts afresh.
	 */
	static final int PUBLISHERS = 10_000;

	/**
	 * How many numbers of a publisher that were passed over may still come.
	 */
	static final int HOLES = 1_024;

	/**
	 * Longer ones are not remembered: nobody's memory is to be filled with them.
	 */
	private static final int LONGEST_ID = 512;

	private final Map<Publisher, Heard> heard = new Latest<>();

	/**
	 * The ids of signals without numbers: those of peers that are none of ours.
	 */
	private final Map<UnnumberedSignal, Boolean> unnumbered = new Latest<>();

	private @Nullable Long startNanos;

	/**
	 * A signal is heard.
	 * @param channel the channel's name
	 * @param publisherId whose it is
	 * @param extension its extension
	 * @param nowNanos the time
	 * @return what to make of it
	 */
	Arrival hear(String channel, String publisherId, @Nullable SignalExtension extension, long nowNanos) {
		if (extension == null || publisherId.length() > LONGEST_ID
				|| (extension.sequence() < 0 && extension.sentMillis() < 0 && extension.id() == null)) {
			return Arrival.UNNUMBERED;
		}
		Publisher key = new Publisher(channel, publisherId);
		Heard publisher = this.heard.computeIfAbsent(key, (added) -> new Heard());
		if (this.startNanos == null) {
			this.startNanos = nowNanos;
		}
		Long deadlineNanos = publisher.deadline(extension, nowNanos, (nowNanos - this.startNanos) / 1_000_000);
		if (extension.sequence() < 0) {
			return new Arrival(repeats(key, extension.id()) ? Order.REPEATED : Order.NEXT, 0, deadlineNanos);
		}
		return publisher.hear(extension.sequence(), deadlineNanos);
	}

	private boolean repeats(Publisher publisher, @Nullable String id) {
		return id != null && id.length() <= LONGEST_ID
				&& this.unnumbered.put(new UnnumberedSignal(publisher, id), Boolean.TRUE) != null;
	}

	/**
	 * Whether a publisher has sent signals with extensions, of which it remembers the
	 * latest publishers.
	 * @param channel the channel's name
	 * @param publisherId the publisher's id
	 * @return {@code false} also for one that it has forgotten
	 */
	boolean supportsExtensions(String channel, String publisherId) {
		return this.heard.get(new Publisher(channel, publisherId)) != null;
	}

	/**
	 * How many publishers are remembered.
	 * @return the number
	 */
	int size() {
		return this.heard.size();
	}

	/**
	 * How a signal comes after those that were heard.
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
	 * What to make of a signal.
	 *
	 * @param order how it comes after those that were heard
	 * @param missed how many between them and this one were not
	 * @param deadlineNanos until when its publisher awaits answers; {@code null} if that
	 * is not known
	 */
	record Arrival(Order order, long missed, @Nullable Long deadlineNanos) {

		static final Arrival UNNUMBERED = new Arrival(Order.NEXT, 0, null);

	}

	private record Publisher(String channel, String id) {
	}

	private record UnnumberedSignal(Publisher publisher, String id) {
	}

	/**
	 * Keeps what was used last.
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

	private static final class Heard {

		private static final long A_DAY_MILLIS = 86_400_000;

		private final ClockOffset offset = new ClockOffset();

		private long last = SignalExtension.NONE;

		/**
		 * Which of the last numbers were heard, one bit each; none as long as all were.
		 */
		private long @Nullable [] heard;

		Arrival hear(long sequence, @Nullable Long deadlineNanos) {
			if (sequence <= this.last) {
				boolean late = this.heard != null && this.last - sequence < HOLES && !mark(this.heard, sequence);
				return new Arrival(late ? Order.OVERTAKEN : Order.REPEATED, 0, deadlineNanos);
			}
			// Who is heard for the first time may have said more before.
			long missed = (this.last < 0) ? 0 : sequence - this.last - 1;
			if (missed > 0 && this.heard == null) {
				this.heard = new long[HOLES / Long.SIZE];
				Arrays.fill(this.heard, -1);
			}
			if (this.heard != null) {
				for (long hole = Math.max(this.last + 1, sequence - HOLES + 1); hole < sequence; hole++) {
					this.heard[word(hole)] &= ~(1L << hole);
				}
				mark(this.heard, sequence);
			}
			this.last = sequence;
			return new Arrival(Order.NEXT, missed, deadlineNanos);
		}

		private static int word(long sequence) {
			return (int) (sequence / Long.SIZE % (HOLES / Long.SIZE));
		}

		private static boolean mark(long[] heard, long sequence) {
			int word = word(sequence);
			boolean before = (heard[word] & (1L << sequence)) != 0;
			heard[word] |= 1L << sequence;
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
			// A day is as good as for ever, and can't overflow.
			long leftMillis = Math.min(extension.timeoutMillis(), A_DAY_MILLIS) - lateMillis;
			return nowNanos + leftMillis * 1_000_000;
		}

	}

	/**
	 * How much later than others a message comes that carries the sender's time. The two
	 * clocks start anywhere, and drift: the smallest difference of the last minutes is
	 * taken for the way that a message has when nothing delays it.
	 */
	static final class ClockOffset {

		private static final long PERIOD_MILLIS = 30_000;

		/**
		 * No clock is so far from another, and no difference of such overflows.
		 */
		private static final long LONGEST_MILLIS = Long.MAX_VALUE / 4;

		private long previous = Long.MAX_VALUE;

		private long current = Long.MAX_VALUE;

		private long periodEnds = Long.MIN_VALUE;

		/**
		 * A message came.
		 * @param sentMillis when it was sent, by the sender's clock
		 * @param nowMillis the time, by our own
		 * @return how many milliseconds it was under way beyond what others are
		 */
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
