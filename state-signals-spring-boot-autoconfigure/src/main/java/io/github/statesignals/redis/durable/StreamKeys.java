package io.github.statesignals.redis.durable;

import io.github.statesignals.redis.RedisChannel;

/**
 * The Redis keys of a durable channel. All have the slot of the channel's name, so that
 * scripts can use them together in a cluster.
 *
 * @param prefix what all of them begin with
 */
record StreamKeys(String prefix) {

	static StreamKeys of(String channel) {
		return new StreamKeys("event-signal:{" + channel + "}:");
	}

	/**
	 * The stream of signals, with a consumer group for each responder.
	 * @return the key
	 */
	byte[] log() {
		return key("log");
	}

	/**
	 * The names of responders, each with the id of the last signal that is not for it.
	 * @return the key
	 */
	byte[] responders() {
		return key("responders");
	}

	/**
	 * The same of those that were removed.
	 * @return the key
	 */
	byte[] removed() {
		return key("removed");
	}

	/**
	 * What a producer has sent last.
	 * @param id its id
	 * @return the key
	 */
	byte[] producer(String id) {
		return key("producer:" + id);
	}

	/**
	 * Who reads for a responder.
	 * @param responder its name
	 * @return the key
	 */
	byte[] lease(String responder) {
		return key("lease:" + responder);
	}

	/**
	 * Who read for a responder last: there is no lease while nobody does.
	 * @param responder its name
	 * @return the key
	 */
	byte[] reader(String responder) {
		return key("reader:" + responder);
	}

	/**
	 * How many signals were dropped before a responder read them.
	 * @param responder its name; empty: what all of these begin with
	 * @return the key
	 */
	byte[] dropped(String responder) {
		return key("dropped:" + responder);
	}

	/**
	 * The answers to all signals that were published in the same second as one. A key for
	 * each signal would take Redis several times as long, and one for all would never
	 * expire.
	 * @param id the id of the signal, which begins with milliseconds
	 * @return the key
	 */
	byte[] answers(String id) {
		return answersOf(second(id));
	}

	/**
	 * The answers to all signals that were published in a second.
	 * @param second the second
	 * @return the key
	 */
	byte[] answersOf(String second) {
		return key("answers:" + second);
	}

	/**
	 * The id of a signal: that of its entry, and its number there.
	 * @param entry the id of the entry
	 * @param number the number of the signal, from 0 on
	 * @return the id
	 */
	static String signal(String entry, int number) {
		return entry + "." + number;
	}

	/**
	 * The id of a signal's entry.
	 * @param signal the id of the signal
	 * @return the id
	 */
	static String entry(String signal) {
		return signal.substring(0, signal.indexOf('.'));
	}

	/**
	 * Whether an entry comes before another one.
	 * @param entry the id of the entry
	 * @param other the id of the other one
	 * @return whether it does
	 */
	static boolean isBefore(String entry, String other) {
		int dash = entry.indexOf('-');
		int otherDash = other.indexOf('-');
		int compared = Long.compareUnsigned(Long.parseUnsignedLong(entry, 0, dash, 10),
				Long.parseUnsignedLong(other, 0, otherDash, 10));
		return compared < 0
				|| (compared == 0 && Long.compareUnsigned(Long.parseUnsignedLong(entry, dash + 1, entry.length(), 10),
						Long.parseUnsignedLong(other, otherDash + 1, other.length(), 10)) < 0);
	}

	/**
	 * Where the answer of a responder is, among those that share a key.
	 * @param signal the id of the signal
	 * @param responder the name of the responder
	 * @return the field
	 */
	static byte[] field(String signal, String responder) {
		return RedisChannel.bytes(signal + " " + responder);
	}

	/**
	 * The second in which a signal was published.
	 * @param id the id of the signal, or of its entry
	 * @return the second
	 */
	static String second(String id) {
		int millis = id.indexOf('-');
		return (millis > 3) ? id.substring(0, millis - 3) : "0";
	}

	/**
	 * Is there for some time after the stream was trimmed.
	 * @return the key
	 */
	byte[] trimmed() {
		return key("trimmed");
	}

	private byte[] key(String name) {
		return RedisChannel.bytes(this.prefix + name);
	}

}
