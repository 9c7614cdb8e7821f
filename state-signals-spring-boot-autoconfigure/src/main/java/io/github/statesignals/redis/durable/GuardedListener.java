package io.github.statesignals.redis.durable;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;

/**
 * Calls a listener for messages of pub/sub and of streams: by one thread at a time, and
 * not any more once it is closed.
 */
class GuardedListener implements Listener {

	private final ReentrantLock lock = new ReentrantLock();

	private final Listener delegate;

	private final Predicate<String> durable;

	private boolean closed;

	GuardedListener(Listener delegate, Predicate<String> durable) {
		this.delegate = delegate;
		this.durable = durable;
	}

	// When this returns, no call is in progress.
	void close() {
		call(() -> this.closed = true);
	}

	private void call(Runnable task) {
		accept(() -> {
			task.run();
			return true;
		});
	}

	private boolean accept(BooleanSupplier task) {
		this.lock.lock();
		try {
			return !this.closed && task.getAsBoolean();
		}
		finally {
			this.lock.unlock();
		}
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
	public Collection<String> responders(String channel) {
		return this.delegate.responders(channel);
	}

	@Override
	public void onRegistered(String channel, String responder) {
		call(() -> this.delegate.onRegistered(channel, responder));
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		call(() -> this.delegate.onResponders(channel, registered, removed));
	}

	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			Receipt receipt) {
		return accept(() -> this.delegate.onStoredSignal(channel, responder, signal, extension, receipt));
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
		call(() -> this.delegate.onDropped(channel, publisherId, responder, count));
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		call(() -> this.delegate.onSignal(channel, signal, extension));
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		call(() -> this.delegate.onResponse(channel, response, extension));
	}

	@Override
	public void onMalformed(String source, String problem) {
		call(() -> this.delegate.onMalformed(source, problem));
	}

	@Override
	public void onUnverified(String channel, String sender, String problem, boolean refused) {
		call(() -> this.delegate.onUnverified(channel, sender, problem, refused));
	}

	@Override
	public void onUnreadable(String channel, UnreadableSignal signal) {
		call(() -> this.delegate.onUnreadable(channel, signal));
	}

	@Override
	public boolean onUnreadable(String channel, String responder, UnreadableSignal signal, Receipt receipt) {
		return accept(() -> this.delegate.onUnreadable(channel, responder, signal, receipt));
	}

	@Override
	public void onReceivers(String channel, long receivers) {
		call(() -> this.delegate.onReceivers(channel, receivers));
	}

	@Override
	public void onConnected(boolean gap) {
		call(() -> this.delegate.onConnected(gap));
	}

}
