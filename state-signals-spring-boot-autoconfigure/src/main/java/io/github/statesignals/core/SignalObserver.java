package io.github.statesignals.core;

import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Observes publishes, handler calls and responses. Its methods are called on the thread
 * that does the work, and never throw.
 */
public interface SignalObserver {

	SignalObserver NONE = new SignalObserver() {
	};

	// An event is legal if the exporter was initialized with it. The outcome is a
	// SignalResult.
	default Observed publish(Signal signal, String channel, boolean legal) {
		return Observed.NONE;
	}

	// The outcome is an Acknowledgement.
	default Observed handle(ReceivedBy received, String handler) {
		return Observed.NONE;
	}

	// Ends when the response is sent and, on a durable channel, stored. Handled: a
	// handler has acted on the signal or failed.
	default Observed respond(ReceivedBy received, Response response, boolean handled) {
		return Observed.NONE;
	}

	interface Observed {

		Observed NONE = new Observed() {
		};

		// The signal to publish in place of the observed one, perhaps with further
		// metadata.
		default Signal toSend(Signal signal) {
			return signal;
		}

		default Map<String, String> trace() {
			return Map.of();
		}

		// To be closed on the same thread.
		default Scope open() {
			return Scope.NONE;
		}

		// Before stop().
		default void outcome(@Nullable Object outcome, @Nullable Throwable error) {
		}

		// Once, outside of its scopes.
		default void stop() {
		}

	}

	// The time in which an observation is that of a thread.
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		Scope NONE = () -> {
		};

		@Override
		void close();

	}

	/**
	 * A signal that a responder received. {@link SignalExtension#NONE} is the time of one
	 * that is not stored. Known: the responder names the event in a handler.
	 */
	record ReceivedBy(Signal signal, @Nullable SignalExtension extension, long storedMillis, String channel,
			String responderId, boolean known) {

	}

}
