package io.github.statesignals.redis.durable.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The Redis keys of a durable channel. All have the slot of the channel's name, so that
 * scripts can use them together in a cluster.
 */
public record StreamKeys(String prefix) {

	public static StreamKeys of(String channel) {
		return new StreamKeys("event-signal:{" + channel + "}:");
	}

	public byte[] log() {
		return key("log");
	}

	public byte[] responders() {
		return key("responders");
	}

	public byte[] removed() {
		return key("removed");
	}

	public byte[] producer(String id) {
		return key("producer:" + id);
	}

	public byte[] lease(String responder) {
		return key("lease:" + responder);
	}

	// Has the token of the last reader: there is no lease while none reads.
	public byte[] reader(String responder) {
		return key("reader:" + responder);
	}

	// Has the number of signals that were dropped. With an empty name: the prefix of
	// these keys.
	public byte[] dropped(String responder) {
		return key("dropped:" + responder);
	}

	// Has the answers to all signals of one second. A key for each signal would take
	// Redis several times as long, and one key for all would never expire.
	public byte[] answers(String id) {
		int millis = id.indexOf('-');
		return answersOf((millis > 3) ? id.substring(0, millis - 3) : "0");
	}

	public byte[] answersOf(String second) {
		return key("answers:" + second);
	}

	public static String signal(String entry, int number) {
		return entry + "." + number;
	}

	public static String entry(String signal) {
		return signal.substring(0, signal.indexOf('.'));
	}

	public static boolean isBefore(String entry, String other) {
		int dash = entry.indexOf('-');
		int otherDash = other.indexOf('-');
		int compared = Long.compareUnsigned(Long.parseUnsignedLong(entry, 0, dash, 10),
				Long.parseUnsignedLong(other, 0, otherDash, 10));
		return compared < 0
				|| (compared == 0 && Long.compareUnsigned(Long.parseUnsignedLong(entry, dash + 1, entry.length(), 10),
						Long.parseUnsignedLong(other, otherDash + 1, other.length(), 10)) < 0);
	}

	public static byte[] field(String signal, String responder) {
		return bytes(signal + " " + responder);
	}

	public byte[] trimmed() {
		return key("trimmed");
	}

	// Has the last signal of each event and publisher, if these are for new responders.
	public byte[] latest() {
		return key("latest");
	}

	public byte[] deadLetters() {
		return key("dead-letters");
	}

	static String type(byte[] key) {
		String name = new String(key, StandardCharsets.UTF_8);
		name = name.substring(name.indexOf("}:") + 2);
		int end = name.indexOf(':');
		return switch ((end < 0) ? name : name.substring(0, end)) {
			case "log" -> "stream";
			case "producer", "lease", "reader", "trimmed" -> "string";
			default -> "hash";
		};
	}

	// Whether a key can be deleted if its type is wrong: its content is written again.
	boolean isRestored(byte[] key) {
		return !Arrays.equals(key, log()) && !Arrays.equals(key, deadLetters());
	}

	private byte[] key(String name) {
		return bytes(this.prefix + name);
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
