package io.github.statesignals.redis;

/**
 * The names of the Redis channels that signals and responses travel on.
 *
 * @param signals the channel of signals
 * @param responses the channel of responses
 * @since 0.1.0
 */
public record SignalChannels(String signals, String responses) {

	/**
	 * The two channels of the Python package {@code state-signals} 1.0.1.
	 */
	public static final SignalChannels DEFAULT = new SignalChannels("event-signal-pubsub", "event-signal-response");

	/**
	 * The Redis channels of a named channel.
	 * @param name the channel's name; empty: {@link #DEFAULT}
	 * @return the two names, each with {@code :} and the name behind it
	 */
	public static SignalChannels of(String name) {
		return name.isEmpty() ? DEFAULT
				: new SignalChannels(DEFAULT.signals() + ":" + name, DEFAULT.responses() + ":" + name);
	}

}
