package io.github.statesignals.redis.durable;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.redis.durable.PendingSignal.Settled;
import io.github.statesignals.redis.durable.store.AnsweredSignal;
import io.github.statesignals.wire.FrameLine;

/**
 * A signal whose acknowledgement is to be stored. Completes when Redis has replied, with
 * whether it was stored: not if another instance has read meanwhile.
 */
final class AcknowledgedSignal extends CompletableFuture<Boolean> {

	private final PendingSignal signal;

	private final AnsweredSignal answered;

	AcknowledgedSignal(PendingSignal signal, FrameLine answer, byte[] address, boolean last) {
		this.signal = signal;
		this.answered = new AnsweredSignal(signal.entry().id(),
				(signal.content() instanceof Settled) ? AnsweredSignal.NO_NUMBER : signal.number(), answer, address,
				last);
	}

	PendingSignal signal() {
		return this.signal;
	}

	AnsweredSignal answered() {
		return this.answered;
	}

	byte[] token() {
		return this.signal.entry().token();
	}

}
