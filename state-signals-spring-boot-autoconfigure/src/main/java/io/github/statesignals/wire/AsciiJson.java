package io.github.statesignals.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes JSON in ASCII, as Python does; so half a surrogate pair, which UTF-8 can't
 * carry, survives. Reusable, by one thread at a time.
 */
final class AsciiJson {

	private static final int LONGEST_NUMBER = 19;

	private static final String ESCAPED = "\"\\\b\t\n\f\r";

	private static final String ESCAPES = "\"\\btnfr";

	private static final String HEX = "0123456789ABCDEF";

	private final QuotedStrings known;

	private final byte[] digits = new byte[LONGEST_NUMBER];

	private byte[] bytes;

	private int length;

	private int depth;

	AsciiJson(int capacity, QuotedStrings known) {
		this.bytes = new byte[capacity];
		this.known = known;
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

	AsciiJson optional(byte[] key, @Nullable String text) {
		return (text != null) ? raw(key).string(text) : this;
	}

	AsciiJson entry(String name) {
		return next('{').recurring(name).raw(':');
	}

	// A comma, unless this is the first.
	AsciiJson next(char start) {
		return (this.bytes[this.length - 1] == start) ? this : raw(',');
	}

	AsciiJson recurring(String text) {
		byte[] json = this.known.find(text);
		if (json != null) {
			return raw(json);
		}
		int start = this.length;
		string(text);
		this.known.store(text, this.bytes, start, this.length);
		return this;
	}

	// Whether it is written without an escape.
	static boolean isPlain(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isPlain(text.charAt(i))) {
				return false;
			}
		}
		return true;
	}

	private static boolean isPlain(char character) {
		return character >= ' ' && character < 128 && character != '"' && character != '\\';
	}

	// The bytes of a character in a string.
	static int size(char character) {
		return isPlain(character) ? 1 : (ESCAPED.indexOf(character) >= 0) ? 2 : 6;
	}

	AsciiJson string(String text) {
		int characters = text.length();
		ensure(characters + 2);
		int start = this.length;
		this.bytes[this.length++] = '"';
		byte[] bytes = this.bytes;
		int at = this.length;
		boolean plain = true;
		for (int i = 0; i < characters; i++) {
			char character = text.charAt(i);
			plain &= isPlain(character);
			bytes[at++] = (byte) character;
		}
		if (!plain) {
			this.length = start;
			return escaped(text);
		}
		this.length = at;
		this.bytes[this.length++] = '"';
		return this;
	}

	private AsciiJson escaped(String text) {
		raw('"');
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			int escape = ESCAPED.indexOf(character);
			if (escape >= 0) {
				raw('\\').raw(ESCAPES.charAt(escape));
			}
			else if (character >= ' ' && character < 128) {
				raw(character);
			}
			else {
				raw('\\').raw('u');
				for (int shift = 12; shift >= 0; shift -= 4) {
					raw(HEX.charAt(character >> shift & 15));
				}
			}
		}
		return raw('"');
	}

	AsciiJson value(@Nullable Object value) {
		if (value instanceof String text) {
			return string(text);
		}
		if (value instanceof Integer || value instanceof Long) {
			return number(((Number) value).longValue());
		}
		if (value == null || value instanceof Boolean) {
			return raw(FieldBytes.ascii(String.valueOf(value)));
		}
		if (value instanceof BigDecimal number) {
			return raw(FieldBytes.ascii(JsonNumbers.write(number)));
		}
		if (value instanceof BigInteger number) {
			return raw(FieldBytes.ascii(JsonNumbers.write(number)));
		}
		return (value instanceof Map || value instanceof Iterable) ? nested(value)
				: raw(Others.mapper.writeValueAsBytes(value));
	}

	private AsciiJson nested(Object value) {
		if (++this.depth > Limits.NESTING_DEPTH) {
			throw new IllegalArgumentException(Limits.TOO_DEEP);
		}
		if (value instanceof Map<?, ?> map) {
			raw('{');
			map.forEach((key, nested) -> entry(String.valueOf(key)).value(nested));
			raw('}');
		}
		else {
			raw('[');
			((Iterable<?>) value).forEach((nested) -> next('[').value(nested));
			raw(']');
		}
		this.depth--;
		return this;
	}

	AsciiJson number(long number) {
		if (number < 0) {
			return raw(FieldBytes.ascii(Long.toString(number)));
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
	}

	byte[] toBytes() {
		return Arrays.copyOf(this.bytes, this.length);
	}

	/**
	 * For doubles, with the same digits on every JDK, and values that JSON has no type
	 * for. Created when there is one.
	 */
	private static final class Others {

		static final JsonMapper mapper = JsonMapper
			.builder(JsonFactory.builder()
				.enable(JsonWriteFeature.ESCAPE_NON_ASCII)
				.enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
				.build())
			.build();

	}

}
