package io.github.statesignals.redis.durable;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.redis.durable.PendingSignal.Settled;
import io.github.statesignals.redis.durable.store.StreamStore.AnsweredSignal;

/**
 * A signal whose acknowledgement is to be stored. Completes when Redis has replied, with
 * whether it was stored: not if another instance has read meanwhile.
 */
final class AcknowledgedSignal extends CompletableFuture<Boolean> implements AnsweredSignal {

	private final PendingSignal signal;

	private final byte[] answer;

	private final String address;

	private final boolean last;

	/**
	 * Creates an acknowledgement.
	 * @param signal the signal
	 * @param answer the answer in JSON; empty: none
	 * @param address the Redis channel to send the answer to
	 * @param last whether the entry of the signal is acknowledged with it
	 */
	AcknowledgedSignal(PendingSignal signal, byte[] answer, String address, boolean last) {
		this.signal = signal;
		this.answer = answer;
		this.address = address;
		this.last = last;
	}

	PendingSignal signal() {
		return this.signal;
	}

	@Override
	public String id() {
		return (this.signal.content() instanceof Settled) ? "" : this.signal.id();
	}

	@Override
	public String entry() {
		return this.signal.entry().id();
	}

	byte[] token() {
		return this.signal.entry().token();
	}

	@Override
	public byte[] answer() {
		return this.answer;
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public boolean isLast() {
		return this.last;
	}

}
