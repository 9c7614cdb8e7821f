package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What exporters and responders do where nobody says otherwise.
 *
 * @param channel the channel of whatever names none
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
	 * @param republishInterval how often to ask again while waiting for subscribers
	 * @param responseTimeout how long a publish awaits answers; negative: for ever
	 * @param evictAfterMissed after how many unanswered publishes in a row a responder is
	 * a subscriber no more; 0: it always is
	 * @param probeAfter how long a publish waits for a responder before the exporter
	 * probes whether that is still connected; zero: never
	 * @param maxPending how many publishes of one exporter may be under way
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
	 * @param enabled whether the application hears and answers signals at all
	 * @param unhandled what to answer where no handler matches
	 * @param expired what to do with a signal that nobody awaits an answer to any more
	 * @param lockPublisher the publisher that every responder is locked on
	 * @param lockTag the tag that every responder is locked on
	 * @param receiveOwn whether responders hear this application's own exporters
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
		 * With whoever understands them; in signals, only while all subscribers do.
		 */
		NEGOTIATED,

		/**
		 * In everything that is sent.
		 */
		ALWAYS,

		/**
		 * Never: speak as the Python package does, and no more.
		 */
		OFF

	}

	/**
	 * What to answer to a signal that no handler matches.
	 */
	public enum Unhandled {

		/**
		 * Answer {@code ras} 1: nothing to do is done.
		 */
		ACKNOWLEDGE,

		/**
		 * Answer {@code ras} 0, saying that nothing handles it.
		 */
		REJECT,

		/**
		 * Do not answer; the publisher waits until its timeout.
		 */
		IGNORE

	}

	/**
	 * What to do with a signal whose publisher has given up by the time that it could be
	 * handled.
	 */
	public enum Expired {

		/**
		 * Answer {@code ras} 0, saying that it is too late, and do not handle it.
		 */
		REJECT,

		/**
		 * Handle it all the same.
		 */
		HANDLE

	}

}
