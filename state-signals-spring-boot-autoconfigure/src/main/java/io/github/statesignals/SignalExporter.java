package io.github.statesignals;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes state signals and returns the responders that acted on them.
 * <p>
 * {@linkplain #initialize(String...) Initializing} declares the legal events and asks
 * responders to subscribe. Each {@linkplain #signal(String) publish} awaits exactly the
 * responders that are subscribed when it is sent.
 * <p>
 * Safe for concurrent use. Up to {@code state-signals.exporter.max-pending} publishes may
 * be in flight. While a Python responder is subscribed, publishes of one event run one
 * after another, because its answers name only publisher and event. Publishes of
 * different events do not wait for each other.
 * <p>
 * A negative {@link Duration} means <em>no timeout</em>; {@code null} is not accepted.
 * The outcome of a publish is a value. Wrong use throws an
 * {@link IllegalArgumentException} or {@link IllegalStateException}, and a failing Redis
 * a {@link org.springframework.dao.DataAccessException}.
 *
 * @since 0.1.0
 */
public interface SignalExporter {

	/**
	 * Returns the id of this exporter on the wire.
	 * @return {@code <process name>-<uuid4>}, constant for the lifetime of the exporter
	 */
	String getPublisherId();

	/**
	 * Declares the legal events and asks responders to subscribe. A responder may
	 * subscribe at any time until {@link #shutdown()}. Responders of the same application
	 * are subscribed when this method returns. Initializing again replaces the legal
	 * events; subscribers remain.
	 * <p>
	 * Before the application has started and connected, as in a {@code @Bean} method, the
	 * events are recorded only. The initialization is sent with the first connection and
	 * before runners are called, and again when a stopped application is started.
	 * @param legalEvents the events that this exporter may publish: at least one, none
	 * blank, duplicate or reserved
	 * @throws IllegalArgumentException if the events are not valid
	 * @throws org.springframework.dao.DataAccessException if Redis did not accept the
	 * signal
	 */
	void initialize(String... legalEvents);

	/**
	 * Initializes this exporter, and waits until a number of responders is subscribed.
	 * Blocks the caller. The {@code initialization} is published again every
	 * {@code state-signals.exporter.republish-interval}.
	 * <p>
	 * Requires a started application: call it in an {@code ApplicationRunner}. In a
	 * {@code @Bean} method call {@link #initialize(String...)}.
	 * @param subscribers the number of responders
	 * @param timeout the longest wait; a negative duration waits indefinitely
	 * @param legalEvents the events that this exporter may publish
	 * @return {@code true} as soon as the number is reached, {@code false} after the
	 * timeout
	 * @throws IllegalArgumentException if the events are not valid, or
	 * {@code subscribers} is negative
	 * @throws org.springframework.dao.DataAccessException if Redis did not accept the
	 * first signal
	 * @throws IllegalStateException if the application has not started (nothing is
	 * initialized then), the thread is interrupted, or the exporter is shut down while
	 * waiting
	 */
	boolean initializeAndWait(int subscribers, Duration timeout, String... legalEvents);

	/**
	 * Returns a builder of an initialization, to set a tag or expected responders.
	 * @param legalEvents the events that this exporter may publish
	 * @return the builder
	 */
	InitializationSpec initialization(String... legalEvents);

	/**
	 * Returns a builder of a signal.
	 * @param event the event
	 * @return the builder
	 * @throws IllegalArgumentException if the event is blank
	 */
	SignalSpec signal(String event);

	/**
	 * Publishes an event without metadata, and waits for the result.
	 * @param event the event
	 * @return the result
	 * @see SignalSpec#publish()
	 */
	default SignalResult publish(String event) {
		return signal(event).publish();
	}

	/**
	 * Publishes a typed signal, and waits for the result. {@link SignalEvent} defines its
	 * event. Its properties are the metadata, as the application's {@code JsonMapper}
	 * writes them.
	 * @param typedSignal a record, or an object of a class
	 * @return the result
	 * @throws IllegalArgumentException if it is not a JSON object, none of its fields is
	 * a property, or its event is ambiguous or not legal; nothing is published
	 * @see SignalSpec#publish()
	 */
	SignalResult emit(Object typedSignal);

	/**
	 * Publishes a typed signal without blocking a thread.
	 * @param typedSignal a record, or an object of a class
	 * @return a future of the result, completed as by {@link SignalSpec#publishAsync()}
	 * @throws IllegalArgumentException if it is not a JSON object, none of its fields is
	 * a property, or its event is ambiguous or not legal; nothing is published
	 * @see SignalSpec#publishAsync()
	 */
	CompletableFuture<SignalResult> emitAsync(Object typedSignal);

	/**
	 * Returns the subscribers: the responders that a publish would await now.
	 * @return the responder ids, a snapshot
	 */
	Set<String> getSubscribers();

	/**
	 * Returns the legal events: those that this exporter may publish.
	 * @return the events of the last initialization, in their order, unmodifiable; empty
	 * before it and after {@link #shutdown()}
	 */
	Set<String> getLegalEvents();

	/**
	 * Publishes {@code shutdown}, with the tag of the initialization, and removes all
	 * subscribers. Publishes in flight end: their results name the responders that have
	 * not answered as missing. Without an initialization nothing happens.
	 * <p>
	 * The exporter can be initialized again, with the same publisher id. Until then it
	 * remains shut down, also when a stopped application is started.
	 * @throws org.springframework.dao.DataAccessException if Redis did not accept the
	 * signal; the exporter is shut down nevertheless
	 */
	void shutdown();

	/**
	 * Shuts down with another tag than that of the initialization.
	 * @param tag the tag of the {@code shutdown} signal
	 * @throws IllegalArgumentException if the tag is {@code null} or too long
	 * @throws org.springframework.dao.DataAccessException if Redis did not accept the
	 * signal; the exporter is shut down nevertheless
	 * @see #shutdown()
	 */
	void shutdown(String tag);

}
