package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What exporters and responders do where nobody says otherwise.
 *
 * @param channel the channel of whatever names none
 * @param runnerHost the host that signals name
 * @param expectedResponders the ids of responders that are subscribers from the start
 * @param republishInterval how often to ask again while waiting for subscribers
 * @param responseTimeout how long a publish awaits answers; negative: for ever
 * @param responderName the name of the application's responder
 * @param respond whether the application hears and answers signals at all
 * @param unhandled what to answer where no handler matches
 * @param lockPublisher the publisher that every responder is locked on
 * @param lockTag the tag that every responder is locked on
 * @param receiveOwn whether responders hear this application's own exporters
 * @param queueCapacity how many signals of one publisher may wait for a responder
 * @param drainTimeout how long to let handlers finish when stopping
 * @since 0.1.0
 */
public record EngineSettings(String channel, String runnerHost, Collection<String> expectedResponders,
		Duration republishInterval, Duration responseTimeout, String responderName, boolean respond,
		Unhandled unhandled, @Nullable String lockPublisher, @Nullable String lockTag, boolean receiveOwn,
		int queueCapacity, Duration drainTimeout) {

	public EngineSettings {
		expectedResponders = List.copyOf(expectedResponders);
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

}
