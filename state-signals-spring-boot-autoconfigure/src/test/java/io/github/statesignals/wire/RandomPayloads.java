package io.github.statesignals.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Creates payloads that are nearly signals or responses, the same ones for the same seed:
 * of the usual form, and with changes to escapes, surrogates, duplicate keys, the order
 * of keys, white space, numbers, types, nesting, length and encoding.
 */
final class RandomPayloads {

	private static final String ALPHABET = "{}[]\",: \\/0123456789-.eE+truefalsnNIyi_dpx\t\n\u0000\u007f\u00e9\u72b6";

	private static final List<String> TEXTS = List.of("p-1", "start", "No tag specified", "initialization", "", "*",
			"conductor-0f6c2d0e-6b1c-4c8e-9a53-3f6f3c7d4a11", "x".repeat(128), "x".repeat(129), "y".repeat(1_024),
			"y".repeat(1_025), "Gr\u00f6\u00dfe", "\ud83d\ude80", "\\u0000", "\\n", "\\\\", "\\\"", "\\/", "\\u00e9",
			"\\ud83d\\ude80", "\\ud83d", "\\ude80", "\\ude80\\ud83d", "\\uD83d x", "\\u12", "\\x", "17",
			"1764131871000");

	private static final List<String> NUMBERS = List.of("0", "-0", "1", "-1", "7", "999999999", "1000000000",
			"2147483647", "2147483648", "-2147483649", "999999999999999999", "1000000000000000000",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "00", "01",
			"-01", "-", "+1", "1.", ".5", "1.0", "1.00", "-0.0", "1e0", "1E+2", "1e-07", "5e-324", "4.9E-324", "1e308",
			"1.7976931348623157e+308", "1e400", "1e4300", "1e4301", "-1E-4301", "1e99999999999", "0e5000", "NaN",
			"Infinity", "-Infinity", "-INF", "0x10", "1_0");

	private static final List<String> VALUES = List.of("null", "true", "false", "[]", "{}", "[1,\"a\",null]",
			"{\"a\":{\"b\":[1.5]}}", "nul", "\"\"", "{\"v\":1}", "[[[[[[]]]]]]", "{\"_ss\":{\"v\":1}}");

	private final Random random;

	RandomPayloads(long seed) {
		this.random = new Random(seed);
	}

	byte[] signal() {
		List<String> members = new ArrayList<>(List.of(text("publisher_id"), text("process_name"), text("event"),
				text("runner_host"), number("sample_no"), text("tag")));
		if (this.random.nextInt(4) > 0) {
			members.add("\"metadata\":" + metadata());
		}
		return payload(members);
	}

	byte[] response() {
		List<String> members = new ArrayList<>(List.of(text("responder_id"), text("publisher_id"), text("event")));
		if (this.random.nextInt(4) > 0) {
			members.add(number("ras"));
		}
		if (this.random.nextInt(3) == 0) {
			members.add(text("message"));
		}
		if (this.random.nextInt(3) > 0) {
			members.add("\"_ss\":" + responseExtension());
		}
		return payload(members);
	}

	private String metadata() {
		List<String> members = new ArrayList<>();
		if (this.random.nextInt(4) > 0) {
			members.add("\"_ss\":" + signalExtension());
		}
		for (int i = Math.max(0, this.random.nextInt(8) - 5); i > 0; i--) {
			members.add((this.random.nextBoolean() ? "\"k" + i + "\":" : "\"\\u006b\":") + value());
		}
		return object(members);
	}

	private String signalExtension() {
		List<String> members = new ArrayList<>(List.of("\"v\":" + (rarely() ? pick(NUMBERS) : "1")));
		if (this.random.nextBoolean()) {
			members.add(text("id"));
		}
		for (String name : List.of("seq", "sent", "timeout")) {
			if (this.random.nextBoolean()) {
				members.add(number(name));
			}
		}
		if (this.random.nextBoolean()) {
			members.add(text("reply_to"));
		}
		return object(members);
	}

	private String responseExtension() {
		List<String> members = new ArrayList<>(List.of("\"v\":" + (rarely() ? pick(NUMBERS) : "1")));
		if (this.random.nextInt(4) > 0) {
			members.add(text("id"));
		}
		if (rarely()) {
			members.add("\"handles\":[\"start\"," + value() + "]");
		}
		for (String name : List.of("address", "seal", "probe", "state", "more")) {
			if (rarely()) {
				members.add(text(name));
			}
		}
		return object(members);
	}

	private String text(String name) {
		String text = rarely() ? pick(TEXTS) : "x-" + this.random.nextInt(100);
		return member(name, '"' + text + '"');
	}

	private String number(String name) {
		String number = rarely() ? pick(NUMBERS) : String.valueOf(this.random.nextInt(1_000) - 1);
		return member(name, number);
	}

	private String member(String name, String value) {
		return '"' + name + "\":" + ((this.random.nextInt(40) == 0) ? value() : value);
	}

	private String value() {
		return switch (this.random.nextInt(8)) {
			case 0 -> pick(VALUES);
			case 1 -> '"' + pick(TEXTS) + '"';
			case 2 -> nested();
			case 3 -> String.valueOf(this.random.nextDouble());
			case 4 -> "9".repeat(rarely() ? pick(List.of(4_299, 4_300, 4_301)) : 9 + this.random.nextInt(20));
			default -> pick(NUMBERS);
		};
	}

	private String nested() {
		int depth = pick(List.of(1, 5, 250, 253, 254, 255, 256, 300));
		return this.random.nextBoolean() ? "[".repeat(depth) + "]".repeat(depth)
				: "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
	}

	private String object(List<String> members) {
		if (rarely() && !members.isEmpty()) {
			members.add(members.get(this.random.nextInt(members.size())));
		}
		if (this.random.nextInt(20) == 0) {
			Collections.shuffle(members, this.random);
		}
		return '{' + String.join(",", members) + '}';
	}

	private byte[] payload(List<String> members) {
		String json = object(members);
		if (this.random.nextInt(3) == 0) {
			json = json.replace("\":", "\": ").replace(",\"", ", \"");
		}
		if (this.random.nextInt(3) > 0) {
			return json.getBytes(StandardCharsets.UTF_8);
		}
		StringBuilder edited = new StringBuilder(json);
		for (int edits = this.random.nextInt(3); edits >= 0; edits--) {
			edit(edited);
		}
		byte[] bytes = edited.toString().getBytes(StandardCharsets.UTF_8);
		return rarely() ? broken(bytes) : bytes;
	}

	private void edit(StringBuilder json) {
		if (json.isEmpty()) {
			return;
		}
		int at = this.random.nextInt(json.length());
		char other = ALPHABET.charAt(this.random.nextInt(ALPHABET.length()));
		switch (this.random.nextInt(8)) {
			case 0 -> json.insert(at, pick(List.of(" ", "  ", "\t", "\n", "\r\n", "\ufeff")));
			case 1 -> json.replace(at, at + 1, "\\u%04x".formatted((int) json.charAt(at)));
			case 2 -> json.insert(at, pick(TEXTS));
			case 3 -> json.setLength(at);
			case 4 -> json.append(pick(List.of(" ", "\n", "}", "x", "{}", "\u0000")));
			case 5 -> json.setCharAt(at, other);
			case 6 -> json.insert(at, other);
			default -> json.deleteCharAt(at);
		}
	}

	// At the byte level: cut off, or no UTF-8.
	private byte[] broken(byte[] bytes) {
		if (bytes.length == 0) {
			return bytes;
		}
		int at = this.random.nextInt(bytes.length);
		if (this.random.nextBoolean()) {
			byte[] changed = bytes.clone();
			changed[at] = (byte) this.random.nextInt();
			return changed;
		}
		ByteArrayOutputStream spliced = new ByteArrayOutputStream();
		spliced.write(bytes, 0, at);
		spliced.writeBytes(pick(List.of(new byte[] { -1 }, new byte[] { -61 }, new byte[] { -64, -128 },
				new byte[] { -19, -96, -128 }, new byte[] { -16, -97, -102 }, new byte[] { -12, -112, -128, -128 })));
		spliced.writeBytes(Arrays.copyOfRange(bytes, at, bytes.length));
		return spliced.toByteArray();
	}

	private boolean rarely() {
		return this.random.nextInt(12) == 0;
	}

	private <T> T pick(List<T> values) {
		return values.get(this.random.nextInt(values.size()));
	}

}
