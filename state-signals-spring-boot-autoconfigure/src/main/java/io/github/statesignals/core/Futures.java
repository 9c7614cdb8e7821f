package io.github.statesignals.core;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Waits for stages interruptibly, unwraps their exceptions, and runs them.
 */
public final class Futures {

	private Futures() {
	}

	/**
	 * Waits for a stage.
	 * @param <T> the type of its value
	 * @param stage the stage
	 * @return its value
	 * @throws IllegalStateException if the thread is interrupted, which it stays
	 */
	public static <T extends @Nullable Object> T join(CompletionStage<T> stage) {
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
	 * Unwraps an exception.
	 * @param ex the exception of a stage
	 * @return its cause, as long as it is a mere wrapper
	 */
	public static Throwable unwrap(Throwable ex) {
		Throwable cause = ex;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

	/**
	 * Returns the exception of a future that has failed.
	 * @param failed the future, which has failed
	 * @return the exception that was meant
	 */
	public static Throwable failure(CompletableFuture<?> failed) {
		try {
			failed.join();
			throw new IllegalStateException("It has not failed");
		}
		catch (CompletionException | CancellationException ex) {
			return unwrap(ex);
		}
	}

	static <T> CompletableFuture<T> handOut(CompletableFuture<T> future, Executor executor) {
		HandedOut<T> handedOut = new HandedOut<>(future);
		future.whenCompleteAsync(handedOut, executor);
		return handedOut;
	}

	/**
	 * Returns a future that completes as another one does, and after an action.
	 * @param <T> the type of its value
	 * @param future the other future, which is cancelled with it
	 * @param first called before the dependent stages run; must not throw
	 * @return the future
	 */
	public static <T> CompletableFuture<T> handOut(CompletableFuture<T> future,
			BiConsumer<@Nullable T, @Nullable Throwable> first) {
		HandedOut<T> handedOut = new HandedOut<>(future);
		future.whenComplete(first).whenComplete(handedOut);
		return handedOut;
	}

	/**
	 * Returns an executor that runs each task, if need be on the common pool.
	 * @param executor the executor, which may refuse tasks while the application shuts
	 * down: its callers still wait
	 * @return the executor
	 */
	public static Executor withFallback(Executor executor) {
		return (task) -> {
			try {
				executor.execute(task);
			}
			catch (RejectedExecutionException ex) {
				CompletableFuture.runAsync(task);
			}
		};
	}

	private static final class HandedOut<T> extends CompletableFuture<T> implements BiConsumer<T, Throwable> {

		private final CompletableFuture<T> source;

		HandedOut(CompletableFuture<T> source) {
			this.source = source;
		}

		@Override
		public void accept(T value, @Nullable Throwable ex) {
			if (ex != null) {
				completeExceptionally(unwrap(ex));
			}
			else {
				complete(value);
			}
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			if (cancelled) {
				this.source.cancel(false);
			}
			return cancelled;
		}

	}

}
