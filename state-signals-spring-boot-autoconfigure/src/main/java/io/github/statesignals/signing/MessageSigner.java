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

	/**
	 * Creates a signer.
	 * @param keys the keys
	 * @param mode the mode of channels that have none
	 * @param modes the modes of channels by name
	 * @param tolerance the largest difference between the time of a message and that of
	 * this host
	 * @param clock the time
	 */
	public MessageSigner(KeyRing keys, SigningMode mode, Map<String, SigningMode> modes, Duration tolerance,
			Clock clock) {
		this.mode = mode;
		this.modes = Map.copyOf(modes);
		this.state = new SignerState(keys, tolerance, clock);
	}

	/**
	 * Replaces the keys.
	 * @param keys the keys to sign and to verify with from now on
	 */
	public void use(KeyRing keys) {
		this.state.keys(keys);
	}

	/**
	 * Returns the signer of a channel.
	 * @param channel the channel's name
	 * @return the signer, or {@code null} if the channel's messages are not signed
	 */
	public @Nullable ChannelSigner forChannel(String channel) {
		SigningMode applied = this.modes.getOrDefault(channel, this.mode);
		return (applied != SigningMode.OFF) ? new ChannelSigner(this.state, channel, applied == SigningMode.REQUIRE)
				: null;
	}

}
