package io.github.statesignals.core.publish;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Runs calls of the application's code when the lock is released under which they arose.
 * Safe for use by many threads.
 */
final class DeferredCalls {

	private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();

	// Whether this thread holds the lock.
	private final BooleanSupplier locked;

	DeferredCalls(BooleanSupplier locked) {
		this.locked = locked;
	}

	void add(Runnable call) {
		this.calls.add(call);
	}

	// Passes a task to the executor now, unless this thread holds the lock.
	void execute(Executor executor, Runnable task) {
		if (this.locked.getAsBoolean()) {
			this.calls.add(() -> executor.execute(task));
		}
		else {
			executor.execute(task);
		}
	}

	// To be called after each call that may end publications. Does nothing under the
	// lock.
	void run() {
		// Most often there is none.
		if (!this.calls.isEmpty() && !this.locked.getAsBoolean()) {
			for (Runnable call = this.calls.poll(); call != null; call = this.calls.poll()) {
				call.run();
			}
		}
	}

}
