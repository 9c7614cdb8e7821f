package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON of strings that need no escape. Reports where one does, and then its output
 * is invalid. Reusable, by one thread at a time.
 */
final class AsciiJson {

	private static final int LONGEST_NUMBER = 19;

	private final QuotedStrings known;

	private final byte[] digits = new byte[LONGEST_NUMBER];

	private byte[] bytes;

	private int length;

	private boolean plain = true;

	AsciiJson(int capacity, QuotedStrings known) {
		this.bytes = new byte[capacity];
		this.known = known;
	}

	static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	AsciiJson raw(byte[] ascii) {
		ensure(ascii.length);
		System.arraycopy(ascii, 0, this.bytes, this.length, ascii.length);
		this.length += ascii.length;
		return this;
	}

	AsciiJson raw(char character) {
		ensure(1);
		this.bytes[this.length++] = (byte) character;
		return this;
	}

	AsciiJson recurring(String text) {
		byte[] json = this.known.find(text);
		if (json != null) {
			return raw(json);
		}
		int start = this.length;
		string(text);
		if (this.plain) {
			this.known.store(text, this.bytes, start, this.length);
		}
		return this;
	}

	AsciiJson string(String text) {
		int characters = text.length();
		ensure(characters + 2);
		this.bytes[this.length++] = '"';
		byte[] bytes = this.bytes;
		int at = this.length;
		boolean plain = true;
		for (int i = 0; i < characters; i++) {
			char character = text.charAt(i);
			plain &= character >= ' ' && character < 127 && character != '"' && character != '\\';
			bytes[at++] = (byte) character;
		}
		this.plain &= plain;
		this.length = at;
		this.bytes[this.length++] = '"';
		return this;
	}

	AsciiJson number(long number) {
		if (number < 0) {
			return raw(ascii(Long.toString(number)));
		}
		int at = LONGEST_NUMBER;
		long rest = number;
		do {
			this.digits[--at] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		while (rest > 0);
		int length = LONGEST_NUMBER - at;
		ensure(length);
		System.arraycopy(this.digits, at, this.bytes, this.length, length);
		this.length += length;
		return this;
	}

	boolean endsWith(char character) {
		return this.bytes[this.length - 1] == character;
	}

	private void ensure(int more) {
		if (this.length + more > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, this.length + more));
		}
	}

	int capacity() {
		return this.bytes.length;
	}

	void reset() {
		this.length = 0;
		this.plain = true;
	}

	// Notes a value that it can't write.
	void fail() {
		this.plain = false;
	}

	boolean isPlain() {
		return this.plain;
	}

	byte[] toBytes() {
		return Arrays.copyOf(this.bytes, this.length);
	}

}
