package io.github.statesignals.core;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Connects the engines of one JVM: each message of one of its transports, all that are
 * started receive, in that order and each on a separate thread, as those over Redis do.
 */
public final class InMemoryBroker {

	/**
	 * The number of characters of a message beyond which it is too large.
	 */
	private static final int LIMIT = 8_000_000;

	private final List<InMemoryTransport> started = new CopyOnWriteArrayList<>();

	private final boolean addresses;

	private final Supplier<Executor> deliverers;

	private final AtomicInteger lastAddress = new AtomicInteger();

	/**
	 * Creates a broker whose transports have no addresses.
	 */
	public InMemoryBroker() {
		this(false);
	}

	/**
	 * Creates a broker.
	 * @param addresses whether each transport has an address, as one over Redis has
	 */
	public InMemoryBroker(boolean addresses) {
		this(addresses, InMemoryBroker::createThread);
	}

	/**
	 * Creates a broker that delivers by executors of the caller.
	 * @param addresses whether each transport has its own address
	 * @param deliverers creates the executor by which one transport receives; it runs one
	 * task at a time, in order, and none in the calling thread
	 */
	public InMemoryBroker(boolean addresses, Supplier<Executor> deliverers) {
		this.addresses = addresses;
		this.deliverers = deliverers;
	}

	private static Executor createThread() {
		return Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "in-memory-transport");
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Create a transport.
	 * @return the transport, not started
	 */
	public SignalTransport transport() {
		return new InMemoryTransport();
	}

	/**
	 * Send a signal that no transport can read.
	 * @param channel the channel's name
	 * @param signal its readable part
	 */
	public void sendUnreadable(String channel, SignalTransport.UnreadableSignal signal) {
		deliver(channel, (transport) -> true, (listener) -> {
			listener.onMalformed(channel, signal.problem());
			listener.onUnreadable(channel, signal);
		});
	}

	private static Response shortened(Response response) {
		String message = response.message();
		if (message == null || message.length() <= LIMIT) {
			return response;
		}
		String shortened = message.substring(0, LIMIT / 2) + "\u2026 (shortened from " + message.length()
				+ " characters)";
		return new Response(response.responderId(), response.publisherId(), response.event(), response.ras(),
				shortened);
	}

	// One at a time: all receive the same order.
	private synchronized void deliver(String channel, Predicate<InMemoryTransport> receivers,
			Consumer<SignalTransport.Listener> message) {
		this.started.stream()
			.filter((transport) -> transport.channels.contains(channel) && receivers.test(transport))
			.forEach((transport) -> transport.receive(message));
	}

	private final class InMemoryTransport implements SignalTransport {

		private final Set<String> channels = new CopyOnWriteArraySet<>();

		private final @Nullable String address = InMemoryBroker.this.addresses
				? "address-" + InMemoryBroker.this.lastAddress.incrementAndGet() : null;

		/**
		 * Held while the listener is called.
		 */
		private final Object receiving = new Object();

		private volatile SignalTransport.Listener listener;

		private Executor deliverer;

		@Override
		public void start(SignalTransport.Listener listener) {
			synchronized (InMemoryBroker.this) {
				if (this.listener != null) {
					return;
				}
				this.listener = listener;
				this.deliverer = InMemoryBroker.this.deliverers.get();
				InMemoryBroker.this.started.add(this);
			}
			synchronized (this.receiving) {
				listener.onConnected(false);
			}
		}

		@Override
		public void stop() {
			synchronized (InMemoryBroker.this) {
				if (this.listener == null) {
					return;
				}
				InMemoryBroker.this.started.remove(this);
				if (this.deliverer instanceof ExecutorService thread) {
					thread.shutdown();
				}
			}
			synchronized (this.receiving) {
				this.listener = null;
			}
		}

		@Override
		public boolean isConnected() {
			return InMemoryBroker.this.started.contains(this);
		}

		@Override
		public void open(String channel) {
			this.channels.add(channel);
		}

		@Override
		public @Nullable String replyTo(String channel) {
			return this.address;
		}

		@Override
		public void check(Signal signal) {
			int size = signal.toString().length();
			if (size > LIMIT) {
				throw new IllegalArgumentException(
						"'%s' of '%s' was not sent: state-signals.protocol.max-payload allows less than %d"
							.formatted(signal.event(), signal.publisherId(), size));
			}
		}

		@Override
		public CompletableFuture<Void> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			try {
				check(signal);
			}
			catch (IllegalArgumentException ex) {
				return CompletableFuture.failedFuture(ex);
			}
			return send(channel, (listener) -> listener.onSignal(channel, signal, extension));
		}

		@Override
		public CompletableFuture<Void> send(String channel, Response response, @Nullable ResponseExtension extension,
				@Nullable String replyTo) {
			if (replyTo != null) {
				return send(channel, (transport) -> replyTo.equals(transport.address),
						(listener) -> listener.onResponse(channel, shortened(response), extension));
			}
			return send(channel, (listener) -> listener.onResponse(channel, shortened(response), extension));
		}

		private CompletableFuture<Void> send(String channel, Consumer<SignalTransport.Listener> message) {
			return send(channel, (transport) -> true, message);
		}

		private CompletableFuture<Void> send(String channel, Predicate<InMemoryTransport> receivers,
				Consumer<SignalTransport.Listener> message) {
			if (!isConnected()) {
				return CompletableFuture
					.failedFuture(new DataAccessResourceFailureException("This transport is not started"));
			}
			deliver(channel, receivers, message);
			return CompletableFuture.completedFuture(null);
		}

		private void receive(Consumer<SignalTransport.Listener> message) {
			SignalTransport.Listener listener = this.listener;
			this.deliverer.execute(() -> {
				synchronized (this.receiving) {
					if (this.listener == listener) {
						message.accept(listener);
					}
				}
			});
		}

	}

}
