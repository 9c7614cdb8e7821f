package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.RedisPubSubSignalTransport.Settings;
import io.github.statesignals.redis.driver.ConnectProblem;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransportException;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.Assert;

/**
 * Keeps the signals of durable channels in Redis streams, and leaves those of all other
 * channels, and every response, to pub/sub.
 * <p>
 * A durable channel is one stream, and a consumer group for each name that a responder on
 * it ever had. One application reads for a name at a time, the holder of its lease;
 * others that have a responder of the name stand by. An answer is kept and acknowledges
 * the signal in one go, which only the holder of the lease can do, and is sent by pub/sub
 * then. A handler may have done its work and the application be gone before that: whoever
 * comes next does it again. Nothing is handled less than once, unless it was dropped for
 * its age.
 *
 * @since 0.1.0
 */
public final class RedisStreamSignalTransport implements DurableSignalTransport, AutoCloseable {

	private static final Duration CONFIRMATION = Duration.ofSeconds(2);

	/**
	 * Redis takes no time of expiry that is much later.
	 */
	private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

	private final RedisConnectionFactory connectionFactory;

	private final Settings settings;

	private final RedisPubSubSignalTransport broadcast;

	private final SignalCodec codec;

	private final Map<String, Duration> retentions;

	/**
	 * Those of the durable channels that are open.
	 */
	private final Set<String> opened = ConcurrentHashMap.newKeySet();

	private volatile @Nullable RedisStreamConnection connection;

	/**
	 * Creates a transport with a container of its own.
	 * @param connectionFactory provides the connections
	 * @param settings the settings
	 * @param retentions the durable channels, by name, and how long each keeps signals
	 * that are not acknowledged, and answers: 36,500 days at most
	 */
	public RedisStreamSignalTransport(RedisConnectionFactory connectionFactory, Settings settings,
			Map<String, Duration> retentions) {
		this(connectionFactory, RedisPubSubSignalTransport.createListenerContainer(connectionFactory), settings,
				retentions);
	}

	/**
	 * Creates a transport.
	 * @param connectionFactory provides the connections that publish, and those that read
	 * @param container receives messages: see
	 * {@link RedisPubSubSignalTransport#RedisPubSubSignalTransport(RedisConnectionFactory, RedisMessageListenerContainer, Settings)}
	 * @param settings the settings
	 * @param retentions the durable channels, by name, and how long each stores signals
	 * that are not acknowledged, and answers
	 */
	public RedisStreamSignalTransport(RedisConnectionFactory connectionFactory, RedisMessageListenerContainer container,
			Settings settings, Map<String, Duration> retentions) {
		this.connectionFactory = connectionFactory;
		this.settings = settings;
		this.broadcast = new RedisPubSubSignalTransport(connectionFactory, container, settings);
		this.codec = new SignalCodec(settings.maxPayload().toBytes());
		this.retentions = retentions.entrySet()
			.stream()
			.collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (entry) -> shorter(entry.getValue())));
	}

	private static Duration shorter(Duration retention) {
		return (retention.compareTo(LONGEST_RETENTION) < 0) ? retention : LONGEST_RETENTION;
	}

	/**
	 * Begin to connect, as {@link RedisPubSubSignalTransport#prepare} does.
	 */
	public void prepare() {
		this.broadcast.prepare();
	}

	/**
	 * Let go what was prepared and is not used. Waits for nothing, and stops nothing.
	 */
	@Override
	public void close() {
		this.broadcast.close();
	}

	@Override
	public boolean isDurable(String channel) {
		return this.retentions.containsKey(channel);
	}

	@Override
	public void start(SignalTransport.Listener listener) {
		Assert.isInstanceOf(Listener.class, listener, "Durable channels need a listener of DurableSignalTransport. ");
		RedisStreamConnection started = begin((Listener) listener);
		if (started == null) {
			return;
		}
		try {
			this.broadcast.start(started.listener());
			Duration timeout = this.settings.connectTimeout();
			if (!timeout.isZero() && !RedisStreamConnection.await(started.connected(), timeout)
					&& this.connection == started) {
				throw failure(" within %d ms (state-signals.connect-timeout)"
					.formatted(TimeUnit.MILLISECONDS.convert(timeout)), started.registrationFailure());
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

	private synchronized @Nullable RedisStreamConnection begin(Listener listener) {
		if (this.connection != null) {
			return null;
		}
		RedisStreamConnection started = new RedisStreamConnection(this.connectionFactory, this::afterReceiving,
				this.codec, this.retentions, this.opened, listener);
		this.connection = started;
		started.begin();
		return started;
	}

	@Override
	public void open(String channel) {
		this.broadcast.open(channel);
		if (!isDurable(channel)) {
			return;
		}
		this.opened.add(channel);
		RedisStreamConnection current = this.connection;
		if (current != null) {
			Collection<StreamReader> added = current.readForAll(channel);
			if (isConnected()) {
				RedisStreamConnection.await(RedisStreamConnection.registration(added), CONFIRMATION);
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
		this.broadcast.stop();
	}

	@Override
	public boolean isConnected() {
		return this.connection != null && this.broadcast.isConnected();
	}

	@Override
	public @Nullable String replyTo(String channel) {
		return this.broadcast.replyTo(channel);
	}

	@Override
	public void check(Signal signal) {
		this.broadcast.check(signal);
	}

	@Override
	public void afterReceiving(Runnable task) {
		this.broadcast.afterReceiving(task);
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		RedisStreamConnection current = this.connection;
		if (!isDurable(channel)) {
			return this.broadcast.send(channel, signal, extension);
		}
		if (current == null) {
			return CompletableFuture.failedFuture(RedisStreamConnection.notConnected());
		}
		if (Signal.INITIALIZATION.equals(signal.event())) {
			return current.registry().introduce(channel, signal.publisherId());
		}
		try {
			return current.publish(channel, this.codec.write(signal, extension));
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		RedisStreamConnection current = this.connection;
		if (isDurable(channel) && current != null && ALL_EXPORTERS.equals(response.publisherId())) {
			if (Signal.SHUTDOWN.equals(response.event())) {
				// Who leaves is awaited all the same: what is sent meanwhile is kept for
				// it.
				current.readForAll(channel);
				return CompletableFuture.completedFuture(null);
			}
			if (Signal.INITIALIZATION.equals(response.event())
					&& !current.isRegistered(channel, response.responderId())) {
				// It is announced when exporters that ask can learn of it.
				return CompletableFuture.completedFuture(null);
			}
		}
		return this.broadcast.send(channel, response, extension, replyTo);
	}

	@Override
	public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		RedisStreamConnection current = this.connection;
		return (current != null) ? current.answers().recall(channel, id, responders)
				: CompletableFuture.failedFuture(RedisStreamConnection.notConnected());
	}

	/**
	 * The connection, to ask about a channel.
	 * @return the connection
	 */
	RedisStreamConnection connection() {
		RedisStreamConnection current = this.connection;
		if (current == null) {
			throw RedisStreamConnection.notConnected();
		}
		return current;
	}

	/**
	 * A responder does not come back: tell exporters, and begin anew if it is one of
	 * ours.
	 * @param channel the channel's name
	 * @param responder the name of the responder
	 */
	void announceRemoval(String channel, String responder) {
		open(channel);
		this.broadcast.send(channel, new Response(responder, ALL_EXPORTERS, Signal.SHUTDOWN, null, null),
				ResponseExtension.UNDERSTOOD, null);
	}

}
