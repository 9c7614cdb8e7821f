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

}
