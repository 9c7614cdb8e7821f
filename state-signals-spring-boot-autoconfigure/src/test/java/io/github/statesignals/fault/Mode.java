package io.github.statesignals.fault;

/**
 * The kinds of channels that are under load at the same time.
 */
enum Mode {

	BROADCAST(""), NAMED("named"), DURABLE("durable");

	private final String channel;

	Mode(String channel) {
		this.channel = channel;
	}

	/**
	 * Returns the name of the channel.
	 * @return the name, empty for the default channel
	 */
	String channel() {
		return this.channel;
	}

}
