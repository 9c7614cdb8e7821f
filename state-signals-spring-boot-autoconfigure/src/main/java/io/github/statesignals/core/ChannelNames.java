package io.github.statesignals.core;

import java.util.regex.Pattern;

/**
 * Checks the names of channels, which become part of the names of Redis channels.
 */
final class ChannelNames {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{0,128}");

	private ChannelNames() {
	}

	static void check(String channel) {
		if (!NAME.matcher(channel).matches()) {
			throw new IllegalArgumentException(
					"'%s' is no name of a channel: make it of letters, digits, '.', '_' and '-', 128 at most"
						.formatted(channel));
		}
	}

}
