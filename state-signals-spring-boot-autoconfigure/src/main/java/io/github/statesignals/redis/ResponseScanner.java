package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;

import io.github.statesignals.Response;
import io.github.statesignals.core.ResponseExtension;
import io.github.statesignals.redis.SignalCodec.HeardResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses that look as those of this project and of the Python package do:
 * without a parser, which costs more than all the rest of an answer. Whatever looks
 * otherwise is left to the parser, which alone judges what is malformed.
 */
final class ResponseScanner {

	private static final byte[] RESPONDER_ID = key("responder_id");

	private static final byte[] PUBLISHER_ID = key("publisher_id");

	private static final byte[] EVENT = key("event");

	private static final byte[] RAS = key("ras");

	private static final byte[] MESSAGE = key("message");

	private static final byte[] EXTENSION = key("_ss");

	private static final byte[] ID = key("id");

	/**
	 * So many digits fit into an integer, whatever they are.
	 */
	private static final int DIGITS = 9;

	private final StringCache strings;

	private final byte[] json;

	private final int length;

	private int at;

	private boolean failed;

	private ResponseScanner(byte[] json, int length, StringCache strings) {
		this.json = json;
		this.length = length;
		this.strings = strings;
	}

	/**
	 * Read a response.
	 * @param json holds the JSON
	 * @param length how many bytes it has
	 * @param strings makes its strings
	 * @return the response, or {@code null} where it takes a parser
	 */
	static @Nullable HeardResponse scan(byte[] json, int length, StringCache strings) {
		return new ResponseScanner(json, length, strings).scan();
	}

	private static byte[] key(String name) {
		return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
	}

	private @Nullable HeardResponse scan() {
		expect('{');
		String responderId = string(RESPONDER_ID, true);
		comma();
		String publisherId = string(PUBLISHER_ID, true);
		comma();
		String event = string(EVENT, true);
		Integer ras = null;
		String message = null;
		ResponseExtension extension = null;
		if (nextIs(RAS)) {
			ras = integer();
		}
		if (nextIs(MESSAGE)) {
			message = string(false);
		}
		if (nextIs(EXTENSION)) {
			extension = extension();
		}
		expect('}');
		if (this.failed || this.at != this.length || responderId == null || publisherId == null || event == null) {
			return null;
		}
		return new HeardResponse(new Response(responderId, publisherId, event, ras, message), extension);
	}

	private ResponseExtension extension() {
		expect('{');
		if (this.at < this.length && this.json[this.at] == '}') {
			this.at++;
			return ResponseExtension.UNDERSTOOD;
		}
		String id = string(ID, false);
		expect('}');
		return new ResponseExtension(id);
	}

	private void expect(char character) {
		if (this.at < this.length && this.json[this.at] == character) {
			this.at++;
		}
		else {
			this.failed = true;
		}
	}

	private void comma() {
		expect(',');
		space();
	}

	// Python writes one.
	private void space() {
		if (this.at < this.length && this.json[this.at] == ' ') {
			this.at++;
		}
	}

	private boolean isKey(byte[] key, int from) {
		if (from + key.length > this.length) {
			return false;
		}
		for (int i = 0; i < key.length; i++) {
			if (this.json[from + i] != key[i]) {
				return false;
			}
		}
		return true;
	}

	// Moves past a comma and a key, or not at all.
	private boolean nextIs(byte[] key) {
		if (this.at >= this.length || this.json[this.at] != ',') {
			return false;
		}
		int from = this.at + 1;
		if (from < this.length && this.json[from] == ' ') {
			from++;
		}
		if (!isKey(key, from)) {
			return false;
		}
		this.at = from + key.length;
		space();
		return true;
	}

	private @Nullable String string(byte[] key, boolean cached) {
		if (!isKey(key, this.at)) {
			this.failed = true;
			return null;
		}
		this.at += key.length;
		space();
		return string(cached);
	}

	@SuppressWarnings("deprecation")
	private @Nullable String string(boolean cached) {
		expect('"');
		int start = this.at;
		while (this.at < this.length) {
			byte next = this.json[this.at];
			if (next == '"') {
				int end = this.at++;
				return cached ? this.strings.get(this.json, start, end) : new String(this.json, 0, start, end - start);
			}
			if (next < ' ' || next == '\\') {
				// Also what is not ASCII, which is negative.
				break;
			}
			this.at++;
		}
		this.failed = true;
		return null;
	}

	private @Nullable Integer integer() {
		boolean negative = this.at < this.length && this.json[this.at] == '-';
		int start = negative ? this.at + 1 : this.at;
		int end = start;
		int value = 0;
		while (end < this.length && this.json[end] >= '0' && this.json[end] <= '9' && end - start <= DIGITS) {
			value = value * 10 + (this.json[end] - '0');
			end++;
		}
		int digits = end - start;
		if (digits == 0 || digits > DIGITS || (digits > 1 && this.json[start] == '0')) {
			this.failed = true;
			return null;
		}
		this.at = end;
		return negative ? -value : value;
	}

}
