package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.driver.ConnectProblem;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.Replies;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.Assert;

/**
 * Stores the signals of durable channels in Redis streams. Those of other channels, and
 * all responses, are sent by pub/sub.
 * <p>
 * A durable channel is one stream, with a consumer group for each registered name of a
 * responder. The instance that holds the lease of a name reads for it, and the others are
 * standby. One script stores an answer and acknowledges the signal, for the holder of the
 * lease alone; then the answer is sent by pub/sub. A signal whose handler has run may be
 * delivered again, if the application ends before it has answered: delivery is at least
 * once, until the retention has passed.
 */
public final class RedisStreamSignalTransport extends RedisPubSubSignalTransport implements DurableSignalTransport {

	private static final Duration CONFIRMATION = Duration.ofSeconds(2);

	private final Settings settings;

	private final Map<String, DurableChannel> channels;

	private final Set<String> opened = ConcurrentHashMap.newKeySet();

	// Changed under the lock, and read without it: each message asks.
	private volatile @Nullable RedisStreamConnection connection;

	public RedisStreamSignalTransport(RedisConnectionFactory connectionFactory, RedisMessageListenerContainer container,
			Settings settings, Map<String, DurableChannel> channels) {
		super(connectionFactory, container, settings);
		this.settings = settings;
		this.channels = Map.copyOf(channels);
	}

	@Override
	public boolean isDurable(String channel) {
		return this.channels.containsKey(channel);
	}

	@Override
	public void start(SignalTransport.Listener listener) {
		Assert.isInstanceOf(DurableSignalTransport.Listener.class, listener,
				"Durable channels need a listener of DurableSignalTransport. ");
		RedisStreamConnection started = begin((DurableSignalTransport.Listener) listener);
		if (started == null) {
			return;
		}
		try {
			super.start(started.listener());
			Duration timeout = this.settings.connectTimeout();
			if (!timeout.isZero() && !Replies.await(started.connected(), timeout) && this.connection == started) {
				// The flag is not set again: beans are destroyed on this thread next.
				throw failure(Thread.interrupted() ? SignalTransportException.INTERRUPTED
						: " within %d ms (state-signals.connect-timeout)"
							.formatted(TimeUnit.MILLISECONDS.convert(timeout)),
						started.registrationFailure());
			}
		}
		catch (RuntimeException ex) {
			stop();
			throw (ex instanceof SignalTransportException) ? ex : failure("", ex);
		}
	}

	private SignalTransportException failure(String limit, @Nullable Throwable cause) {
		return new SignalTransportException(
				"Could not register the responders on the durable channels " + this.opened + limit,
				ConnectProblem.remedy(cause), cause);
	}

	private synchronized @Nullable RedisStreamConnection begin(DurableSignalTransport.Listener listener) {
		if (this.connection != null) {
			return null;
		}
		RedisStreamConnection started = new RedisStreamConnection(driver(), this::createChannel, this.channels,
				this.opened, listener);
		this.connection = started;
		started.begin();
		return started;
	}

	@Override
	public void open(String channel) {
		super.open(channel);
		if (!isDurable(channel)) {
			return;
		}
		this.opened.add(channel);
		RedisStreamConnection current = this.connection;
		if (current != null) {
			Collection<StreamReader> added = current.channel(channel).updateReaders();
			if (isConnected()) {
				Replies.await(RedisStreamConnection.registration(added), CONFIRMATION);
			}
		}
	}

	@Override
	public void stop() {
		RedisStreamConnection stopped;
		synchronized (this) {
			stopped = this.connection;
			this.connection = null;
		}
		if (stopped != null) {
			stopped.close();
		}
		super.stop();
	}

	@Override
	public boolean isConnected() {
		return this.connection != null && super.isConnected();
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		if (!isDurable(channel)) {
			return super.send(channel, signal, extension);
		}
		try {
			StreamChannel durable = channel(channel);
			if (Signal.INITIALIZATION.equals(signal.event())) {
				return durable.registry().introduce(signal.publisherId());
			}
			return durable.publish(signal, durable.codec().write(signal, extension));
		}
		catch (IllegalArgumentException | SignalNotSentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public CompletableFuture<?> sendFramed(String channel, Signal signal, @Nullable SignalExtension extension) {
		return isDurable(channel) ? send(channel, signal, extension) : super.sendFramed(channel, signal, extension);
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		RedisStreamConnection current = this.connection;
		if (isDurable(channel) && current != null && ALL_EXPORTERS.equals(response.publisherId())) {
			if (Signal.SHUTDOWN.equals(response.event())) {
				// Not announced: signals are stored for a responder that has left.
				current.channel(channel).updateReaders();
				return CompletableFuture.completedFuture(null);
			}
			if (Signal.INITIALIZATION.equals(response.event())
					&& !current.channel(channel).isRegistered(response.responderId())) {
				// It is announced when exporters that ask can learn of it.
				return CompletableFuture.completedFuture(null);
			}
		}
		return super.send(channel, response, extension, replyTo);
	}

	@Override
	public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		RedisStreamConnection current = this.connection;
		return (current != null) ? current.channel(channel).recall(id, responders)
				: CompletableFuture.failedFuture(SignalNotSentException.notConnected());
	}

	StreamChannel channel(String name) {
		RedisStreamConnection current = this.connection;
		if (current == null) {
			throw SignalNotSentException.notConnected();
		}
		return current.channel(name);
	}

	// Notifies exporters that a responder was removed, and registers it again if it is
	// one of this application.
	void announceRemoval(String channel, String responder) {
		open(channel);
		super.send(channel, new Response(responder, ALL_EXPORTERS, Signal.SHUTDOWN, null, null),
				ResponseExtension.UNDERSTOOD, null);
	}

}
