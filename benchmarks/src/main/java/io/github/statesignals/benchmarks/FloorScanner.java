package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds values in messages whose keys come in a known order and whose strings have no
 * escapes. For one thread.
 */
final class FloorScanner {

	private byte[] json = {};

	private int at;

	private int start;

	static byte[] key(String name) {
		return ("\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
	}

	void reset(byte[] json) {
		this.json = json;
		this.at = 0;
	}

	// Moves past the value of the next key of this name.
	boolean string(byte[] key) {
		if (!find(key)) {
			return false;
		}
		this.start = ++this.at;
		while (this.json[this.at] != '"') {
			this.at++;
		}
		return true;
	}

	private boolean find(byte[] key) {
		int last = this.json.length - key.length;
		for (int i = this.at; i < last; i++) {
			if (this.json[i] == '"' && this.json[i + 1] == key[1]
					&& Arrays.equals(this.json, i, i + key.length, key, 0, key.length)) {
				this.at = i + key.length;
				return true;
			}
		}
		return false;
	}

	long number(byte[] key) {
		return find(key) ? digits(this.at) : 0;
	}

	long digits() {
		return digits(this.start);
	}

	private long digits(int from) {
		long value = 0;
		for (int i = from; this.json[i] >= '0' && this.json[i] <= '9'; i++) {
			value = value * 10 + (this.json[i] - '0');
		}
		return value;
	}

	boolean is(byte[] value) {
		return Arrays.equals(this.json, this.start, this.at, value, 0, value.length);
	}

	int hash() {
		int hash = 0;
		for (int i = this.start; i < this.at; i++) {
			hash = 31 * hash + this.json[i];
		}
		return hash ^ hash >>> 16;
	}

	byte[] copy() {
		return Arrays.copyOfRange(this.json, this.start, this.at);
	}

}
