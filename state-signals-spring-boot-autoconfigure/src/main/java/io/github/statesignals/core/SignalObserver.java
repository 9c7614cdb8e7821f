package io.github.statesignals.core;

import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Observes publishes, handler calls and responses. Its methods are called on the thread
 * that does the work, and never throw.
 *
 * @since 0.1.0
 */
public interface SignalObserver {

	/**
	 * Observes nothing.
	 */
	SignalObserver NONE = new SignalObserver() {
	};

	/**
	 * Begins to observe a publish, which ends with its result.
	 * @param signal the signal
	 * @param channel the channel's name
	 * @param legal whether the event is one that the exporter was initialized with
	 * @return the observation; its outcome is a
	 * {@link io.github.statesignals.SignalResult}
	 */
	default Observed publish(Signal signal, String channel, boolean legal) {
		return Observed.NONE;
	}

	/**
	 * Begins to observe the call of a handler or listener, which ends with its
	 * acknowledgement.
	 * @param received the signal
	 * @param handler describes the handler
	 * @return the observation; its outcome is an
	 * {@link io.github.statesignals.Acknowledgement}
	 */
	default Observed handle(ReceivedBy received, String handler) {
		return Observed.NONE;
	}

	/**
	 * Begins to observe a response, which ends when it is sent and, on a durable channel,
	 * stored.
	 * @param received the signal that it answers
	 * @param response the response
	 * @param handled whether a handler has acted on the signal or failed
	 * @return the observation
	 */
	default Observed respond(ReceivedBy received, Response response, boolean handled) {
		return Observed.NONE;
	}

	/**
	 * An observation in progress.
	 */
	interface Observed {

		/**
		 * Observes nothing.
		 */
		Observed NONE = new Observed() {
		};

		/**
		 * Returns the signal to publish, in place of the one that is observed.
		 * @param signal the signal
		 * @return the signal, perhaps with further metadata
		 */
		default Signal toSend(Signal signal) {
			return signal;
		}

		/**
		 * Returns the trace context for receivers of the signal.
		 * @return the fields of a propagator
		 */
		default Map<String, String> trace() {
			return Map.of();
		}

		/**
		 * Makes this the observation of the calling thread.
		 * @return restores the former one; to be closed on the same thread
		 */
		default Scope open() {
			return Scope.NONE;
		}

		/**
		 * Notes the outcome, before {@link #stop}.
		 * @param outcome the outcome; {@code null} if there is none
		 * @param error the failure, if it failed
		 */
		default void outcome(@Nullable Object outcome, @Nullable Throwable error) {
		}

		/**
		 * Ends the observation. To be called once, outside of its scopes.
		 */
		default void stop() {
		}

	}

	/**
	 * The time in which an observation is that of a thread.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		/**
		 * Does nothing.
		 */
		Scope NONE = () -> {
		};

		@Override
		void close();

	}

	/**
	 * A signal that a responder received.
	 *
	 * @param signal the signal
	 * @param extension its extension, if it has one
	 * @param storedMillis when it was stored, in milliseconds since 1970;
	 * {@link SignalExtension#NONE} if it is not stored
	 * @param channel the channel's name
	 * @param responderId the id of the responder
	 * @param known whether the responder names the event in a handler
	 */
	record ReceivedBy(Signal signal, @Nullable SignalExtension extension, long storedMillis, String channel,
			String responderId, boolean known) {

	}

}
