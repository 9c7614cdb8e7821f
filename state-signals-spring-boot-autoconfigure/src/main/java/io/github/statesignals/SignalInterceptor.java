package io.github.statesignals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Wraps what happens to signals in this application. Beans of this type apply in their
 * order, the first one outermost.
 *
 * @since 0.1.0
 */
public interface SignalInterceptor {

	/**
	 * Around each handler that acts on a signal, on its thread. Reserved events that no
	 * handler names do not come here.
	 * @param signal the signal
	 * @param next the rest of the way
	 * @return what the handler says, or something else
	 * @throws Exception to fail in the handler's place
	 */
	default CompletionStage<@Nullable Acknowledgement> aroundHandle(Signal signal, Handling next) throws Exception {
		return next.proceed(signal);
	}

	/**
	 * Around each publish, on the publisher's thread. The result completes on the
	 * starter's executor.
	 * @param signal the signal that is going to be sent
	 * @param next the rest of the way
	 * @return the result, or another one
	 */
	default CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
		return next.proceed(signal);
	}

	/**
	 * The rest of the way to a handler.
	 */
	@FunctionalInterface
	interface Handling {

		/**
		 * Go on.
		 * @param signal the signal, or another one in its place; the answer goes to the
		 * publisher of the first
		 * @return completes with what the handler says
		 * @throws Exception if the handler failed
		 */
		CompletionStage<@Nullable Acknowledgement> proceed(Signal signal) throws Exception;

	}

	/**
	 * The rest of the way to the wire.
	 */
	@FunctionalInterface
	interface Publishing {

		/**
		 * Go on.
		 * @param signal the signal, or one with another tag, sample number or metadata in
		 * its place
		 * @return completes with the result
		 */
		CompletableFuture<SignalResult> proceed(Signal signal);

	}

}
