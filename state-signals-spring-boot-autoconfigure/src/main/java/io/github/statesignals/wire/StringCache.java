package io.github.statesignals.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Caches strings that recur, such as ids and events. Two slots hold the last ones with
 * their hash, so that no sender can make the cache grow. Safe for use by many threads,
 * which may at worst make one twice.
 */
final class StringCache {

	private static final int SLOTS = 4_096;

	// Longer ones are not worth their memory.
	static final int LONGEST = 128;

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	// Any odd number with its bits in disorder.
	private static final long MIX = 0x9E3779B97F4A7C15L;

	private final @Nullable Entry[] entries = new @Nullable Entry[SLOTS];

	Entry get(byte[] bytes, int start, int end) {
		int slot = slot(bytes, start, end);
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

	private static int slot(byte[] bytes, int start, int end) {
		long hash = end - start;
		int at = start;
		for (; at + Long.BYTES <= end; at += Long.BYTES) {
			hash = (hash ^ (long) LONGS.get(bytes, at)) * MIX;
			hash ^= hash >>> 32;
		}
		for (; at < end; at++) {
			hash = 31 * hash + bytes[at];
		}
		hash *= MIX;
		return (int) (hash >>> 52);
	}

	record Entry(byte[] bytes, String string) {

		boolean is(byte[] others, int start, int end) {
			return Arrays.equals(this.bytes, 0, this.bytes.length, others, start, end);
		}

	}

}
