package io.github.statesignals.core.responder;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * A handler of a responder. Compared by identity: the same one may be registered twice.
 */
final class RegisteredHandler {

	// Stands for any event but the reserved ones.
	static final String ANY = "*";

	private final String event;

	private final SignalHandler delegate;

	// Changed under the lock, so that it remains REMOVED, and read without it.
	private volatile State state = State.ACTIVE;

	RegisteredHandler(String event, SignalHandler delegate) {
		this.event = event;
		this.delegate = delegate;
	}

	String event() {
		return this.event;
	}

	Call call(Signal signal) {
		return new Call(signal);
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

	/**
	 * The call of the handler for one signal. Whether it selects the signal is evaluated
	 * once: a condition may cost much, or have side effects.
	 */
	final class Call implements SignalInterceptor.Handling, BooleanSupplier {

		private final Signal signal;

		private @Nullable BooleanSupplier evaluated;

		private Call(Signal signal) {
			this.signal = signal;
		}

		String describe() {
			return RegisteredHandler.this.describe();
		}

		boolean isSelected() {
			try {
				return getAsBoolean();
			}
			catch (RuntimeException | Error ex) {
				// It fails in the same way when it is called.
				return true;
			}
		}

		@Override
		public boolean getAsBoolean() {
			BooleanSupplier known = this.evaluated;
			if (known == null) {
				known = evaluate();
				this.evaluated = known;
			}
			return known.getAsBoolean();
		}

		private BooleanSupplier evaluate() {
			try {
				boolean selected = !(RegisteredHandler.this.delegate instanceof SelectiveHandler selective)
						|| selective.selects(this.signal);
				return selected ? () -> true : () -> false;
			}
			catch (RuntimeException | Error ex) {
				return () -> {
					throw ex;
				};
			}
		}

		@Override
		public CompletionStage<@Nullable Acknowledgement> proceed(Signal actual) throws Exception {
			// An interceptor may replace the signal.
			return (actual == this.signal) ? proceed() : call(actual).proceed();
		}

		private CompletionStage<@Nullable Acknowledgement> proceed() throws Exception {
			RegisteredHandler handler = RegisteredHandler.this;
			if (handler.state == State.PAUSED && isSelected()) {
				// Neither a success nor stored: no signal waits without a bound.
				return CompletableFuture.completedFuture(Acknowledgement
					.failure("The handler of '%s' is paused by an operator".formatted(handler.event)));
			}
			return (handler.delegate instanceof SelectiveHandler selective) ? selective.handleAsync(this.signal, this)
					: handler.delegate.handleAsync(this.signal);
		}

	}

}
