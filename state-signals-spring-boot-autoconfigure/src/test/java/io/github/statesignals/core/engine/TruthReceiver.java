package io.github.statesignals.core.engine;

import java.util.Collection;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;

/**
 * Receives for an application the messages that its {@link TruthWire} does not lose.
 */
public final class TruthReceiver implements Listener {

	private final TruthWire wire;

	private final Listener listener;

	TruthReceiver(TruthWire wire, Listener listener) {
		this.wire = wire;
		this.listener = listener;
	}

	private void takeResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		this.listener.onResponse(channel, response, extension);
		this.wire.received(response, extension);
	}

	/**
	 * Takes a response that was asked for, and does not come by the subscription.
	 * @param channel the channel
	 * @param response the response
	 * @param extension its extension
	 */
	public void onStoredResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		if (!this.wire.isKilled()) {
			takeResponse(channel, response, extension);
		}
	}

	@Override
	public boolean wantsSignals(String channel) {
		return this.listener.wantsSignals(channel);
	}

	@Override
	public boolean wantsResponses(String channel) {
		return this.listener.wantsResponses(channel);
	}

	@Override
	public Collection<String> responders(String channel) {
		return this.listener.responders(channel);
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		this.listener.onResponders(channel, registered, removed);
	}

	@Override
	public void onRegistered(String channel, String responder) {
		this.listener.onRegistered(channel, responder);
	}

	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			Receipt receipt) {
		// An entry may be delivered again.
		Signal delivered = signal.withTag(signal.tag());
		return !this.wire.isKilled() && this.listener.onStoredSignal(channel, responder, delivered, extension,
				(response, answered) -> this.wire.acknowledge(receipt, response, answered));
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
		this.listener.onDropped(channel, publisherId, responder, count);
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		this.wire.receive(() -> this.listener.onSignal(channel, signal, extension));
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		this.wire.receive(() -> takeResponse(channel, response, extension));
	}

	@Override
	public void onMalformed(String source, String problem) {
		this.listener.onMalformed(source, problem);
	}

	@Override
	public boolean onUnreadable(String channel, String responder, UnreadableSignal signal, Receipt receipt) {
		return !this.wire.isKilled() && this.listener.onUnreadable(channel, responder, signal, receipt);
	}

	@Override
	public void onConnected(boolean gap) {
		if (!this.wire.isKilled()) {
			this.listener.onConnected(gap);
		}
	}

}
