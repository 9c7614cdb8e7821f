package io.github.statesignals.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Compares and searches ASCII, eight bytes at a time: the loops over single bytes took
 * half of the time of reading a message. The ranges must lie within their arrays.
 */
final class AsciiBytes {

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

	private static final long ONES = 0x0101010101010101L;

	private static final long HIGH_BITS = 0x80 * ONES;

	private static final long SPACES = ' ' * ONES;

	private static final long QUOTES = '"' * ONES;

	private static final long BACKSLASHES = '\\' * ONES;

	// Any odd number with its bits in disorder.
	private static final long MIX = 0x9E3779B97F4A7C15L;

	private AsciiBytes() {
	}

	static boolean same(byte[] bytes, byte[] others, int start, int end) {
		int length = end - start;
		if (bytes.length != length) {
			return false;
		}
		// The last word overlaps the one before.
		if (length >= Long.BYTES) {
			int last = length - Long.BYTES;
			for (int at = 0; at < last; at += Long.BYTES) {
				if ((long) LONGS.get(bytes, at) != (long) LONGS.get(others, start + at)) {
					return false;
				}
			}
			return (long) LONGS.get(bytes, last) == (long) LONGS.get(others, end - Long.BYTES);
		}
		if (length >= Integer.BYTES) {
			return (int) INTS.get(bytes, 0) == (int) INTS.get(others, start)
					&& (int) INTS.get(bytes, length - Integer.BYTES) == (int) INTS.get(others, end - Integer.BYTES);
		}
		for (int at = 0; at < length; at++) {
			if (bytes[at] != others[start + at]) {
				return false;
			}
		}
		return true;
	}

	// The first byte that no string has without an escape, or that is not ASCII.
	static int plainEnd(byte[] bytes, int start, int end) {
		int at = start;
		for (; at <= end - Long.BYTES; at += Long.BYTES) {
			long word = (long) LONGS.get(bytes, at);
			long quote = word ^ QUOTES;
			long backslash = word ^ BACKSLASHES;
			// The high bit of each such byte; above the first, of others too.
			long found = ((quote - ONES & ~quote) | (backslash - ONES & ~backslash) | word - SPACES | word) & HIGH_BITS;
			if (found != 0) {
				return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
			}
		}
		while (at < end && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
			at++;
		}
		return at;
	}

	// Its high bits are the best.
	static long hash(byte[] bytes, int start, int end) {
		long hash = end - start;
		int at = start;
		for (; at <= end - Long.BYTES; at += Long.BYTES) {
			hash = (hash ^ (long) LONGS.get(bytes, at)) * MIX;
			hash ^= hash >>> 32;
		}
		if (at < end && end - start > Long.BYTES) {
			// Overlaps the word before.
			return (hash ^ (long) LONGS.get(bytes, end - Long.BYTES)) * MIX;
		}
		for (; at < end; at++) {
			hash = 31 * hash + bytes[at];
		}
		return hash * MIX;
	}

}
