package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;

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

	private static final byte[] VERSION = key(FieldNames.VERSION);

	private static final byte[] KEY = key(FieldNames.KEY);

	private static final byte[] SIGNED_AT = key(FieldNames.SIGNED_AT);

	private static final byte[] SIGNATURE = key(FieldNames.SIGNATURE);

	// Any number of these digits fits.
	private static final int INT_DIGITS = 9;

	private static final int LONG_DIGITS = 18;

	private static final int LONGEST_RECENT = 32;

	private static final byte[] NOTHING = {};

	private final StringCache strings;

	private byte[] json = NOTHING;

	private int at;

	private int end;

	private boolean failed;

	private final Usual key = new Usual();

	private @Nullable Signature signature;

	JsonScanner(StringCache strings) {
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

	// Where the message ends that was read.
	final int end() {
		return this.at;
	}

	// Undefined if the form is not as expected.
	abstract M read();

	static byte[] key(String name) {
		return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
	}

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

	private boolean isKey(byte[] key, int from) {
		int end = from + key.length;
		return end <= this.end && AsciiBytes.same(key, this.json, from, end);
	}

	final void comma() {
		expect(',');
		space();
	}

	final void expect(byte[] key) {
		if (!skip(key)) {
			this.failed = true;
		}
	}

	final boolean skip(byte[] key) {
		if (!isKey(key, this.at)) {
			return false;
		}
		this.at += key.length;
		space();
		return true;
	}

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
		Entry expected = usual.entry;
		int end = start + expected.bytes().length;
		if (end < this.end && this.json[end] == '"' && expected.is(this.json, start, end)) {
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

	// One that may be a recent one, such as the id of a signal. The length of the array
	// is a power of two.
	final String text(@Nullable String[] recent) {
		expect('"');
		int start = this.at;
		int end = textEnd();
		if (end < 0) {
			return "";
		}
		int slot = 0;
		for (int i = start; i < end; i++) {
			slot = slot * 10 + this.json[i];
		}
		slot &= recent.length - 1;
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
		expect('"');
		int start = this.at;
		int end = textEnd();
		return (end < 0) ? "" : StringCache.string(this.json, start, end);
	}

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

		private Entry entry = new Entry(NOTHING, "");

	}

	final void version() {
		expect(VERSION);
		if (integer() != FieldNames.EXTENSION_VERSION) {
			fail();
		}
	}

	// Reads the signature, if there is one.
	final void signature() {
		if (!skipNext(KEY)) {
			return;
		}
		String key = text(this.key);
		comma();
		expect(SIGNED_AT);
		long time = longInteger();
		comma();
		expect(SIGNATURE);
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
