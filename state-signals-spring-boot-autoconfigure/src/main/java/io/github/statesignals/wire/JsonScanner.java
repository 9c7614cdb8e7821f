package io.github.statesignals.wire;

import java.util.Arrays;

import io.github.statesignals.signing.Signature;
import io.github.statesignals.wire.StringCache.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON in the form that this project and the Python package write: keys in their
 * order, no space but one after a colon or a comma, strings of plain ASCII. Costs a
 * fraction of a parser. Any other form fails, and is left to the parser, which alone
 * decides whether it is malformed. Reusable, by one thread at a time.
 */
abstract class JsonScanner<M extends ReceivedMessage> {

	// Any number of these digits fits.
	private static final int INT_DIGITS = 9;

	private static final int LONG_DIGITS = 18;

	// Longer ones are not worth their memory.
	private static final int LONGEST_RECENT = 32;

	private static final byte[] NOTHING = {};

	private final StringCache<String> strings;

	private byte[] json = NOTHING;

	private int at;

	private int end;

	private boolean failed;

	private final Usual key = new Usual();

	private @Nullable Signature signature;

	JsonScanner(StringCache<String> strings) {
		this.strings = strings;
	}

	// Reads a message that ends before the limit, with the payload or its line. Returns
	// null where it takes a parser.
	final @Nullable M scan(byte[] json, int start, int limit) {
		this.json = json;
		this.at = start;
		this.end = limit;
		this.failed = false;
		this.signature = null;
		M message = read();
		this.json = NOTHING;
		return (!this.failed && (this.at == json.length || json[this.at] == '\n')) ? message : null;
	}

	// Undefined if the form is not as expected.
	abstract M read();

	// Reads a message of any form. A payload that has the problem is too large.
	abstract ReceivedMessage parse(byte[] json, @Nullable String problem);

	final void fail() {
		this.failed = true;
	}

	final void expect(char character) {
		if (!skip(character)) {
			this.failed = true;
		}
	}

	final boolean isNext(char character) {
		return this.at < this.end && this.json[this.at] == character;
	}

	final boolean skip(char character) {
		if (this.at < this.end && this.json[this.at] == character) {
			this.at++;
			return true;
		}
		return false;
	}

	// Python writes one.
	final void space() {
		skip(' ');
	}

	final void comma() {
		expect(',');
		space();
	}

	final void expect(byte[] name) {
		if (!skip(name)) {
			this.failed = true;
		}
	}

	// A name with its quotes, its colon and, unless it is the first, the comma before it.
	final boolean skip(byte[] name) {
		int end = this.at + name.length;
		if (end > this.end) {
			return false;
		}
		if (!AsciiBytes.same(name, this.json, this.at, end)) {
			return name[0] == ',' && skipSpaced(name);
		}
		this.at = end;
		space();
		return true;
	}

	// Skips the first bytes of a text, of which there are none until it is known.
	final boolean skip(byte[] text, int length) {
		int end = this.at + length;
		if (length == 0 || end > this.end || !Arrays.equals(text, 0, length, this.json, this.at, end)) {
			return false;
		}
		this.at = end;
		return true;
	}

	// Copies the bytes from the start to the position. Returns their number: 0 if
	// malformed, or too many.
	final int copy(int start, byte[] text) {
		int length = this.at - start;
		if (this.failed || length > text.length) {
			return 0;
		}
		System.arraycopy(this.json, start, text, 0, length);
		return length;
	}

	// After a message was read, its end.
	final int position() {
		return this.at;
	}

	private boolean skipSpaced(byte[] name) {
		int colon = this.at + name.length;
		if (colon >= this.end || this.json[this.at] != ',' || this.json[this.at + 1] != ' '
				|| !Arrays.equals(name, 1, name.length, this.json, this.at + 2, colon + 1)) {
			return false;
		}
		this.at = colon + 1;
		space();
		return true;
	}

	// One that is most often the one of the message before. Undefined if it can't be
	// read.
	final String text(Usual usual) {
		String text = string(usual);
		if (text.length() > Limits.TEXT_LENGTH) {
			fail();
		}
		return text;
	}

	// Of any length.
	final String string(Usual usual) {
		expect('"');
		int start = this.at;
		Entry<String> expected = usual.entry;
		int end = start + expected.bytes().length;
		if (end < this.end && this.json[end] == '"' && expected.is(this.json, start, end)) {
			this.at = end + 1;
			return expected.value();
		}
		end = stringEnd();
		if (end < 0) {
			return "";
		}
		if (end - start > StringCache.LONGEST) {
			return StringCache.string(this.json, start, end);
		}
		usual.entry = this.strings.get(this.json, start, end);
		return usual.entry.value();
	}

	// One that may be the one of the message before.
	final String text(@Nullable String[] recent, int slot) {
		int start = textStart();
		int end = textEnd();
		if (end < 0) {
			return "";
		}
		String known = recent[slot];
		if (known != null && isAt(known, start, end)) {
			return known;
		}
		String made = StringCache.string(this.json, start, end);
		if (made.length() <= LONGEST_RECENT) {
			recent[slot] = made;
		}
		return made;
	}

	// The value of one that may recur. Undefined if it can't be read.
	final <V> V text(StringCache<V> cache) {
		int start = textStart();
		int end = Math.max(textEnd(), start);
		return (end - start > StringCache.LONGEST) ? cache.make(this.json, start, end)
				: cache.get(this.json, start, end).value();
	}

	private int textStart() {
		expect('"');
		return this.at;
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

	// One that rarely recurs.
	final String text() {
		int start = textStart();
		int end = textEnd();
		return (end < 0) ? "" : StringCache.string(this.json, start, end);
	}

	// Moves past the string. Negative if it can't be read.
	private int textEnd() {
		int start = this.at;
		int end = stringEnd();
		if (end - start > Limits.TEXT_LENGTH) {
			this.failed = true;
			return -1;
		}
		return end;
	}

	// Moves past the string.
	private int stringEnd() {
		int end = AsciiBytes.plainEnd(this.json, this.at, this.end);
		if (end < this.end && this.json[end] == '"') {
			this.at = end + 1;
			return end;
		}
		this.failed = true;
		return -1;
	}

	static final class Usual {

		private Entry<String> entry = new Entry<>(NOTHING, "");

	}

	final void version() {
		expect(FieldBytes.FIRST_VERSION);
		if (integer() != FieldNames.EXTENSION_VERSION) {
			fail();
		}
	}

	// Reads the signature, if there is one.
	final void signature() {
		if (!skip(FieldBytes.KEY)) {
			return;
		}
		String key = text(this.key);
		expect(FieldBytes.SIGNED_AT);
		long time = positive();
		expect(FieldBytes.SIGNATURE);
		this.signature = new Signature(key, time, text(), null);
	}

	final @Nullable Signature takeSignature() {
		return this.signature;
	}

	final int integer() {
		return (int) number(INT_DIGITS);
	}

	final long longInteger() {
		return number(LONG_DIGITS);
	}

	// Negative numbers are left to the parser.
	final long positive() {
		long number = longInteger();
		if (number < 0) {
			fail();
		}
		return number;
	}

	private long number(int mostDigits) {
		boolean negative = skip('-');
		int start = this.at;
		int most = Math.min(start + mostDigits + 1, this.end);
		int end = start;
		long value = 0;
		while (end < most && this.json[end] >= '0' && this.json[end] <= '9') {
			value = value * 10 + (this.json[end++] - '0');
		}
		this.at = end;
		int digits = end - start;
		if (digits == 0 || digits > mostDigits || (digits > 1 && this.json[start] == '0')) {
			this.failed = true;
		}
		return negative ? -value : value;
	}

}
