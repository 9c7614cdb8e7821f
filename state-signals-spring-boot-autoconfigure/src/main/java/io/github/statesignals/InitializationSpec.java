package io.github.statesignals;

import java.time.Duration;

/**
 * Builds an initialization. Not safe for concurrent use.
 *
 * @since 0.1.0
 * @see SignalExporter#initialization(String...)
 */
public interface InitializationSpec {

	/**
	 * Sets the tag of the {@code initialization} signal, and of the {@code shutdown}
	 * signal that follows it. A responder that is locked on a tag receives only signals
	 * with that tag.
	 * @param tag the tag
	 * @return this
	 */
	InitializationSpec tag(String tag);

	/**
	 * Sets the responders that are subscribers from the start, even if they do not answer
	 * the initialization. Replaces {@code state-signals.exporter.expected-responders}.
	 * @param responderIds the responder ids
	 * @return this
	 * @throws IllegalArgumentException if an id is blank
	 */
	InitializationSpec expectedResponders(String... responderIds);

	/**
	 * Sets how often {@link #initializeAndWait} publishes {@code initialization} again
	 * while it waits. Replaces {@code state-signals.exporter.republish-interval}.
	 * @param interval the interval; zero publishes it once
	 * @return this
	 * @throws IllegalArgumentException if the interval is negative
	 */
	InitializationSpec republishInterval(Duration interval);

	/**
	 * Initializes the exporter.
	 * @see SignalExporter#initialize(String...)
	 */
	void initialize();

	/**
	 * Initializes the exporter, and waits until a number of responders is subscribed.
	 * Blocks the caller.
	 * @param subscribers the number of responders; expected ones count
	 * @param timeout the longest wait; a negative duration waits indefinitely
	 * @return {@code true} as soon as the number is reached, {@code false} after the
	 * timeout
	 * @see SignalExporter#initializeAndWait(int, Duration, String...)
	 */
	boolean initializeAndWait(int subscribers, Duration timeout);

}
