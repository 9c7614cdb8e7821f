package io.github.statesignals.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Strings that come again and again, such as ids and events: made once. Keeps the last
 * ones for each of its places, so that no sender can make it grow. Safe for use by many
 * threads, which may at worst make one twice.
 */
final class StringCache {

	private static final int PLACES = 4_096;

	/**
	 * Longer ones are not worth it, nor their memory.
	 */
	static final int LONGEST = 128;

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	/**
	 * Any odd number with its bits in disorder.
	 */
	private static final long MIX = 0x9E3779B97F4A7C15L;

	private final @Nullable Entry[] entries = new @Nullable Entry[PLACES];

	/**
	 * The string of some ASCII characters.
	 * @param bytes where they are
	 * @param start where they start
	 * @param end where they end, at the most {@link #LONGEST} later
	 * @return the string, and its characters
	 */
	Entry get(byte[] bytes, int start, int end) {
		int place = place(bytes, start, end);
		Entry first = this.entries[place];
		if (first != null && first.is(bytes, start, end)) {
			return first;
		}
		// Two that share a place need not drive each other out.
		Entry second = this.entries[place ^ 1];
		if (second != null && second.is(bytes, start, end)) {
			return second;
		}
		Entry made = new Entry(Arrays.copyOfRange(bytes, start, end), string(bytes, start, end));
		this.entries[place ^ 1] = first;
		this.entries[place] = made;
		return made;
	}

	/**
	 * Make a string of some ASCII characters.
	 * @param bytes where they are
	 * @param start where they start
	 * @param end where they end
	 * @return the string
	 */
	// ASCII needs no decoder.
	@SuppressWarnings("deprecation")
	static String string(byte[] bytes, int start, int end) {
		return new String(bytes, 0, start, end - start);
	}

	private static int place(byte[] bytes, int start, int end) {
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

	/**
	 * A string and its characters, which are compared many at a time.
	 *
	 * @param bytes the characters
	 * @param string the string
	 */
	record Entry(byte[] bytes, String string) {

		boolean is(byte[] others, int start, int end) {
			return Arrays.equals(this.bytes, 0, this.bytes.length, others, start, end);
		}

	}

}
