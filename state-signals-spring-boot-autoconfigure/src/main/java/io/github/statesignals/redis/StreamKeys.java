package io.github.statesignals.redis;

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
	 * The set of the names of responders.
	 * @return the key
	 */
	byte[] responders() {
		return key("responders");
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
	 * How many signals were dropped before a responder read them.
	 * @param responder its name; empty: what all of these begin with
	 * @return the key
	 */
	byte[] dropped(String responder) {
		return key("dropped:" + responder);
	}

	/**
	 * The answers to a signal.
	 * @param id its id; empty: what all of these begin with
	 * @return the key
	 */
	byte[] status(String id) {
		return key("status:" + id);
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
