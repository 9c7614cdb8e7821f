package io.github.statesignals.core;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Passes messages to another listener, for tests that change a part of it. Wants those of
 * all channels.
 */
public class DelegatingListener implements SignalTransport.Listener {

	private final SignalTransport.Listener delegate;

	protected DelegatingListener(SignalTransport.Listener delegate) {
		this.delegate = delegate;
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		this.delegate.onSignal(channel, signal, extension);
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		this.delegate.onResponse(channel, response, extension);
	}

	@Override
	public void onMalformed(String source, String problem) {
		this.delegate.onMalformed(source, problem);
	}

	@Override
	public void onUnreadable(String channel, SignalTransport.UnreadableSignal signal) {
		this.delegate.onUnreadable(channel, signal);
	}

	@Override
	public void onConnected(boolean gap) {
		this.delegate.onConnected(gap);
	}

}
