package io.github.statesignals.core.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Runs the tasks that an executor refuses, while the application shuts down or without a
 * thread: their callers still wait.
 */
record FallbackExecutor(Executor executor) implements Executor {

	@Override
	public void execute(Runnable task) {
		try {
			this.executor.execute(task);
		}
		catch (RuntimeException | Error ex) {
			CompletableFuture.runAsync(task);
		}
	}

}
