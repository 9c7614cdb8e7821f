package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Holds the Redis channels of a channel: for signals, for responses, and, with
 * extensions, for the responses to this application alone.
 */
public final class RedisChannel {

	private final String name;

	private final SignalChannels names;

	private final @Nullable String replyTo;

	private final byte[] signals;

	private final byte[] responses;

	RedisChannel(String name, boolean replies) {
		this.name = name;
		this.names = SignalChannels.of(name);
		this.replyTo = replies ? this.names.newReplyTo() : null;
		this.signals = bytes(this.names.signals());
		this.responses = bytes(this.names.responses());
	}

	public static byte[] bytes(String name) {
		return name.getBytes(StandardCharsets.UTF_8);
	}

	String name() {
		return this.name;
	}

	SignalChannels names() {
		return this.names;
	}

	@Nullable String replyTo() {
		return this.replyTo;
	}

	byte[] signals() {
		return this.signals;
	}

	byte[] responses() {
		return this.responses;
	}

	List<String> responseTopics() {
		return (this.replyTo != null) ? List.of(this.names.responses(), this.replyTo) : List.of(this.names.responses());
	}

	@Override
	public String toString() {
		return "'" + this.names.signals() + "' and '" + this.names.responses() + "'";
	}

}
