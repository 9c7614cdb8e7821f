package io.github.statesignals.wire;

import org.jspecify.annotations.Nullable;

final class ShortenedMessages {

	private ShortenedMessages() {
	}

	// Returns the beginning of a message, and a note of its full length; null if not even
	// the note fits. available: the bytes in JSON without quotes.
	static @Nullable String shorten(String message, long available) {
		String note = "\u2026 (shortened from " + message.length() + " characters)";
		long left = available - size(note);
		if (left < 0) {
			return null;
		}
		int end = 0;
		while (end < message.length() && left >= AsciiJson.size(message.charAt(end))) {
			left -= AsciiJson.size(message.charAt(end));
			end++;
		}
		if (end > 0 && end < message.length()
				&& Character.isSurrogatePair(message.charAt(end - 1), message.charAt(end))) {
			end--;
		}
		return message.substring(0, end) + note;
	}

	private static long size(String text) {
		return text.chars().mapToLong((character) -> AsciiJson.size((char) character)).sum();
	}

}
