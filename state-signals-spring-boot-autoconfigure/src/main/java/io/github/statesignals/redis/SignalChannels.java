package io.github.statesignals.redis;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names the Redis channels that carry signals and responses.
 */
public record SignalChannels(String signals, String responses) {

	// The two channels of the Python package state-signals 1.0.1.
	public static final SignalChannels DEFAULT = new SignalChannels("event-signal-pubsub", "event-signal-response");

	private static final String REPLY = "event-signal-reply:";

	// Begins the id of a reply channel whose application reads frames. Ids of older
	// versions have no dot.
	private static final String FRAMES = "f.";

	// Follows it if the application reads combined answers.
	private static final String COMBINED = "c.";

	private static final Pattern REPLY_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	public static SignalChannels of(String name) {
		return name.isEmpty() ? DEFAULT
				: new SignalChannels(DEFAULT.signals() + ":" + name, DEFAULT.responses() + ":" + name);
	}

	// Any other Redis channel may belong to another channel or application, whose
	// messages a forged signal must not cause.
	boolean isReplyTo(String replyTo) {
		String prefix = replyPrefix();
		return replyTo.startsWith(prefix) && REPLY_ID.matcher(replyTo.substring(prefix.length())).matches();
	}

	boolean readsFrames(String replyTo) {
		return replyTo.startsWith(FRAMES, replyPrefix().length());
	}

	boolean readsCombined(String replyTo) {
		return replyTo.startsWith(FRAMES + COMBINED, replyPrefix().length());
	}

	private String replyPrefix() {
		return REPLY + "{" + this.signals + "}:";
	}

	// It has the slot of the channel of signals, so that both depend on the same node of
	// a cluster.
	String newReplyTo(boolean combined) {
		// Short: it is in each signal.
		return replyPrefix() + FRAMES + (combined ? COMBINED : "")
				+ Long.toUnsignedString(UUID.randomUUID().getMostSignificantBits(), 36);
	}

	static String newHeartbeat() {
		return "event-signal-heartbeat:{" + DEFAULT.signals() + "}:" + UUID.randomUUID();
	}

}
