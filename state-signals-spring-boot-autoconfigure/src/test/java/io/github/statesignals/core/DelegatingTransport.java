package io.github.statesignals.core;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Passes everything to another transport, for tests that change a part of it.
 */
public class DelegatingTransport implements SignalTransport {

	protected final SignalTransport delegate;

	protected DelegatingTransport(SignalTransport delegate) {
		this.delegate = delegate;
	}

	@Override
	public void start(SignalTransport.Listener listener) {
		this.delegate.start(listener);
	}

	@Override
	public void open(String channel) {
		this.delegate.open(channel);
	}

	@Override
	public void stop() {
		this.delegate.stop();
	}

	@Override
	public boolean isConnected() {
		return this.delegate.isConnected();
	}

	@Override
	public @Nullable String replyTo(String channel) {
		return this.delegate.replyTo(channel);
	}

	@Override
	public void afterReceiving(Runnable task) {
		this.delegate.afterReceiving(task);
	}

	@Override
	public void check(Signal signal) {
		this.delegate.check(signal);
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		return this.delegate.send(channel, signal, extension);
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		return this.delegate.send(channel, response, extension, replyTo);
	}

}
