package io.github.statesignals.redis;

import java.util.UUID;
import java.util.regex.Pattern;

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

	private static final String REPLY = "event-signal-reply:";

	private static final Pattern REPLY_NAME = Pattern.compile("[A-Za-z0-9:{}._-]+");

	/**
	 * The Redis channels of a named channel.
	 * @param name the channel's name; empty: {@link #DEFAULT}
	 * @return the two names, each with {@code :} and the name behind it
	 */
	public static SignalChannels of(String name) {
		return name.isEmpty() ? DEFAULT
				: new SignalChannels(DEFAULT.signals() + ":" + name, DEFAULT.responses() + ":" + name);
	}

	/**
	 * Whether a signal's word for where to answer can be trusted to be a Redis channel of
	 * ours, and none of the application's.
	 * @param replyTo the Redis channel
	 * @return whether it is one that {@link #newReplyTo} could have made
	 */
	public static boolean isReplyTo(String replyTo) {
		return replyTo.startsWith(REPLY) && replyTo.length() <= 256 && REPLY_NAME.matcher(replyTo).matches();
	}

	/**
	 * A Redis channel for the answers to one application. It has the slot of the channel
	 * of signals, so that in a cluster one node, and not any of two, has to be there.
	 * @return a name that nobody else has
	 */
	public String newReplyTo() {
		// Short: it is in each signal, and twice in each answer.
		return REPLY + "{" + this.signals + "}:"
				+ Long.toUnsignedString(UUID.randomUUID().getMostSignificantBits(), 36);
	}

	/**
	 * A Redis channel on which one application hears itself. It has the slot of the
	 * channel of signals, so that in a cluster it takes the same way.
	 * @return a name that nobody else has
	 */
	static String newHeartbeat() {
		return "event-signal-heartbeat:{" + DEFAULT.signals() + "}:" + UUID.randomUUID();
	}

}
