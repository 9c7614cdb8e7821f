package io.github.statesignals.test;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * Carries signals and responses in memory, as the JSON that the transports over Redis
 * carry.
 */
final class InMemoryTransport implements SignalTransport {

	private static final String ADDRESS = "in-memory:";

	private final Set<String> channels = ConcurrentHashMap.newKeySet();

	// Held while the listener is called.
	private final Object listening = new Object();

	private final InMemoryBroker broker;

	private final SignalCodec codec;

	private final @Nullable String address;

	// Changed under the lock, and read without it: a call of the listener may ask.
	private volatile @Nullable Connection connection;

	private volatile boolean cut;

	InMemoryTransport(InMemoryBroker broker, DataSize maxPayload, boolean addressed) {
		this.broker = broker;
		this.codec = new SignalCodec(maxPayload.toBytes());
		this.address = addressed ? ADDRESS + UUID.randomUUID() : null;
	}

	@Override
	public void start(Listener listener) {
		Connection started = begin(listener);
		if (started != null) {
			started.call(() -> listener.onConnected(false));
		}
	}

	private synchronized @Nullable Connection begin(Listener listener) {
		if (this.connection != null) {
			return null;
		}
		Connection started = new Connection(listener);
		this.connection = started;
		this.broker.connect(this);
		return started;
	}

	@Override
	public void stop() {
		end();
		synchronized (this.listening) {
			// Waits for the present call.
		}
	}

	private synchronized void end() {
		Connection ended = this.connection;
		if (ended != null) {
			this.broker.disconnect(this);
			this.connection = null;
			ended.thread.shutdown();
		}
	}

	// Loses the messages in both directions from now on, as when the process is killed,
	// or no longer loses them.
	void cut(boolean cut) {
		this.cut = cut;
	}

	@Override
	public boolean isConnected() {
		return this.connection != null;
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
		this.codec.write(signal, null);
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		try {
			return send(new Message(channel, true, null, this.codec.write(signal, extension)));
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		String address = (replyTo != null && replyTo.startsWith(ADDRESS)) ? replyTo : null;
		if (address == null && extension != null && extension.probe() != null) {
			return CompletableFuture.completedFuture(null);
		}
		return send(new Message(channel, false, address, this.codec.write(response, extension)));
	}

	private CompletableFuture<?> send(Message message) {
		if (!isConnected()) {
			return CompletableFuture.failedFuture(new SignalNotSentException("the application is not started", null));
		}
		if (!this.cut) {
			this.broker.deliver(message);
		}
		return CompletableFuture.completedFuture(null);
	}

	synchronized void receive(Message message) {
		Connection current = this.connection;
		if (current != null && !this.cut && this.channels.contains(message.channel)
				&& (message.address == null || message.address.equals(this.address))) {
			current.thread.execute(this.broker.inFlight(() -> current.receive(message)));
		}
	}

	Collection<String> responders(String channel) {
		Connection current = this.connection;
		return (current != null && !this.cut && current.listener instanceof DurableSignalTransport.Listener listener)
				? listener.responders(channel) : List.of();
	}

	/**
	 * A message in flight.
	 *
	 * @param address that of the application that it is for; {@code null} for all
	 */
	record Message(String channel, boolean signal, @Nullable String address, byte[] payload) {

	}

	/**
	 * Passes messages to the listener, from a start to the next stop.
	 */
	private final class Connection {

		private final Listener listener;

		private final ExecutorService thread = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "in-memory-transport");
			thread.setDaemon(true);
			return thread;
		});

		Connection(Listener listener) {
			this.listener = listener;
		}

		void call(Runnable call) {
			synchronized (InMemoryTransport.this.listening) {
				if (InMemoryTransport.this.connection == this) {
					call.run();
				}
			}
		}

		void receive(Message message) {
			String channel = message.channel;
			if (message.signal ? this.listener.wantsSignals(channel)
					: message.address != null || this.listener.wantsResponses(channel)) {
				SignalCodec codec = InMemoryTransport.this.codec;
				ReceivedMessage received = message.signal ? codec.readSignal(message.payload)
						: codec.readResponse(message.payload);
				call(() -> pass(channel, received));
			}
		}

		private void pass(String channel, ReceivedMessage message) {
			if (message instanceof ReceivedSignal received) {
				this.listener.onSignal(channel, received.signal(), received.extension());
			}
			else if (message instanceof ReceivedResponse received) {
				this.listener.onResponse(channel, received.response(), received.extension());
			}
			else if (message instanceof MalformedMessage malformed) {
				this.listener.onMalformed(ADDRESS + channel, malformed.problem());
				if (malformed.signal() != null) {
					this.listener.onUnreadable(channel, malformed.signal());
				}
				if (malformed.response() != null) {
					pass(channel, malformed.response());
				}
			}
		}

	}

}
