package io.github.statesignals.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the memory that a signal takes on a 64-bit JVM. The size of its JSON is no
 * measure: one megabyte of empty objects takes 20 in memory.
 */
public final class SignalSize {

	// The signal, its extension, its delivery and its place in a queue.
	private static final int ENVELOPE = 600;

	private static final int TEXT = 40;

	private static final int MAP = 56;

	private static final int TABLE = 80;

	private static final int ENTRY = 52;

	private static final int LIST = 24;

	private static final int ARRAY = 56;

	private static final int REFERENCE = 6;

	private static final int NUMBER = 24;

	private static final int BIG_NUMBER = 120;

	private SignalSize() {
	}

	// An estimate, rather too large.
	public static long of(Signal signal, Map<String, String> trace) {
		long texts = (long) signal.publisherId().length() + signal.processName().length() + signal.event().length()
				+ signal.runnerHost().length() + signal.tag().length();
		return ENVELOPE + 2 * texts + (signal.metadata().isEmpty() ? 0 : of(signal.metadata()))
				+ (trace.isEmpty() ? 0 : of(trace));
	}

	private static long of(@Nullable Object value) {
		// The check of a class is faster than that of an interface.
		if (value instanceof String text) {
			return TEXT + 2L * text.length();
		}
		if (value instanceof Number number) {
			return of(number);
		}
		if (value instanceof Map<?, ?> map) {
			return of(map);
		}
		if (value instanceof Collection<?> values) {
			long size = LIST + (values.isEmpty() ? 0 : ARRAY);
			for (Object element : values) {
				size += REFERENCE + of(element);
			}
			return size;
		}
		return (value instanceof CharSequence text) ? TEXT + 2L * text.length() : 0;
	}

	private static long of(Map<?, ?> map) {
		long size = MAP + (map.isEmpty() ? 0 : TABLE);
		for (Map.Entry<?, ?> entry : map.entrySet()) {
			size += ENTRY + of(entry.getKey()) + of(entry.getValue());
		}
		return size;
	}

	private static long of(Number number) {
		if (number instanceof BigInteger integer) {
			return BIG_NUMBER + integer.bitLength() / Byte.SIZE;
		}
		return (number instanceof BigDecimal decimal) ? BIG_NUMBER + decimal.unscaledValue().bitLength() / Byte.SIZE
				: NUMBER;
	}

}
