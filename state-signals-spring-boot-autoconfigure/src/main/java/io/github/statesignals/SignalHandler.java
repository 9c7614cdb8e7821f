package io.github.statesignals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Acts on signals without annotations.
 *
 * @since 0.1.0
 * @see SignalResponder#on(String, SignalHandler)
 */
@FunctionalInterface
public interface SignalHandler {

	/**
	 * Act on a signal. Called on the starter's executor, for one publisher's signals in
	 * the order in which they were published; it may block.
	 * @param signal the signal
	 * @return what to tell the publisher; {@code null} when this handler has nothing to
	 * do with the signal, which then counts as unhandled by it
	 * @throws Exception when it failed: the publisher is told {@code ras} 0 with its
	 * message
	 */
	@Nullable Acknowledgement handle(Signal signal) throws Exception;

	/**
	 * Act on a signal without holding the thread until it is done. The publisher's next
	 * signal is handled when the stage has completed.
	 * @param signal the signal
	 * @return completes with what {@link #handle(Signal)} returns or throws
	 * @throws Exception when it failed
	 */
	default CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal) throws Exception {
		return CompletableFuture.completedFuture(handle(signal));
	}

}
