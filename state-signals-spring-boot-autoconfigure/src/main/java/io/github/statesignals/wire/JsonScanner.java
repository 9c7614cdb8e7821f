package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.statesignals.wire.StringCache.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that looks as this project and the Python package write it: keys in their
 * order, no space but one after a colon or a comma, strings of plain ASCII. Costs a
 * fraction of a parser. Whatever looks otherwise fails, and is left to the parser, which
 * alone judges what is malformed. May be used again, by one thread at a time.
 */
abstract class JsonScanner {

	/**
	 * So many digits fit into an integer, whatever they are.
	 */
	private static final byte[] VERSION = key("v");

	private static final int INT_DIGITS = 9;

	/**
	 * So many digits fit into a long, whatever they are.
	 */
	private static final int LONG_DIGITS = 18;

	private static final byte[] NOTHING = {};

	private final StringCache strings;

	private byte[] json = NOTHING;

	private int length;

	private int at;

	private boolean failed;

	/**
	 * Create a scanner.
	 * @param strings makes its strings
	 */
	JsonScanner(StringCache strings) {
		this.strings = strings;
	}

	/**
	 * Read something else.
	 * @param json holds the JSON
	 * @param length how many bytes it has
	 */
	final void reset(byte[] json, int length) {
		this.json = json;
		this.length = length;
		this.at = 0;
		this.failed = false;
	}

	/**
	 * Keep nothing of what was read.
	 */
	final void release() {
		reset(NOTHING, 0);
	}

	static byte[] key(String name) {
		return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Whether all was as it has to be, and nothing is left.
	 * @return {@code false} if what was read is no good
	 */
	final boolean isComplete() {
		return !this.failed && this.at == this.length;
	}

	final void fail() {
		this.failed = true;
	}

	final void expect(char character) {
		if (!skip(character)) {
			this.failed = true;
		}
	}

	/**
	 * Move past a character, or not at all.
	 * @param character the character
	 * @return whether it was there
	 */
	final boolean skip(char character) {
		if (this.at < this.length && this.json[this.at] == character) {
			this.at++;
			return true;
		}
		return false;
	}

	// Python writes one.
	private void space() {
		skip(' ');
	}

	private boolean isKey(byte[] key, int from) {
		return from + key.length <= this.length
				&& Arrays.equals(key, 0, key.length, this.json, from, from + key.length);
	}

	final void comma() {
		expect(',');
		space();
	}

	/**
	 * Move past a key, which has to be there.
	 * @param key the key
	 */
	final void expect(byte[] key) {
		if (!skip(key)) {
			this.failed = true;
		}
	}

	/**
	 * Move past a key, or not at all.
	 * @param key the key
	 * @return whether it was there
	 */
	final boolean skip(byte[] key) {
		if (!isKey(key, this.at)) {
			return false;
		}
		this.at += key.length;
		space();
		return true;
	}

	/**
	 * Move past a comma and a key, or not at all.
	 * @param key the key
	 * @return whether they were there
	 */
	final boolean skipNext(byte[] key) {
		int before = this.at;
		if (skip(',')) {
			space();
			if (skip(key)) {
				return true;
			}
		}
		this.at = before;
		return false;
	}

	/**
	 * Read a string that most often is the one that was read there before.
	 * @param usual the place
	 * @return the string; anything if that failed
	 */
	final String string(Usual usual) {
		expect('"');
		int start = this.at;
		Entry expected = usual.entry;
		int end = start + expected.bytes().length;
		if (end < this.length && this.json[end] == '"' && expected.is(this.json, start, end)) {
			this.at = end + 1;
			return expected.string();
		}
		end = stringEnd();
		if (end < 0) {
			return "";
		}
		if (end - start > StringCache.LONGEST) {
			return StringCache.string(this.json, start, end);
		}
		usual.entry = this.strings.get(this.json, start, end);
		return usual.entry.string();
	}

	/**
	 * Read a string that may be one of the last, as a number that counts up is.
	 * @param recent the last ones, as many as a power of two
	 * @return the string; anything if that failed
	 */
	final String string(@Nullable String[] recent) {
		expect('"');
		int start = this.at;
		int end = stringEnd();
		if (end < 0) {
			return "";
		}
		int place = 0;
		for (int i = start; i < end; i++) {
			place = place * 10 + this.json[i];
		}
		place &= recent.length - 1;
		String known = recent[place];
		if (known != null && isAt(known, start, end)) {
			return known;
		}
		String made = StringCache.string(this.json, start, end);
		if (made.length() <= LONG_DIGITS) {
			recent[place] = made;
		}
		return made;
	}

	private boolean isAt(String text, int start, int end) {
		if (text.length() != end - start) {
			return false;
		}
		for (int i = start; i < end; i++) {
			if (text.charAt(i - start) != this.json[i]) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Read a string that hardly comes again.
	 * @return the string; anything if that failed
	 */
	final String string() {
		expect('"');
		int start = this.at;
		int end = stringEnd();
		return (end < 0) ? "" : StringCache.string(this.json, start, end);
	}

	// Moves past the string.
	private int stringEnd() {
		int end = this.at;
		while (end < this.length) {
			byte next = this.json[end];
			if (next == '"') {
				this.at = end + 1;
				return end;
			}
			if (next < ' ' || next == '\\') {
				// Also what is not ASCII, which is negative.
				break;
			}
			end++;
		}
		this.failed = true;
		return -1;
	}

	/**
	 * A place for strings: remembers the one that was there last.
	 */
	static final class Usual {

		private Entry entry = new Entry(NOTHING, "");

	}

	/**
	 * Moves past the version of an extension. Another one than this project's takes a
	 * parser.
	 */
	final void version() {
		expect(VERSION);
		if (integer() != SignalCodec.EXTENSION_VERSION) {
			fail();
		}
	}

	/**
	 * Read an integer.
	 * @return its value; anything if that failed
	 */
	final int integer() {
		return (int) number(INT_DIGITS);
	}

	/**
	 * Read a long integer.
	 * @return its value; anything if that failed
	 */
	final long longInteger() {
		return number(LONG_DIGITS);
	}

	private long number(int mostDigits) {
		boolean negative = skip('-');
		int start = this.at;
		long value = 0;
		while (this.at < this.length && this.json[this.at] >= '0' && this.json[this.at] <= '9'
				&& this.at - start <= mostDigits) {
			value = value * 10 + (this.json[this.at++] - '0');
		}
		int digits = this.at - start;
		if (digits == 0 || digits > mostDigits || (digits > 1 && this.json[start] == '0')) {
			this.failed = true;
		}
		return negative ? -value : value;
	}

}
