package io.github.statesignals.wire;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Caches strings that recur, such as ids and events. Two slots hold the last ones with
 * their hash, so that no sender can make the cache grow. Safe for use by many threads,
 * which may at worst make one twice.
 */
final class StringCache {

	private static final int SLOT_BITS = 12;

	// Longer ones are not worth their memory.
	static final int LONGEST = 128;

	private final @Nullable Entry[] entries = new @Nullable Entry[1 << SLOT_BITS];

	Entry get(byte[] bytes, int start, int end) {
		int slot = (int) (AsciiBytes.hash(bytes, start, end) >>> Long.SIZE - SLOT_BITS);
		Entry first = this.entries[slot];
		if (first != null && first.is(bytes, start, end)) {
			return first;
		}
		// Two of the same hash need not evict each other.
		Entry second = this.entries[slot ^ 1];
		if (second != null && second.is(bytes, start, end)) {
			return second;
		}
		Entry made = new Entry(Arrays.copyOfRange(bytes, start, end), string(bytes, start, end));
		this.entries[slot ^ 1] = first;
		this.entries[slot] = made;
		return made;
	}

	// ASCII needs no decoder.
	@SuppressWarnings("deprecation")
	static String string(byte[] bytes, int start, int end) {
		return new String(bytes, 0, start, end - start);
	}

	record Entry(byte[] bytes, String string) {

		boolean is(byte[] others, int start, int end) {
			return AsciiBytes.same(this.bytes, others, start, end);
		}

	}

}
