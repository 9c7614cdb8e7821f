package io.github.statesignals.test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.statesignals.core.Futures;
import io.github.statesignals.test.SignalScenario.Stimulus;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the signals that a stimulus makes the application publish, ten seconds at
 * most.
 *
 * @since 0.1.0
 * @see SignalScenario#stimulate
 */
public final class Stimulation {

	private static final Duration END_TIMEOUT = Duration.ofSeconds(2);

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private final Function<String, @Nullable PublishedSignal> signals;

	private final Thread thread;

	Stimulation(Stimulus stimulus, Function<String, @Nullable PublishedSignal> signals) {
		this.signals = signals;
		this.thread = new Thread(() -> run(stimulus), "signal-stimulus");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void run(Stimulus stimulus) {
		try {
			stimulus.run();
			this.ended.complete(null);
		}
		catch (Throwable ex) {
			this.ended.completeExceptionally(ex);
		}
	}

	/**
	 * Waits until the tested application has published a signal of an event. Each signal
	 * is returned once: waiting for the same event again waits for the next one.
	 * @param event the event
	 * @return assertions about the signal
	 */
	public PublishedSignalAssert andWaitForSignal(String event) {
		AtomicReference<@Nullable PublishedSignal> found = new AtomicReference<>();
		Waiting.until(() -> {
			boolean failed = this.ended.isCompletedExceptionally();
			found.set(this.signals.apply(event));
			return failed || found.get() != null;
		});
		PublishedSignal signal = found.get();
		if (signal == null) {
			checkNotFailed();
			throw new AssertionError("No signal '%s' was published within %s".formatted(event, Waiting.PATIENCE));
		}
		return signal.assertThat();
	}

	/**
	 * Waits until the stimulus has ended.
	 */
	public void andWaitForEnd() {
		if (!Waiting.until(this.ended::isDone)) {
			throw new AssertionError("The stimulus has not ended within %s: it may wait for the answer to a signal. "
				.formatted(Waiting.PATIENCE)
					+ "Move the time with SignalScenario.advance(Duration) to let a publish time out.");
		}
		checkNotFailed();
	}

	private void checkNotFailed() {
		if (this.ended.isCompletedExceptionally()) {
			Throwable failure = Futures.failure(this.ended);
			throw new AssertionError("The stimulus failed: " + failure, failure);
		}
	}

	void close() {
		if (!Waiting.until(END_TIMEOUT, this.ended::isDone)) {
			this.thread.interrupt();
		}
	}

}
