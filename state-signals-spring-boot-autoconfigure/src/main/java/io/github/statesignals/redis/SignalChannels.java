package io.github.statesignals.redis;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names the Redis channels that carry signals and responses.
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

	/**
	 * Begins the id of a reply channel whose application reads frames. Ids of older
	 * versions have no dot.
	 */
	private static final String FRAMES = "f.";

	private static final Pattern REPLY_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	/**
	 * Returns the Redis channels of a channel.
	 * @param name the channel's name; empty: {@link #DEFAULT}
	 * @return the two names, each followed by {@code :} and the channel's name
	 */
	public static SignalChannels of(String name) {
		return name.isEmpty() ? DEFAULT
				: new SignalChannels(DEFAULT.signals() + ":" + name, DEFAULT.responses() + ":" + name);
	}

	/**
	 * Returns whether a Redis channel that a signal names for its responses is a reply
	 * channel of this channel. Any other may belong to another channel or application,
	 * whose messages a forged signal must not cause.
	 * @param replyTo the Redis channel
	 * @return whether {@link #newReplyTo} could have made it
	 */
	public boolean isReplyTo(String replyTo) {
		String prefix = replyPrefix();
		return replyTo.startsWith(prefix) && REPLY_ID.matcher(replyTo.substring(prefix.length())).matches();
	}

	/**
	 * Returns whether the application that has a reply channel reads frames: several
	 * messages in one, a line each.
	 * @param replyTo a reply channel of this channel
	 */
	boolean readsFrames(String replyTo) {
		return replyTo.startsWith(FRAMES, replyPrefix().length());
	}

	private String replyPrefix() {
		return REPLY + "{" + this.signals + "}:";
	}

	/**
	 * Creates a unique name for the reply channel of one application. It has the slot of
	 * the channel of signals, so that both depend on the same node of a cluster.
	 */
	String newReplyTo() {
		// Short: it is in each signal, and twice in each answer.
		return replyPrefix() + FRAMES + Long.toUnsignedString(UUID.randomUUID().getMostSignificantBits(), 36);
	}

	/**
	 * Creates a unique name for a channel of heartbeats. It has the slot of the channel
	 * of signals, so that both depend on the same node of a cluster.
	 */
	static String newHeartbeat() {
		return "event-signal-heartbeat:{" + DEFAULT.signals() + "}:" + UUID.randomUUID();
	}

}
