package io.github.statesignals;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes state signals and learns which responders acted on them.
 * <p>
 * An exporter first {@linkplain #initialize(String...) initializes}: it declares its
 * legal events and asks responders to subscribe. Every {@linkplain #signal(String)
 * publish} then awaits exactly those responders that were subscribed when it was sent.
 * <p>
 * Safe for use by many threads. Many signals may be under way at once. Where a subscriber
 * is a Python service, those of one event are published one after the other, each when
 * the one before it has ended, since its answers name no more than publisher and event;
 * signals of different events do not wait for each other.
 * <p>
 * A negative {@link Duration} means <em>no timeout</em>; {@code null} is never accepted.
 * What responders did is a value; a broken Redis is an exception, a
 * {@link org.springframework.dao.DataAccessException}, and so is wrong use.
 *
 * @since 0.1.0
 */
public interface SignalExporter {

	/**
	 * This exporter's id on the wire.
	 * @return {@code <process name>-<uuid4>}, the same for the life of the exporter
	 */
	String getPublisherId();

	/**
	 * Declare the legal events, and ask responders to subscribe. From now on whoever
	 * answers is a subscriber, at any time until {@link #shutdown()}; responders of the
	 * same application that answer by themselves are subscribed when this returns.
	 * Initializing again replaces the legal events and keeps the subscribers.
	 * <p>
	 * Before the application has started, such as in a {@code @Bean} method, and until it
	 * is connected for the first time, this only notes the events: it is done as soon as
	 * the application is connected, and before runners are called. It is done again when
	 * the application was stopped and is started again.
	 * @param legalEvents the events that this exporter may publish: at least one, none
	 * blank, twice or reserved
	 * @throws IllegalArgumentException if the events are not as they have to be
	 * @throws org.springframework.dao.DataAccessException if Redis did not take the
	 * signal
	 */
	void initialize(String... legalEvents);

	/**
	 * Initialize, and wait until {@code subscribers} responders are subscribed. Needs an
	 * application that has started: call this in an {@code ApplicationRunner}, and
	 * {@link #initialize(String...)} in a {@code @Bean} method. For late responders
	 * {@code initialization} is published again every
	 * {@code state-signals.exporter.republish-interval}. Blocks the caller.
	 * @param subscribers how many responders to wait for
	 * @param timeout how long to wait; negative: for ever
	 * @param legalEvents the events that this exporter may publish
	 * @return {@code true} as soon as so many are subscribed, {@code false} when the
	 * timeout passed before
	 * @throws IllegalArgumentException if the events are not as they have to be, or
	 * {@code subscribers} is negative
	 * @throws org.springframework.dao.DataAccessException if Redis did not take the first
	 * signal
	 * @throws IllegalStateException if the application has not started, where nothing is
	 * initialized; or if the thread is interrupted, or the exporter shut down, meanwhile
	 */
	boolean initializeAndWait(int subscribers, Duration timeout, String... legalEvents);

	/**
	 * Begin an initialization that says more than the legal events: a tag, or the
	 * responders that are expected.
	 * @param legalEvents the events that this exporter may publish
	 * @return the initialization to complete
	 */
	InitializationSpec initialization(String... legalEvents);

	/**
	 * Begin a signal.
	 * @param event the event
	 * @return the signal to complete and publish
	 */
	SignalSpec signal(String event);

	/**
	 * Publish an event and nothing else, and wait for its result as
	 * {@link SignalSpec#publish()} does.
	 * @param event the event
	 * @return who acted on it
	 */
	default SignalResult publish(String event) {
		return signal(event).publish();
	}

	/**
	 * Publishes a typed signal: its event is the one that its type names by the rule of
	 * {@link SignalEvent}, its properties are the metadata, as the application's
	 * {@code JsonMapper} writes them.
	 * @param typedSignal a record, or an object of a class
	 * @return the outcome
	 * @throws IllegalArgumentException if it is not an object in JSON, has fields of
	 * which none is a property, or its event is ambiguous or not legal; nothing is
	 * published
	 * @see SignalSpec#publish()
	 */
	SignalResult emit(Object typedSignal);

	/**
	 * Publish a typed signal without blocking any thread.
	 * @param typedSignal a record, or an object of a class
	 * @return who acted on it
	 * @throws IllegalArgumentException if it is not an object in JSON, or the event not
	 * legal; nothing is published
	 * @see SignalSpec#publishAsync()
	 */
	CompletableFuture<SignalResult> emitAsync(Object typedSignal);

	/**
	 * Who is subscribed now: the responders that a signal published now would await.
	 * @return the responder ids, a snapshot
	 */
	Set<String> getSubscribers();

	/**
	 * End: publish {@code shutdown}, forget the subscribers, and end what is still being
	 * awaited with those missing that have not answered. Does nothing unless initialized.
	 * The exporter may be initialized again, with the same publisher id. Until then it
	 * stays shut down, also when the application is started again.
	 * @throws org.springframework.dao.DataAccessException if Redis did not take the
	 * signal; the exporter is shut down all the same
	 */
	void shutdown();

}
