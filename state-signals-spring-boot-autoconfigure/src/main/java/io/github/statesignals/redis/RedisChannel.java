package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.FrameLine;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

/**
 * Holds the Redis channels of a channel: for signals, for responses, and, with
 * extensions, for the responses to this application alone.
 */
public final class RedisChannel {

	private static final int MAX_ADDRESSES = 1_024;

	// Reply channels that were checked.
	private final Map<String, Address> addresses = new ConcurrentHashMap<>();

	private final String name;

	private final SignalChannels names;

	private final @Nullable String replyTo;

	private final byte[] signals;

	// To all applications of the channel.
	private final Address responses;

	private final SignalCodec codec;

	public RedisChannel(String name, boolean replies, SignalCodec codec) {
		this.name = name;
		this.codec = codec;
		this.names = SignalChannels.of(name);
		this.replyTo = replies ? this.names.newReplyTo(!codec.isSigned()) : null;
		this.signals = bytes(this.names.signals());
		this.responses = new Address(bytes(this.names.responses()), false, false);
	}

	static byte[] bytes(String name) {
		return name.getBytes(StandardCharsets.UTF_8);
	}

	public String name() {
		return this.name;
	}

	SignalChannels names() {
		return this.names;
	}

	public SignalCodec codec() {
		return this.codec;
	}

	@Nullable String replyTo() {
		return this.replyTo;
	}

	byte[] signals() {
		return this.signals;
	}

	Address responses() {
		return this.responses;
	}

	// That of all applications, unless a reply channel of this channel is named.
	public Address address(@Nullable String replyTo) {
		Address known = (replyTo != null) ? this.addresses.get(replyTo) : null;
		if (known != null) {
			return known;
		}
		if (replyTo == null || !this.names.isReplyTo(replyTo)) {
			return this.responses;
		}
		if (this.addresses.size() >= MAX_ADDRESSES) {
			this.addresses.clear();
		}
		Address address = new Address(bytes(replyTo), this.names.readsFrames(replyTo),
				this.names.readsCombined(replyTo));
		this.addresses.put(replyTo, address);
		return address;
	}

	public FrameLine line(Response response, @Nullable ResponseExtension extension, Address address) {
		return address.readsCombined() ? this.codec.line(response, extension)
				: new FrameLine.Written(this.codec.write(response, extension));
	}

	@Override
	public String toString() {
		return "'" + this.names.signals() + "' and '" + this.names.responses() + "'";
	}

	// Where responses are sent to: a reply channel, if it is checked.
	public record Address(byte[] name, boolean readsFrames, boolean readsCombined) {
	}

}
