package io.github.statesignals.wire;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Caches the JSON of strings that recur, such as ids and events. Each slot holds the last
 * one, so that the cache can't grow. Safe for use by many threads, which may at worst
 * make one twice.
 */
final class QuotedStrings {

	// Longer ones are not worth their memory.
	private static final int LONGEST = 128;

	private static final int SLOTS = 1_024;

	private final @Nullable Quoted[] slots = new @Nullable Quoted[SLOTS];

	// Must not be changed.
	byte @Nullable [] find(String text) {
		Quoted known = this.slots[slot(text)];
		return (known != null && known.text.equals(text)) ? known.json : null;
	}

	void store(String text, byte[] bytes, int start, int end) {
		if (text.length() <= LONGEST) {
			this.slots[slot(text)] = new Quoted(text, Arrays.copyOfRange(bytes, start, end));
		}
	}

	private static int slot(String text) {
		int hash = text.hashCode();
		return (hash ^ hash >>> 16) & SLOTS - 1;
	}

	private record Quoted(String text, byte[] json) {

	}

}
