package io.github.statesignals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Handles signals without annotations.
 *
 * @since 0.1.0
 * @see SignalResponder#on(String, SignalHandler)
 */
@FunctionalInterface
public interface SignalHandler {

	/**
	 * Handles a signal. Called on the starter's executor, for the signals of one
	 * publisher one at a time in the order in which they were published. May block.
	 * @param signal the signal
	 * @return the acknowledgement; {@code null} if this handler does not handle the
	 * signal, which then counts as unhandled
	 * @throws Exception to answer {@code ras} 0 with its message
	 */
	@Nullable Acknowledgement handle(Signal signal) throws Exception;

	/**
	 * Handles a signal without blocking a thread. The publisher's next signal is handled
	 * when the stage has completed.
	 * @param signal the signal
	 * @return a stage of the acknowledgement, or of the exception, of
	 * {@link #handle(Signal)}
	 * @throws Exception to answer {@code ras} 0 with its message
	 */
	default CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal) throws Exception {
		return CompletableFuture.completedFuture(handle(signal));
	}

}
