package io.github.statesignals.core.engine;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;

/**
 * A handler that returns stages.
 */
record AsyncHandler(Function<Signal, CompletionStage<Acknowledgement>> delegate) implements SignalHandler {

	@Override
	public Acknowledgement handle(Signal signal) {
		throw new AssertionError("No test calls this");
	}

	@Override
	public CompletionStage<Acknowledgement> handleAsync(Signal signal) {
		return this.delegate.apply(signal);
	}

}
