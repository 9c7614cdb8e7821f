package io.github.statesignals.redis.durable.store;

import java.time.Duration;

/**
 * The settings of a durable channel. A retention of more than 36,500 days counts as that.
 */
public record DurableChannel(Duration retention, Start start) {

	// Redis refuses later times of expiry.
	private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

	public DurableChannel {
		retention = (retention.compareTo(LONGEST_RETENTION) < 0) ? retention : LONGEST_RETENTION;
	}

	/**
	 * The signals that a new responder receives.
	 */
	public enum Start {

		/**
		 * Those that are published after its registration.
		 */
		NEW,

		/**
		 * Also the last signal of each event and publisher.
		 */
		LATEST,

		/**
		 * Also all signals that the stream still has.
		 */
		ALL

	}

}
