package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.core.engine.TruthSituation.HandlerOutcome;
import io.github.statesignals.core.engine.TruthSituation.Handling;
import io.github.statesignals.core.engine.TruthSituation.Kind;
import io.github.statesignals.core.engine.TruthSituation.Member;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import org.jspecify.annotations.Nullable;

/**
 * A responder in one process, with the handlers that its situation gives it.
 */
final class TruthMember {

	private final Member member;

	private final int process;

	private final SignalEngine engine;

	private final TruthWire wire;

	private final DefaultSignalResponder responder;

	private final List<Registration> registrations = new ArrayList<>();

	private @Nullable Long leftNanos;

	private @Nullable Runnable back;

	private boolean locked;

	private boolean stopped;

	TruthMember(Member member, int process, SignalEngine engine, TruthWire wire, String channel) {
		this.member = member;
		this.process = process;
		this.engine = engine;
		this.wire = wire;
		this.responder = (DefaultSignalResponder) engine.get(member.name(), channel);
	}

	Member member() {
		return this.member;
	}

	String id() {
		return this.responder.getResponderId();
	}

	TruthWire wire() {
		return this.wire;
	}

	Kind kind() {
		return this.member.kind();
	}

	void addHandlers(TruthOracle oracle, Timer timer, Duration unit) {
		for (Handling handling : this.member.handlings()) {
			this.registrations
				.add(this.responder.on(handling.event(), new RecordedHandler(handling, oracle, timer, unit)));
		}
	}

	void start() {
		if (this.stopped && !this.wire.isKilled()) {
			this.engine.start();
			this.stopped = false;
			returned();
		}
	}

	/**
	 * Stops as it should.
	 * @param nowNanos the time
	 */
	void stop(long nowNanos) {
		if (!this.stopped && !this.wire.isKilled() && kind() != Kind.OWN) {
			this.stopped = true;
			leave(nowNanos);
			this.engine.stop();
		}
	}

	void removeHandlers(long nowNanos) {
		if (!this.stopped && !this.wire.isKilled() && !this.registrations.isEmpty()) {
			leave(nowNanos);
			this.registrations.forEach(Registration::close);
			this.registrations.clear();
		}
	}

	private void leave(long nowNanos) {
		if (this.leftNanos == null) {
			this.leftNanos = nowNanos;
		}
		disturb();
	}

	void kill() {
		if (!this.stopped && kind() != Kind.OWN) {
			this.wire.kill();
		}
	}

	void lock() {
		this.responder.lockPublisher("another");
		this.locked = true;
		disturb();
	}

	void unlock() {
		if (this.locked) {
			this.responder.unlock();
			this.locked = false;
			returned();
		}
	}

	private void disturb() {
		if (this.back == null) {
			this.back = this.wire.disturb();
		}
	}

	// One without handlers stays unsubscribed, even if its application starts again.
	private void returned() {
		if (this.back != null && isLive()) {
			this.back.run();
			this.back = null;
		}
	}

	/**
	 * Whether it receives signals of the exporter and answers them.
	 * @return {@code false} if it has ended, left or is locked
	 */
	boolean isLive() {
		return isConnected() && !this.locked && !this.registrations.isEmpty();
	}

	boolean isConnected() {
		return !this.wire.isKilled() && !this.stopped;
	}

	boolean hasLeft(long untilNanos) {
		return this.leftNanos != null && this.leftNanos - untilNanos <= 0;
	}

	/**
	 * Whether it left in some time, and could announce that at once.
	 * @param startNanos the beginning of the time
	 * @param endNanos the end of the time
	 * @param oracle knows whether its handlers had nothing to do
	 * @return {@code false} also if it was disturbed
	 */
	boolean announcedThatItLeaves(long startNanos, long endNanos, TruthOracle oracle) {
		Long left = this.leftNanos;
		return left != null && left - startNanos > 0 && left - endNanos < 0 && kind() != Kind.LEGACY
				&& this.wire.disturbances(left - 1, left - 1).isEmpty() && !oracle.isBusy(id(), left);
	}

	@Override
	public String toString() {
		return this.member.name() + "/" + this.process + " = " + id();
	}

	private final class RecordedHandler implements SignalHandler {

		private final Handling handling;

		private final TruthOracle oracle;

		private final Timer timer;

		private final Duration duration;

		RecordedHandler(Handling handling, TruthOracle oracle, Timer timer, Duration unit) {
			this.handling = handling;
			this.oracle = oracle;
			this.timer = timer;
			this.duration = unit.multipliedBy(handling.duration());
		}

		@Override
		public @Nullable Acknowledgement handle(Signal signal) {
			throw new UnsupportedOperationException();
		}

		@Override
		public CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal) {
			TruthOracle.Run run = this.oracle.started(id(), signal, this.handling.outcome() != HandlerOutcome.NOTHING);
			CompletableFuture<@Nullable Acknowledgement> acknowledgement = new CompletableFuture<>();
			if (this.handling.outcome() == HandlerOutcome.NEVER) {
				return acknowledgement;
			}
			if (this.duration.isZero()) {
				finish(run, signal, acknowledgement);
			}
			else {
				this.timer.schedule(this.duration, () -> finish(run, signal, acknowledgement));
			}
			return acknowledgement;
		}

		private void finish(TruthOracle.Run run, Signal signal,
				CompletableFuture<@Nullable Acknowledgement> acknowledgement) {
			HandlerOutcome outcome = this.handling.outcome();
			this.oracle.finished(run, outcome);
			String marker = TruthOracle.marker((int) signal.sampleNo());
			switch (outcome) {
				case SUCCESS -> acknowledgement.complete(Acknowledgement.success(marker));
				case FAILURE -> acknowledgement.complete(Acknowledgement.failure(marker));
				case EXCEPTION -> acknowledgement.completeExceptionally(new IllegalStateException(marker));
				default -> acknowledgement.complete(null);
			}
		}

	}

}
