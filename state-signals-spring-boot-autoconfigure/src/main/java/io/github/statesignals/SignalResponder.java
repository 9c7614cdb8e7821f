package io.github.statesignals;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Receives signals and responds to them under one id.
 * <p>
 * A responder with a handler, from {@link OnSignal} or
 * {@link #on(String, SignalHandler)}, answers {@code initialization}, which subscribes
 * it. From then on it answers <em>each</em> signal once: {@code ras} 1 only if every
 * matching handler succeeded. {@code state-signals.responder.unhandled} configures the
 * answer if no handler matches. It does not receive signals that its locks filter out. A
 * responder without handlers and listeners answers nothing.
 * <p>
 * Safe for concurrent use.
 *
 * @since 0.1.0
 */
public interface SignalResponder {

	/**
	 * Returns the name of this responder.
	 * @return the name, with which its id begins
	 */
	String getName();

	/**
	 * Returns the id of this responder on the wire.
	 * @return {@code <name>-<uuid4>-resp}, constant for the lifetime of the responder; on
	 * a durable channel its name
	 */
	String getResponderId();

	/**
	 * Restricts this responder to signals of one publisher. Replaces an earlier
	 * publisher; a tag lock remains.
	 * @param publisherId the id of the publisher
	 * @throws IllegalArgumentException if the id is blank
	 * @throws IllegalStateException if the channel is durable
	 */
	void lockPublisher(String publisherId);

	/**
	 * Restricts this responder to signals with one tag. Replaces an earlier tag; a
	 * publisher lock remains. An {@code initialization} without the tag is filtered out
	 * as well.
	 * @param tag the tag
	 * @throws IllegalArgumentException if the tag is blank
	 * @throws IllegalStateException if the channel is durable
	 */
	void lockTag(String tag);

	/**
	 * Removes both locks.
	 */
	void unlock();

	/**
	 * Sends a response. Returns without waiting for Redis; a failure is logged.
	 * @param publisherId the id of the publisher to respond to
	 * @param event the event to respond to
	 * @param ras 1 for success, any other number for a failure, {@code null} for none,
	 * which only a response to an initialization may have
	 * @param message the message, or {@code null}
	 * @throws IllegalArgumentException if publisher id or event is blank
	 */
	void respond(String publisherId, String event, @Nullable Integer ras, @Nullable String message);

	/**
	 * Sends a response to a signal.
	 * @param signal the signal
	 * @param ras 1 for success, any other number for a failure, {@code null} for none
	 * @param message the message, or {@code null}
	 * @see #respond(String, String, Integer, String)
	 */
	default void respond(Signal signal, @Nullable Integer ras, @Nullable String message) {
		respond(signal.publisherId(), signal.event(), ras, message);
	}

	/**
	 * Registers a handler. The responder answers, as for {@link OnSignal}.
	 * <p>
	 * A responder receives signals from its first handler or listener on. In a connected
	 * application this method waits until Redis has confirmed the subscription, two
	 * seconds at most. If Redis is not reachable, the subscription follows with the
	 * connection.
	 * @param event the event; {@code "*"} for any except the two reserved ones
	 * @param handler the handler
	 * @return the registration, which removes the handler when it is closed
	 * @throws IllegalArgumentException if the event is blank
	 * @throws org.springframework.dao.DataAccessException if Redis refuses the
	 * subscription; the handler is not registered
	 */
	Registration on(String event, SignalHandler handler);

	/**
	 * Registers a listener for all signals that pass the locks, including reserved
	 * events, and leaves responding to the application. While a responder has a listener,
	 * it answers only signals that match a handler. So an {@code initialization} without
	 * a handler is not answered, and the responder is not subscribed.
	 * <p>
	 * When the application stops, the signals that it has not answered, and that their
	 * publishers still await, are answered with {@code ras} 0; those of a durable channel
	 * are delivered again.
	 * <p>
	 * Threads and order are those of handlers. An exception of the listener is logged.
	 * @param listener the listener
	 * @return the registration, which removes the listener when it is closed
	 * @throws org.springframework.dao.DataAccessException if Redis refuses the
	 * subscription
	 */
	Registration listen(Consumer<Signal> listener);

	/**
	 * Registration of a handler or listener.
	 */
	@FunctionalInterface
	interface Registration extends AutoCloseable {

		/**
		 * Removes the handler or listener. A call that is running finishes. Queued
		 * signals are not passed to it.
		 */
		@Override
		void close();

	}

}
