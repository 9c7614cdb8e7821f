package io.github.statesignals.wire;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The JSON of strings that are written again and again, such as ids and events: made
 * once. Keeps the last one for each of its places, so that it can't grow. Safe for use by
 * many threads, which may at worst make one twice.
 */
final class QuotedStrings {

	/**
	 * Longer ones are not worth their memory.
	 */
	private static final int LONGEST = 128;

	private static final int PLACES = 1_024;

	private final @Nullable Quoted[] places = new @Nullable Quoted[PLACES];

	/**
	 * The JSON of a string, if it is known.
	 * @param text the string
	 * @return the JSON, which must not be changed, or {@code null}
	 */
	byte @Nullable [] find(String text) {
		Quoted known = this.places[place(text)];
		return (known != null && known.text.equals(text)) ? known.json : null;
	}

	/**
	 * Keep the JSON of a string, unless that is long.
	 * @param text the string
	 * @param bytes where the JSON is
	 * @param start where it starts
	 * @param end where it ends
	 */
	void keep(String text, byte[] bytes, int start, int end) {
		if (text.length() <= LONGEST) {
			this.places[place(text)] = new Quoted(text, Arrays.copyOfRange(bytes, start, end));
		}
	}

	private static int place(String text) {
		int hash = text.hashCode();
		return (hash ^ hash >>> 16) & PLACES - 1;
	}

	private record Quoted(String text, byte[] json) {
	}

}
