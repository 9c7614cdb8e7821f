package io.github.statesignals.core;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The settings of exporters and responders.
 */
public record EngineSettings(String channel, Extensions extensions, Exporters exporters, Responders responders,
		Duration drainTimeout) {

	private static final String LOCALHOST = "localhost";

	// Without a runner host, the name of this host.
	public record Exporters(@Nullable String runnerHost, Collection<String> expectedResponders,
			Duration republishInterval, Duration responseTimeout, int evictAfterMissed, Duration probeAfter,
			int maxPending) {

		public Exporters {
			expectedResponders = List.copyOf(expectedResponders);
		}

		@Override
		public String runnerHost() {
			return (this.runnerHost != null) ? this.runnerHost : hostName();
		}

	}

	public record Responders(String name, boolean enabled, Unhandled unhandled, Expired expired,
			@Nullable String lockPublisher, @Nullable String lockTag, boolean receiveOwn, int queueCapacity,
			int totalQueueCapacity) {

	}

	public enum Extensions {

		// With peers that support them; in signals, only while all subscribers do.
		NEGOTIATED,

		// In everything that is sent.
		ALWAYS,

		// Never: send as the Python package does.
		OFF;

		public boolean usedWith(boolean supportingPeers) {
			return this == ALWAYS || (this == NEGOTIATED && supportingPeers);
		}

	}

	// The answer to a signal without a handler.
	public enum Unhandled {

		// Answer ras 1: nothing to do is done.
		ACKNOWLEDGE,

		// Answer ras 0, naming the event.
		REJECT,

		// Do not answer; the publisher waits until its timeout.
		IGNORE

	}

	// Whether to handle a signal after the timeout of its publisher.
	public enum Expired {

		// Answer ras 0 and do not handle it.
		REJECT,

		HANDLE

	}

	// Asks the operating system, which may take seconds where names are not resolved.
	public static String hostName() {
		try {
			String name = InetAddress.getLocalHost().getHostName();
			return name.isBlank() ? LOCALHOST : name;
		}
		catch (UnknownHostException ex) {
			return LOCALHOST;
		}
	}

}
