package io.github.statesignals.core;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Waits for stages interruptibly, unwraps their exceptions, and hands them out.
 */
public final class Futures {

	private Futures() {
	}

	// If the thread is interrupted, it stays so.
	public static <T extends @Nullable Object> T join(CompletionStage<T> stage, String event) {
		try {
			return stage.toCompletableFuture().get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(
					"Interrupted while waiting for the outcome of '%s', which may have been sent".formatted(event), ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = unwrap(ex);
			if (cause instanceof Error error) {
				throw error;
			}
			throw (cause instanceof RuntimeException failure) ? failure : new IllegalStateException(cause);
		}
	}

	public static Throwable unwrap(Throwable ex) {
		Throwable cause = ex;
		while ((cause instanceof CompletionException || cause instanceof ExecutionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

	// A proxy, and Spring's call of a listener, wrap an exception that is not declared.
	public static Throwable undeclared(Throwable ex) {
		return (ex instanceof UndeclaredThrowableException wrapper && wrapper.getCause() != null) ? wrapper.getCause()
				: ex;
	}

	public static Throwable failure(CompletableFuture<?> failed) {
		return unwrap(failed.handle((value, ex) -> ex).join());
	}

	static <T> CompletableFuture<T> handOut(CompletableFuture<T> future, Executor executor) {
		HandedOut<T> handedOut = new HandedOut<>(future);
		future.whenCompleteAsync(handedOut, executor);
		return handedOut;
	}

	// The action runs before the dependent stages and must not throw. The other future is
	// cancelled with this one, also if its caller completes it, as orTimeout does.
	public static <T> CompletableFuture<T> handOut(CompletableFuture<T> future,
			BiConsumer<@Nullable T, @Nullable Throwable> first) {
		HandedOut<T> handedOut = new HandedOut<>(future);
		future.whenComplete(first).whenComplete(handedOut);
		return handedOut;
	}

	private static final class HandedOut<T> extends CompletionAwareFuture<T> implements BiConsumer<T, Throwable> {

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
		protected void onCompleted() {
			if (!this.source.isDone()) {
				this.source.cancel(false);
			}
		}

	}

}
