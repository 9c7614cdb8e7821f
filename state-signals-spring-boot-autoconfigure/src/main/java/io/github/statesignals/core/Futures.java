package io.github.statesignals.core;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/**
 * Waiting for a stage as a caller expects it: with the exception that was meant, and
 * interruptibly.
 */
final class Futures {

	private Futures() {
	}

	/**
	 * Wait for a stage.
	 * @param <T> the type of its value
	 * @param stage the stage
	 * @return its value
	 * @throws IllegalStateException if the thread is interrupted, which it stays
	 */
	static <T> T join(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for signals", ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = unwrap(ex);
			if (cause instanceof Error error) {
				throw error;
			}
			throw (cause instanceof RuntimeException failure) ? failure : new IllegalStateException(cause);
		}
	}

	/**
	 * The exception that was meant.
	 * @param ex what a stage completed with
	 * @return its cause, as long as it is a mere wrapper
	 */
	static Throwable unwrap(Throwable ex) {
		Throwable cause = ex;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}
