package io.github.statesignals.redis;

import org.jspecify.annotations.Nullable;

/**
 * Strings that come again and again, such as ids and events: made once. Keeps the last
 * one for each of its places, so that no sender can make it grow. Safe for use by many
 * threads, which may at worst make one twice.
 */
final class StringCache {

	private static final int PLACES = 4_096;

	/**
	 * Longer ones are not worth it.
	 */
	private static final int LONGEST = 128;

	private final @Nullable String[] strings = new @Nullable String[PLACES];

	/**
	 * The string of some ASCII characters.
	 * @param bytes where they are
	 * @param start where they start
	 * @param end where they end
	 * @return the string
	 */
	@SuppressWarnings("deprecation")
	String get(byte[] bytes, int start, int end) {
		int length = end - start;
		if (length > LONGEST) {
			return new String(bytes, 0, start, length);
		}
		int hash = length;
		for (int i = start; i < end; i++) {
			hash = 31 * hash + bytes[i];
		}
		int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
		String cached = this.strings[place];
		if (cached != null && isSame(cached, bytes, start, length)) {
			return cached;
		}
		// ASCII needs no decoder.
		String made = new String(bytes, 0, start, length);
		this.strings[place] = made;
		return made;
	}

	private static boolean isSame(String cached, byte[] bytes, int start, int length) {
		if (cached.length() != length) {
			return false;
		}
		for (int i = 0; i < length; i++) {
			if (cached.charAt(i) != bytes[start + i]) {
				return false;
			}
		}
		return true;
	}

}
