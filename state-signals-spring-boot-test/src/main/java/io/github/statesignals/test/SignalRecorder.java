package io.github.statesignals.test;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResult;

/**
 * Records the signals that the exporters of an application publish. Innermost
 * interceptor: it receives them as the others have changed them.
 */
final class SignalRecorder implements SignalInterceptor {

	private final List<Consumer<PublishedSignal>> scenarios = new CopyOnWriteArrayList<>();

	private final Semaphore exclusive = new Semaphore(1);

	// Returns the permit of tests that have to run one after another.
	Semaphore exclusive() {
		return this.exclusive;
	}

	void add(Consumer<PublishedSignal> scenario) {
		this.scenarios.add(scenario);
	}

	void remove(Consumer<PublishedSignal> scenario) {
		this.scenarios.remove(scenario);
	}

	@Override
	public CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
		CompletableFuture<SignalResult> result = next.proceed(signal);
		// From here on its timeout is scheduled: a test may move the time.
		PublishedSignal published = new PublishedSignal(signal, result);
		this.scenarios.forEach((scenario) -> scenario.accept(published));
		return result;
	}

}
