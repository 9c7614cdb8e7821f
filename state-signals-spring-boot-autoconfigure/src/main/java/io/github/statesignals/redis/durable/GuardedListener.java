package io.github.statesignals.redis.durable;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;

/**
 * Calls a listener for messages of pub/sub and of streams: by one thread at a time, and
 * not any more once it is closed.
 */
class GuardedListener implements SignalTransport.Listener {

	private final ReentrantLock lock = new ReentrantLock();

	private final DurableSignalTransport.Listener delegate;

	private final Predicate<String> durable;

	@GuardedBy("lock")
	private boolean closed;

	GuardedListener(DurableSignalTransport.Listener delegate, Predicate<String> durable) {
		this.delegate = delegate;
		this.durable = durable;
	}

	// When this returns, no call is in progress.
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	final void call(Consumer<DurableSignalTransport.Listener> call) {
		accept((listener) -> {
			call.accept(listener);
			return true;
		});
	}

	final boolean accept(Predicate<DurableSignalTransport.Listener> call) {
		this.lock.lock();
		try {
			return !this.closed && call.test(this.delegate);
		}
		finally {
			this.lock.unlock();
		}
	}

	Collection<String> responders(String channel) {
		return this.delegate.responders(channel);
	}

	@Override
	public boolean wantsSignals(String channel) {
		return !this.durable.test(channel) && this.delegate.wantsSignals(channel);
	}

	@Override
	public boolean wantsResponses(String channel) {
		return this.delegate.wantsResponses(channel);
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		call((listener) -> listener.onSignal(channel, signal, extension));
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		call((listener) -> listener.onResponse(channel, response, extension));
	}

	@Override
	public void onMalformed(String source, String problem) {
		call((listener) -> listener.onMalformed(source, problem));
	}

	@Override
	public void onUnverified(String channel, String sender, String problem, boolean refused) {
		call((listener) -> listener.onUnverified(channel, sender, problem, refused));
	}

	@Override
	public void onUnreadable(String channel, UnreadableSignal signal) {
		call((listener) -> listener.onUnreadable(channel, signal));
	}

	@Override
	public void onReceivers(String channel, long receivers) {
		call((listener) -> listener.onReceivers(channel, receivers));
	}

	@Override
	public void onConnected(boolean gap) {
		call((listener) -> listener.onConnected(gap));
	}

}
