package io.github.statesignals.sample;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Shortens text of peers for the page, which escapes it.
 */
final class PlainText {

	private static final int LONGEST = 160;

	private PlainText() {
	}

	static String shorten(@Nullable String text, String otherwise) {
		String plain = Objects.requireNonNullElse(text, otherwise);
		String start = (plain.length() > LONGEST) ? plain.substring(0, LONGEST - 1) + "…" : plain;
		// Control characters, and those that reverse the direction of the text after
		// them.
		return start.replaceAll("[\\p{Cc}\\p{Cf}]", " ");
	}

}
