package io.github.statesignals.core.publish;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

import io.github.statesignals.SignalExporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls of the application's code when the lock is released under which they arose.
 * Safe for use by many threads.
 */
final class DeferredCalls implements Executor {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();

	// Whether this thread holds the lock.
	private final BooleanSupplier locked;

	DeferredCalls(BooleanSupplier locked) {
		this.locked = locked;
	}

	void add(Runnable call) {
		this.calls.add(call);
	}

	// Runs a part of a call that must go on if it fails. That is logged without the lock.
	void guard(Runnable part) {
		try {
			part.run();
		}
		catch (RuntimeException | Error ex) {
			add(() -> logger.error("A publish goes on although a part of it has failed", ex));
		}
	}

	// Runs a call now, unless this thread holds the lock.
	@Override
	public void execute(Runnable call) {
		if (this.locked.getAsBoolean()) {
			add(call);
		}
		else {
			call.run();
		}
	}

	// Passes a task to the executor now, unless this thread holds the lock. One that is
	// refused runs on this thread.
	void execute(Executor executor, Runnable task) {
		execute(() -> {
			try {
				executor.execute(task);
			}
			catch (RejectedExecutionException | OutOfMemoryError ex) {
				task.run();
			}
		});
	}

	// To be called after each call that may end publications. Does nothing under the
	// lock.
	void run() {
		if (!this.calls.isEmpty() && !this.locked.getAsBoolean()) {
			runAll(this.calls);
		}
	}

	// Those behind one that fails complete results that callers wait for.
	static void runAll(Queue<Runnable> calls) {
		Throwable failure = null;
		for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
			try {
				call.run();
			}
			catch (RuntimeException | Error ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			logFailure(failure);
		}
	}

	private static void logFailure(Throwable failure) {
		try {
			logger.error("A call at the end of a publish failed", failure);
		}
		catch (RuntimeException | Error ex) {
			// The logger itself may have failed. The caller needs its result all the
			// same.
		}
	}

}
