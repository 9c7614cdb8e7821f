package io.github.statesignals;

/**
 * Decides what a publisher is told when a handler fails.
 *
 * @since 0.1.0
 * @see OnSignal#errorHandler()
 */
@FunctionalInterface
public interface SignalErrorHandler {

	/**
	 * A handler failed, by throwing or with its future, or did not get its arguments.
	 * Called where the handler ran.
	 * @param signal the signal
	 * @param error what it failed with
	 * @return what to tell the publisher
	 * @throws Exception to fail in its place: the publisher is told its message
	 */
	Acknowledgement handleError(Signal signal, Throwable error) throws Exception;

}
