package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;

/**
 * The Redis channels of an arm that is not bound to the protocol's: arms that are up at
 * the same time must not receive from each other.
 *
 * @param signals for signals
 * @param responses for responses
 */
record FloorChannels(byte[] signals, byte[] responses) {

	static FloorChannels of(Arguments arguments) {
		String arm = arguments.get("arm");
		return new FloorChannels(bytes(signals(arm)), bytes(arm + "-signal-response"));
	}

	static String signals(String arm) {
		return arm + "-signal-pubsub";
	}

	static byte[] bytes(String channel) {
		return channel.getBytes(StandardCharsets.UTF_8);
	}

}
