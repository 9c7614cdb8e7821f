package io.github.statesignals.benchmarks;

/**
 * The Redis channels of the protocol.
 */
final class OursChannels {

	static final String SIGNALS = "event-signal-pubsub";

	private OursChannels() {
	}

}
