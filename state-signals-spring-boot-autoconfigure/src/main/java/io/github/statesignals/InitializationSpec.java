package io.github.statesignals;

import java.time.Duration;

/**
 * An initialization in the making. Not safe for use by several threads.
 *
 * @since 0.1.0
 * @see SignalExporter#initialization(String...)
 */
public interface InitializationSpec {

	/**
	 * Give the {@code initialization} signal a tag, and the {@code shutdown} signal that
	 * ends what it began: a responder that is locked on a tag hears nothing else.
	 * @param tag the tag
	 * @return this
	 */
	InitializationSpec tag(String tag);

	/**
	 * Name responders that are subscribers from the start, whether they answer the
	 * initialization or not. Replaces what
	 * {@code state-signals.exporter.expected-responders} says.
	 * @param responderIds the responder ids
	 * @return this
	 */
	InitializationSpec expectedResponders(String... responderIds);

	/**
	 * Initialize.
	 * @see SignalExporter#initialize(String...)
	 */
	void initialize();

	/**
	 * Initialize, and wait until so many responders are subscribed.
	 * @param subscribers how many responders to wait for; expected ones count
	 * @param timeout how long to wait; negative: for ever
	 * @return {@code true} as soon as so many are subscribed
	 * @see SignalExporter#initializeAndWait(int, Duration, String...)
	 */
	boolean initializeAndWait(int subscribers, Duration timeout);

}
