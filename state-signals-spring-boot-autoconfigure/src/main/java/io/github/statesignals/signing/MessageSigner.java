package io.github.statesignals.signing;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Signs the messages of an application and verifies those that it receives. Safe for use
 * by many threads.
 *
 * @since 0.1.0
 */
public final class MessageSigner {

	private final SigningMode mode;

	private final Map<String, SigningMode> modes;

	private final SignerState state;

	public MessageSigner(KeyRing keys, SigningMode mode, Map<String, SigningMode> modes, Duration tolerance,
			Clock clock) {
		this.mode = mode;
		this.modes = Map.copyOf(modes);
		this.state = new SignerState(keys, tolerance, clock);
	}

	public void use(KeyRing keys) {
		this.state.keys(keys);
	}

	public @Nullable ChannelSigner forChannel(String channel) {
		SigningMode applied = this.modes.getOrDefault(channel, this.mode);
		return (applied != SigningMode.OFF) ? new ChannelSigner(this.state, channel, applied == SigningMode.REQUIRE)
				: null;
	}

}
