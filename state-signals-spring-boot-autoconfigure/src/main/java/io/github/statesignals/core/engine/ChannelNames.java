package io.github.statesignals.core.engine;

import io.github.statesignals.transport.SignalTransport;

/**
 * Checks the names of channels, which become part of the names of Redis channels.
 */
final class ChannelNames {

	private ChannelNames() {
	}

	static void check(String channel) {
		if (!SignalTransport.isChannelName(channel)) {
			throw new IllegalArgumentException(
					"'%s' is no name of a channel: make it of letters, digits, '.', '_' and '-', 128 at most"
						.formatted(channel));
		}
	}

}
