package io.github.statesignals.core;

import java.util.Collection;
import java.util.List;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;

/**
 * Ignores the messages of a transport, and acknowledges stored signals.
 */
public class SilentListener implements DurableSignalTransport.Listener {

	@Override
	public Collection<String> responders(String channel) {
		return List.of();
	}

	@Override
	public void onRegistered(String channel, String responder) {
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
	}

	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			DurableSignalTransport.Receipt receipt) {
		onSignal(channel, signal, extension);
		receipt.acknowledge(null, null);
		return true;
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
	}

	@Override
	public void onMalformed(String source, String problem) {
	}

	@Override
	public boolean onUnreadable(String channel, String responder, UnreadableSignal signal,
			DurableSignalTransport.Receipt receipt) {
		receipt.acknowledge(null, null);
		return true;
	}

	@Override
	public void onConnected(boolean gap) {
	}

}
