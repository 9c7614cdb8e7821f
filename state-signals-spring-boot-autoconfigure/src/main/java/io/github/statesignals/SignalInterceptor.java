package io.github.statesignals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Intercepts the handling and publishing of signals. Beans of this type apply in their
 * order, the first one outermost.
 *
 * @since 0.1.0
 */
public interface SignalInterceptor {

	/**
	 * Intercepts one handler call, on the handler's thread. Not called for reserved
	 * events that no handler names.
	 * @param signal the signal
	 * @param next the handler, or the next interceptor
	 * @return a stage of the acknowledgement
	 * @throws Exception to fail instead of the handler
	 */
	default CompletionStage<@Nullable Acknowledgement> aroundHandle(Signal signal, Handling next) throws Exception {
		return next.proceed(signal);
	}

	/**
	 * Intercepts one publish, on the publishing thread. The result of the future
	 * completes on the starter's executor.
	 * @param signal the signal to send
	 * @param next the exporter, or the next interceptor
	 * @return a future of the result
	 */
	default CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
		return next.proceed(signal);
	}

	/**
	 * Proceeds to the handler, or to the next interceptor.
	 */
	@FunctionalInterface
	interface Handling {

		/**
		 * Proceeds with a signal.
		 * @param signal the received signal, or a replacement; the response goes to the
		 * publisher of the received one
		 * @return a stage of the acknowledgement
		 * @throws Exception if the handler failed
		 */
		CompletionStage<@Nullable Acknowledgement> proceed(Signal signal) throws Exception;

	}

	/**
	 * Proceeds to the exporter, or to the next interceptor.
	 */
	@FunctionalInterface
	interface Publishing {

		/**
		 * Proceeds with a signal.
		 * @param signal the signal, or a replacement that differs in tag, sample number
		 * or metadata
		 * @return a future of the result
		 */
		CompletableFuture<SignalResult> proceed(Signal signal);

	}

}
