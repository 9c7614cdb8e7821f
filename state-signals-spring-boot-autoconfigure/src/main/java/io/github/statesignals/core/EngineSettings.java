package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The settings of exporters and responders.
 *
 * @param channel the default channel
 * @param extensions when to use the extensions of the protocol
 * @param exporters how exporters publish
 * @param responders how responders answer
 * @param drainTimeout how long to let handlers finish when stopping
 * @since 0.1.0
 */
public record EngineSettings(String channel, Extensions extensions, Exporters exporters, Responders responders,
		Duration drainTimeout) {

	/**
	 * How exporters publish.
	 *
	 * @param runnerHost the host that signals name
	 * @param expectedResponders the ids of responders that are subscribers from the start
	 * @param republishInterval the interval of asking again while waiting for subscribers
	 * @param responseTimeout the time that a publish awaits answers; negative:
	 * indefinitely
	 * @param evictAfterMissed after how many unanswered publishes in a row a responder is
	 * a subscriber no more; 0: it always is
	 * @param probeAfter how long a publish waits for a responder before the exporter
	 * probes whether that is still connected; zero: never
	 * @param maxPending the publishes of one exporter that may be in flight or queued
	 */
	public record Exporters(String runnerHost, Collection<String> expectedResponders, Duration republishInterval,
			Duration responseTimeout, int evictAfterMissed, Duration probeAfter, int maxPending) {

		public Exporters {
			expectedResponders = List.copyOf(expectedResponders);
		}

	}

	/**
	 * How responders answer.
	 *
	 * @param name the name of the application's responder
	 * @param enabled whether the application receives and answers signals
	 * @param unhandled the answer to a signal without a handler
	 * @param expired whether to handle a signal whose publisher no longer awaits answers
	 * @param lockPublisher the publisher that every responder is locked on
	 * @param lockTag the tag that every responder is locked on
	 * @param receiveOwn whether responders receive the signals of this application's
	 * exporters
	 * @param queueCapacity how many signals of one publisher may wait for a responder
	 * @param totalQueueCapacity how many signals may wait in all
	 */
	public record Responders(String name, boolean enabled, Unhandled unhandled, Expired expired,
			@Nullable String lockPublisher, @Nullable String lockTag, boolean receiveOwn, int queueCapacity,
			int totalQueueCapacity) {

	}

	/**
	 * When to use the extensions of the protocol.
	 */
	public enum Extensions {

		/**
		 * With peers that support them; in signals, only while all subscribers do.
		 */
		NEGOTIATED,

		/**
		 * In everything that is sent.
		 */
		ALWAYS,

		/**
		 * Never: send as the Python package does.
		 */
		OFF;

		public boolean usedWith(boolean supportingPeers) {
			return this == ALWAYS || (this == NEGOTIATED && supportingPeers);
		}

	}

	/**
	 * The answer to a signal without a handler.
	 */
	public enum Unhandled {

		/**
		 * Answer {@code ras} 1: nothing to do is done.
		 */
		ACKNOWLEDGE,

		/**
		 * Answer {@code ras} 0, naming the event.
		 */
		REJECT,

		/**
		 * Do not answer; the publisher waits until its timeout.
		 */
		IGNORE

	}

	/**
	 * Whether to handle a signal after the timeout of its publisher.
	 */
	public enum Expired {

		/**
		 * Answer {@code ras} 0 and do not handle it.
		 */
		REJECT,

		/**
		 * Handle it all the same.
		 */
		HANDLE

	}

}
