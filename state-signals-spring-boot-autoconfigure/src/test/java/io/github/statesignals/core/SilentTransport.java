package io.github.statesignals.core;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Accepts messages, and delivers none.
 */
public class SilentTransport implements SignalTransport {

	@Override
	public void start(Listener listener) {
		listener.onConnected(false);
	}

	@Override
	public void open(String channel) {
	}

	@Override
	public void stop() {
	}

	@Override
	public boolean isConnected() {
		return true;
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		return CompletableFuture.completedFuture(null);
	}

}
