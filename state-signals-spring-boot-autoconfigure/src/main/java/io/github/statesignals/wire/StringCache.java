package io.github.statesignals.wire;

import java.util.Arrays;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Caches strings that recur, such as ids and events, or objects made of them. Two slots
 * hold the last ones with their hash, so that no sender can make the cache grow. Safe for
 * use by many threads, which may at worst make one twice.
 */
final class StringCache<V> {

	// Longer ones are not worth their memory.
	static final int LONGEST = 128;

	private final @Nullable Entry<V>[] entries;

	// Their high bits are the best.
	private final int hashShift;

	private final Function<String, V> maker;

	@SuppressWarnings("unchecked")
	StringCache(int slotBits, Function<String, V> maker) {
		this.entries = (@Nullable Entry<V>[]) new @Nullable Entry<?>[1 << slotBits];
		this.hashShift = Long.SIZE - slotBits;
		this.maker = maker;
	}

	Entry<V> get(byte[] bytes, int start, int end) {
		int slot = (int) (AsciiBytes.hash(bytes, start, end) >>> this.hashShift);
		Entry<V> first = this.entries[slot];
		if (first != null && first.is(bytes, start, end)) {
			return first;
		}
		// Two of the same hash need not evict each other.
		Entry<V> second = this.entries[slot ^ 1];
		if (second != null && second.is(bytes, start, end)) {
			return second;
		}
		Entry<V> made = new Entry<>(Arrays.copyOfRange(bytes, start, end), make(bytes, start, end));
		this.entries[slot ^ 1] = first;
		this.entries[slot] = made;
		return made;
	}

	V make(byte[] bytes, int start, int end) {
		return this.maker.apply(string(bytes, start, end));
	}

	// ASCII needs no decoder.
	@SuppressWarnings("deprecation")
	static String string(byte[] bytes, int start, int end) {
		return new String(bytes, 0, start, end - start);
	}

	record Entry<V>(byte[] bytes, V value) {

		boolean is(byte[] others, int start, int end) {
			return AsciiBytes.same(this.bytes, others, start, end);
		}

	}

}
