package io.github.statesignals.core.responder;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * A handler of a responder. Compared by identity: the same one may be registered twice.
 */
final class RegisteredHandler {

	// Stands for any event but the reserved ones.
	static final String ANY = "*";

	private final String event;

	private final SignalHandler delegate;

	private volatile State state = State.ACTIVE;

	RegisteredHandler(String event, SignalHandler delegate) {
		this.event = event;
		this.delegate = delegate;
	}

	String event() {
		return this.event;
	}

	CompletionStage<@Nullable Acknowledgement> handle(Signal signal) throws Exception {
		if (this.state == State.PAUSED && selects(signal)) {
			// Neither a success nor stored: no signal waits without a bound.
			return CompletableFuture.completedFuture(
					Acknowledgement.failure("The handler of '%s' is paused by an operator".formatted(this.event)));
		}
		return this.delegate.handleAsync(signal);
	}

	boolean isRemoved() {
		return this.state == State.REMOVED;
	}

	synchronized void remove() {
		this.state = State.REMOVED;
	}

	synchronized void pause(boolean paused) {
		if (!isRemoved()) {
			this.state = paused ? State.PAUSED : State.ACTIVE;
		}
	}

	HandlerStatus status() {
		return new HandlerStatus(this.event, describe(),
				(this.delegate instanceof SelectiveHandler selective) ? selective.selection() : Map.of(),
				this.state == State.PAUSED);
	}

	boolean selects(Signal signal) {
		try {
			return !(this.delegate instanceof SelectiveHandler selective) || selective.selects(signal);
		}
		catch (RuntimeException | Error ex) {
			// It fails in the same way when it is called.
			return true;
		}
	}

	// Describes the handler in a log.
	String describe() {
		// The string of a lambda is its class and a number.
		Class<?> type = this.delegate.getClass();
		return type.isHidden() ? type.getName() : this.delegate.toString();
	}

	boolean matches(Signal signal) {
		return this.event.equals(signal.event()) || (this.event.equals(ANY) && !Signal.isReserved(signal.event()));
	}

	private enum State {

		ACTIVE, PAUSED, REMOVED

	}

}
