package io.github.statesignals.signing;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * The signature of a message, as the message carries it.
 *
 * @param key the id of the key
 * @param time when the message was signed, in microseconds since 1970; no two messages
 * that one application signs have the same
 * @param value the HMAC-SHA256 of the message, in Base64 for URLs. It is computed of the
 * message with {@link #PLACEHOLDER} in its place
 * @param replayFor the responder for which a stored signal was stored again, if it was
 */
public record Signature(String key, long time, String value, @Nullable String replayFor) {

	public static final String MEMBER = "sig";

	private static final int LENGTH = 43;

	static final String PLACEHOLDER = "0".repeat(LENGTH);

	private static final String UNSIGNED = "\"" + MEMBER + "\":\"" + PLACEHOLDER + "\"";

	static byte[] bytes(String ascii) {
		return ascii.getBytes(StandardCharsets.ISO_8859_1);
	}

	// Where the value of a message goes that is to be signed. A text in front of it can't
	// look like it: its quotes are escaped.
	static int place(byte[] message) {
		int place = text(message).indexOf(UNSIGNED);
		if (place < 0) {
			throw new IllegalStateException("The message has no place for a signature");
		}
		return place + UNSIGNED.length() - LENGTH - 1;
	}

	// The position of the value, which the message must contain exactly once.
	int find(byte[] message) {
		String text = text(message);
		int place = (this.value.length() == LENGTH) ? text.indexOf(this.value) : -1;
		return (place == text.lastIndexOf(this.value)) ? place : -1;
	}

	// With one character for each byte.
	private static String text(byte[] message) {
		return new String(message, StandardCharsets.ISO_8859_1);
	}

}
