package io.github.statesignals;

/**
 * Decides the answer of a failed handler.
 *
 * @since 0.1.0
 * @see OnSignal#errorHandler()
 */
@FunctionalInterface
public interface SignalErrorHandler {

	/**
	 * Handles an error: an exception or {@link Error} of the handler, a failed future, or
	 * arguments that could not be resolved. Called on the thread on which the handler
	 * failed.
	 * @param signal the signal
	 * @param error the error
	 * @return the acknowledgement to answer
	 * @throws Exception to answer {@code ras} 0 with this exception's message
	 */
	Acknowledgement handleError(Signal signal, Throwable error) throws Exception;

}
