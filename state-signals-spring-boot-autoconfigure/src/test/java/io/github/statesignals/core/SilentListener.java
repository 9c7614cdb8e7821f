package io.github.statesignals.core;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Listens to a transport, and makes nothing of it.
 */
public class SilentListener implements SignalTransport.Listener {

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
	}

	@Override
	public void onMalformed(String source, String problem) {
	}

	@Override
	public void onConnected(boolean gap) {
	}

}
