package io.github.statesignals.signing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes stored signals that were stored again. A publisher signs its signals in the
 * order in which they are stored: a later position in the stream has a later time. A
 * signal that is delivered again has the position that it had. Safe for use by many
 * threads.
 */
final class StoredOrder {

	// The publishers that are stored for responders. One that was not read for long is
	// removed: any number of them may have published.
	private static final int PUBLISHERS = 10_000;

	@GuardedBy("this")
	private final Map<Source, StoredSignal> last = new Latest<>();

	@GuardedBy("this")
	private final Map<Replay, Position> replays = new Latest<>();

	private final long tolerance;

	StoredOrder(long tolerance) {
		this.tolerance = tolerance;
	}

	// Takes a signal whose signature is valid. Returns the reason why it is refused.
	synchronized @Nullable String check(Source source, long time, Position position) {
		StoredSignal before = this.last.get(source);
		// A later signal is never a copy. Its position is earlier if Redis has lost the
		// stream, and its clock is behind.
		if (before == null || time > before.time) {
			this.last.put(source, new StoredSignal(time, position));
			return null;
		}
		return (Long.compare(time, before.time) == Integer.signum(position.compareTo(before.position))) ? null
				: "it is stored again, or not in the order of its publisher";
	}

	// Takes a signal that was stored again on purpose.
	synchronized @Nullable String checkReplay(Source source, long time, Position position) {
		if (position.millis < 0 || Math.abs(TimeUnit.MILLISECONDS.toMicros(position.millis) - time) > this.tolerance) {
			return "it was signed at another time than it was stored. Synchronize the clocks of Redis and of the application that replays";
		}
		Position before = this.replays.putIfAbsent(new Replay(source, time), position);
		return (before == null || before.equals(position)) ? null : "it is stored again";
	}

	// A publisher, as far as one responder reads its signals that have the same key.
	record Source(String channel, String responder, String publisher, String key) {
	}

	// A position in a stream. Its numbers have no sign.
	record Position(long millis, long sequence, int number) implements Comparable<Position> {

		static Position of(String entry, int number) {
			int dash = entry.indexOf('-');
			return new Position(Long.parseUnsignedLong(entry, 0, dash, 10),
					Long.parseUnsignedLong(entry, dash + 1, entry.length(), 10), number);
		}

		@Override
		public int compareTo(Position other) {
			int order = Long.compareUnsigned(this.millis, other.millis);
			order = (order != 0) ? order : Long.compareUnsigned(this.sequence, other.sequence);
			return (order != 0) ? order : Integer.compare(this.number, other.number);
		}

	}

	private record StoredSignal(long time, Position position) {
	}

	private record Replay(Source source, long time) {
	}

	// Stores the entries that were used last.
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

}
