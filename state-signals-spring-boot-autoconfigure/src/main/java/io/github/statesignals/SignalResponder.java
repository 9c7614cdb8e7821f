package io.github.statesignals;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Hears signals and answers them, under one id.
 * <p>
 * A responder with at least one handler, from {@link OnSignal} or
 * {@link #on(String, SignalHandler)}, answers {@code initialization}, which subscribes
 * it, and from then on <em>every</em> signal, once: {@code ras} 1 only if every matching
 * handler succeeded. What no handler matches is answered as
 * {@code state-signals.responder.unhandled} says. What its locks filter out, it neither
 * hears nor answers. A responder with neither handlers nor listeners is silent.
 * <p>
 * Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface SignalResponder {

	/**
	 * The responder's name.
	 * @return the name with which its id begins
	 */
	String getName();

	/**
	 * The responder's id on the wire.
	 * @return {@code <name>-<uuid4>-resp}, the same for the life of the responder
	 */
	String getResponderId();

	/**
	 * Hear one publisher only. Replaces an earlier publisher lock; a tag lock stays.
	 * @param publisherId the publisher's id
	 */
	void lockPublisher(String publisherId);

	/**
	 * Hear signals with one tag only. Replaces an earlier tag lock; a publisher lock
	 * stays. Mind that {@code initialization} is heard only if it carries the tag, too.
	 * @param tag the tag
	 */
	void lockTag(String tag);

	/**
	 * Drop both locks.
	 */
	void unlock();

	/**
	 * Answer by hand. Returns at once; that Redis did not take the answer is logged.
	 * @param publisherId whom to answer
	 * @param event which event to answer
	 * @param ras 1 for success, anything else for a failure, {@code null} for none, which
	 * only an initialization does without
	 * @param message what to tell the publisher, if anything
	 */
	void respond(String publisherId, String event, @Nullable Integer ras, @Nullable String message);

	/**
	 * Answer a signal by hand.
	 * @param signal the signal
	 * @param ras 1 for success, anything else for a failure, {@code null} for none
	 * @param message what to tell the publisher, if anything
	 * @see #respond(String, String, Integer, String)
	 */
	default void respond(Signal signal, @Nullable Integer ras, @Nullable String message) {
		respond(signal.publisherId(), signal.event(), ras, message);
	}

	/**
	 * Handle an event, as {@link OnSignal} does. The responder answers.
	 * <p>
	 * A responder hears from its first handler or listener on. Where the application is
	 * connected already, this waits until Redis has subscribed it, at the most two
	 * seconds: a Redis that is away does it when it is back.
	 * @param event the event; {@code "*"} for any but the two reserved ones, which are
	 * handled where they are named
	 * @param handler the handler
	 * @return closes to remove the handler
	 * @throws org.springframework.dao.DataAccessException if Redis does not let us hear
	 * the channel; the handler is not registered then
	 */
	Registration on(String event, SignalHandler handler);

	/**
	 * Listen to every signal that passes the locks, the reserved events included, and
	 * leave the answering to the application: while a responder has a listener, it
	 * answers only what one of its handlers matches, and not even {@code initialization}
	 * otherwise, which would subscribe it: neither to exporters of other applications nor
	 * to those of its own. Called as handlers are; what a listener throws is logged.
	 * @param listener the listener
	 * @return closes to remove the listener
	 * @throws org.springframework.dao.DataAccessException as {@link #on} does
	 */
	Registration listen(Consumer<Signal> listener);

	/**
	 * A handler's or listener's place in a responder.
	 */
	@FunctionalInterface
	interface Registration extends AutoCloseable {

		/**
		 * Remove it. What it is busy with, it finishes; for signals that are queued a
		 * handler is not called any more.
		 */
		@Override
		void close();

	}

}
