package io.github.statesignals.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A future that is notified when it is completed, also by its caller, as
 * {@code orTimeout} does. Before that returns, and after dependent stages may have run.
 */
public abstract class CompletionAwareFuture<T> extends CompletableFuture<T> {

	protected abstract void onCompleted();

	@Override
	public boolean complete(@Nullable T value) {
		return report(super.complete(value));
	}

	@Override
	public boolean completeExceptionally(Throwable ex) {
		return report(super.completeExceptionally(ex));
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return report(super.cancel(mayInterruptIfRunning));
	}

	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
		supplyAsync(supplier, executor).whenComplete((value, ex) -> {
			if (ex != null) {
				completeExceptionally(ex);
			}
			else {
				complete(value);
			}
		});
		return this;
	}

	@Override
	public void obtrudeValue(@Nullable T value) {
		super.obtrudeValue(value);
		onCompleted();
	}

	@Override
	public void obtrudeException(Throwable ex) {
		super.obtrudeException(ex);
		onCompleted();
	}

	private boolean report(boolean completed) {
		if (completed) {
			onCompleted();
		}
		return completed;
	}

}
