package io.github.statesignals.core.responder;

import java.util.function.Consumer;

import io.github.statesignals.Signal;

/**
 * A listener of a responder. Compared by identity: the same one may be registered twice.
 */
final class RegisteredListener implements Consumer<Signal> {

	private final Consumer<Signal> delegate;

	RegisteredListener(Consumer<Signal> delegate) {
		this.delegate = delegate;
	}

	@Override
	public void accept(Signal signal) {
		this.delegate.accept(signal);
	}

}
