package io.github.statesignals.core.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.DelegatingTransport;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The transport of one application, which may lose or hold messages to it, or end without
 * an announcement; and which records messages in both directions.
 */
final class TruthWire extends DelegatingTransport implements DurableSignalTransport {

	private final TruthOracle oracle;

	private final Timer timer;

	private final boolean exporting;

	/**
	 * Held while the application takes a message.
	 */
	private final Object receiving = new Object();

	private final List<Disturbance> disturbances = new ArrayList<>();

	private final List<Runnable> held = new ArrayList<>();

	private final List<CompletableFuture<?>> unconfirmed = new ArrayList<>();

	private State state = State.RECEIVING;

	private Sending sending = Sending.CONFIRMED;

	private volatile DurableSignalTransport.@Nullable Listener listener;

	/**
	 * Creates a wire.
	 * @param delegate the transport
	 * @param oracle records messages in both directions
	 * @param timer the time
	 * @param exporting whether its application is the one that publishes
	 */
	TruthWire(SignalTransport delegate, TruthOracle oracle, Timer timer, boolean exporting) {
		super(delegate);
		this.exporting = exporting;
		this.oracle = oracle;
		this.timer = timer;
	}

	private synchronized State state() {
		return this.state;
	}

	private synchronized boolean change(State from, State to) {
		if (this.state != from) {
			return false;
		}
		this.state = to;
		if (from == State.RECEIVING) {
			this.disturbances.add(new Disturbance(this.timer.nanoTime()));
		}
		return true;
	}

	/**
	 * Loses messages to it from now on, without notice.
	 * @return {@code false} if it is disturbed already
	 */
	boolean lose() {
		return change(State.RECEIVING, State.LOST);
	}

	/**
	 * Notices that the subscription is lost.
	 */
	void notice() {
		if (change(State.LOST, State.DISCONNECTED)) {
			last().noticedNanos = this.timer.nanoTime();
		}
	}

	void reconnect() {
		if (change(State.DISCONNECTED, State.RECEIVING)) {
			last().endNanos = this.timer.nanoTime();
			DurableSignalTransport.Listener current = this.listener;
			if (current != null) {
				current.onConnected(true);
			}
		}
	}

	/**
	 * Holds messages to it from now on.
	 * @return {@code false} if it is disturbed already
	 */
	boolean hold() {
		return change(State.RECEIVING, State.HELD);
	}

	void release() {
		synchronized (this.receiving) {
			if (change(State.HELD, State.RECEIVING)) {
				last().endNanos = this.timer.nanoTime();
				List<Runnable> late = List.copyOf(this.held);
				this.held.clear();
				late.forEach(Runnable::run);
			}
		}
	}

	/**
	 * Confirms no signal that is sent from now on, until {@link #confirm()}.
	 * @param changed their outcome
	 */
	synchronized void confirmLate(Sending changed) {
		this.sending = changed;
	}

	/**
	 * Ends what {@link #confirmLate} has begun.
	 */
	void confirm() {
		List<CompletableFuture<?>> ended;
		Sending how;
		synchronized (this) {
			ended = List.copyOf(this.unconfirmed);
			this.unconfirmed.clear();
			how = this.sending;
			this.sending = Sending.CONFIRMED;
		}
		for (CompletableFuture<?> each : ended) {
			if (how == Sending.CONFIRMED_LATE) {
				each.complete(null);
			}
			else {
				each.completeExceptionally(
						new DataAccessResourceFailureException("It is not known whether it was sent"));
			}
		}
	}

	private synchronized Sending sending(CompletableFuture<?> confirmation) {
		if (this.sending != Sending.CONFIRMED) {
			this.unconfirmed.add(confirmation);
		}
		return this.sending;
	}

	private Disturbance last() {
		return this.disturbances.get(this.disturbances.size() - 1);
	}

	/**
	 * Ends as a process that is killed does.
	 */
	void kill() {
		synchronized (this) {
			if (this.state == State.RECEIVING) {
				this.disturbances.add(new Disturbance(this.timer.nanoTime()));
			}
			this.state = State.KILLED;
		}
		this.delegate.stop();
	}

	boolean isKilled() {
		return state() == State.KILLED;
	}

	/**
	 * Notes that its application is disturbed otherwise, until it notes the end.
	 * @return ends it
	 */
	synchronized Runnable disturb() {
		Disturbance disturbance = new Disturbance(this.timer.nanoTime());
		this.disturbances.add(disturbance);
		return () -> disturbance.endNanos = this.timer.nanoTime();
	}

	synchronized boolean wasDisturbed() {
		return !this.disturbances.isEmpty();
	}

	/**
	 * Returns its disturbances in some time.
	 * @param startNanos the beginning of the time
	 * @param endNanos the end of the time
	 * @return the disturbances
	 */
	synchronized List<Disturbance> disturbances(long startNanos, long endNanos) {
		return this.disturbances.stream().filter((disturbance) -> disturbance.overlaps(startNanos, endNanos)).toList();
	}

	@Override
	public void start(SignalTransport.Listener listener) {
		this.listener = (DurableSignalTransport.Listener) listener;
		this.delegate.start(new TruthReceiver(this, (DurableSignalTransport.Listener) listener));
	}

	@Override
	public boolean isConnected() {
		State current = state();
		return current != State.DISCONNECTED && current != State.KILLED && this.delegate.isConnected();
	}

	@Override
	public boolean isDurable(String channel) {
		return this.delegate instanceof DurableSignalTransport durable && durable.isDurable(channel);
	}

	@Override
	public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		if (!isConnected()) {
			return disconnected();
		}
		return ((DurableSignalTransport) this.delegate).recall(channel, id, responders).whenComplete((answers, ex) -> {
			if (answers != null) {
				answers.forEach((answer) -> this.oracle.answerReceived(answer.response(), answer.extension()));
			}
		});
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		if (isKilled()) {
			return disconnected();
		}
		this.oracle.signalSent(signal, extension);
		CompletableFuture<?> confirmation = new CompletableFuture<>();
		Sending how = Signal.isReserved(signal.event()) ? Sending.CONFIRMED : sending(confirmation);
		if (how == Sending.LOST) {
			return confirmation;
		}
		CompletableFuture<?> sent = this.delegate.send(channel, signal, extension);
		return (how == Sending.CONFIRMED) ? sent : confirmation;
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		if (isKilled() || !this.delegate.isConnected()) {
			return disconnected();
		}
		this.oracle.answerSent(response, extension);
		return this.delegate.send(channel, response, extension, replyTo);
	}

	private static <T> CompletableFuture<T> disconnected() {
		return CompletableFuture.failedFuture(new DataAccessResourceFailureException("This process is disconnected"));
	}

	/**
	 * The outcome of signals that are sent.
	 */
	enum Sending {

		CONFIRMED, LOST, CONFIRMED_LATE, UNCONFIRMED

	}

	private enum State {

		RECEIVING, HELD, LOST, DISCONNECTED, KILLED

	}

	/**
	 * A time in which not all is received.
	 */
	static final class Disturbance {

		private final long startNanos;

		private @Nullable Long noticedNanos;

		private @Nullable Long endNanos;

		private Disturbance(long startNanos) {
			this.startNanos = startNanos;
		}

		private boolean overlaps(long startNanos, long endNanos) {
			return this.startNanos - endNanos <= 0 && (this.endNanos == null || this.endNanos - startNanos >= 0);
		}

		/**
		 * Whether it had neither been noticed nor ended at some time.
		 * @param nanos the time
		 * @return {@code false} if it was known then
		 */
		boolean isUnnoticed(long nanos) {
			Long known = (this.noticedNanos != null) ? this.noticedNanos : this.endNanos;
			return known == null || known - nanos >= 0;
		}

		long startNanos() {
			return this.startNanos;
		}

	}

	/**
	 * Has the application take a message, unless that is lost or held.
	 * @param message takes it
	 */
	void receive(Runnable message) {
		synchronized (this.receiving) {
			switch (state()) {
				case HELD -> this.held.add(message);
				case RECEIVING -> message.run();
				default -> {
					// It is lost.
				}
			}
		}
	}

	void received(Response response, @Nullable ResponseExtension extension) {
		if (this.exporting) {
			this.oracle.answerReceived(response, extension);
		}
	}

	CompletableFuture<?> acknowledge(Receipt receipt, @Nullable Response response,
			@Nullable ResponseExtension extension) {
		if (!this.delegate.isConnected()) {
			return disconnected();
		}
		return receipt.acknowledge(response, extension).whenComplete((stored, ex) -> {
			if (response != null && ex == null) {
				this.oracle.answerSent(response, extension);
			}
		});
	}

}
