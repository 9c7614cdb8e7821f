package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.SignalTransport;
import io.github.statesignals.core.SignalTransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.SubscriptionListener;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.unit.DataSize;

/**
 * Signals and responses over Redis pub/sub, as the Python package {@code state-signals}
 * 1.0.1 speaks them. Hears through a {@link RedisMessageListenerContainer} of its own, on
 * one connection, and publishes on a connection of the application's.
 * <p>
 * Pub/sub keeps nothing: what is sent while this transport is not connected, it never
 * hears. Redis does not separate databases either: it hears all that use these channels
 * on the server.
 *
 * @since 0.1.0
 */
public final class RedisPubSubSignalTransport implements SignalTransport {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubSignalTransport.class);

	private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

	private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

	private final RedisConnectionFactory connectionFactory;

	private final Map<String, Channel> channels = new ConcurrentHashMap<>();

	private final Duration connectTimeout;

	private final SignalCodec codec;

	private @Nullable Connection connection;

	private volatile @Nullable RedisPublisher publisher;

	private volatile CompletionStage<?> lastPublish = CompletableFuture.completedFuture(null);

	/**
	 * Create a transport.
	 * @param connectionFactory provides the connections
	 * @param connectTimeout how long {@link #start} tries to connect, once a second;
	 * negative: for ever; zero: in the background
	 * @param maxPayload the size of a payload beyond which it is skipped unread
	 */
	public RedisPubSubSignalTransport(RedisConnectionFactory connectionFactory, Duration connectTimeout,
			DataSize maxPayload) {
		this.connectionFactory = connectionFactory;
		this.connectTimeout = connectTimeout;
		this.codec = new SignalCodec(maxPayload.toBytes());
	}

	@Override
	public void start(Listener listener) {
		Connection started = begin(listener);
		if (started == null || this.connectTimeout.isZero() || started.awaitConnected(this.connectTimeout)) {
			return;
		}
		stop();
		throw new SignalTransportException(
				"Could not hear the Redis channels %s within %s (state-signals.connect-timeout)"
					.formatted(this.channels.values(), this.connectTimeout),
				started.failure);
	}

	// Waits for nothing, so that stop() can end the wait for Redis.
	private synchronized @Nullable Connection begin(Listener listener) {
		if (this.connection != null) {
			return null;
		}
		Connection started = new Connection(listener);
		this.connection = started;
		Thread connector = new Thread(started::connect, "state-signals-connect");
		connector.setDaemon(true);
		connector.start();
		return started;
	}

	@Override
	public synchronized void stop() {
		Connection connection = this.connection;
		if (connection == null) {
			return;
		}
		this.connection = null;
		try {
			this.lastPublish.toCompletableFuture().get(FLUSH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			logger.debug("What was published last may not have been sent", ex);
		}
		connection.close();
	}

	@Override
	public boolean isConnected() {
		return this.publisher != null;
	}

	@Override
	public void open(String channel) {
		Connection current;
		synchronized (this) {
			this.channels.computeIfAbsent(channel, (name) -> new Channel(SignalChannels.of(name)));
			current = this.connection;
		}
		if (current != null) {
			current.hearAll();
		}
	}

	@Override
	public CompletionStage<Void> send(String channel, Signal signal) {
		return publish(channel(channel).signals, this.codec.write(signal));
	}

	@Override
	public CompletionStage<Void> send(String channel, Response response) {
		return publish(channel(channel).responses, this.codec.write(response));
	}

	private Channel channel(String name) {
		Channel channel = this.channels.get(name);
		if (channel == null) {
			throw new IllegalArgumentException("The channel '" + name + "' is not open");
		}
		return channel;
	}

	private CompletionStage<Void> publish(byte[] channel, byte[] payload) {
		RedisPublisher publisher = this.publisher;
		if (publisher == null) {
			return CompletableFuture.failedFuture(
					new DataAccessResourceFailureException("Not connected to Redis (yet): nothing was published"));
		}
		try {
			CompletionStage<?> published = publisher.publish(channel, payload);
			this.lastPublish = published;
			return published.handle((receivers, ex) -> {
				if (ex != null) {
					throw RedisExceptions.translate(ex);
				}
				return null;
			});
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(RedisExceptions.translate(ex));
		}
	}

	/**
	 * One life of this transport, from start to stop.
	 */
	private final class Connection {

		/**
		 * Opens when Redis is there, or nobody wants it any more.
		 */
		private final CountDownLatch decided = new CountDownLatch(1);

		private final CountDownLatch closed = new CountDownLatch(1);

		/**
		 * Guards what is subscribed to: calls side by side may lose a channel, or hear it
		 * twice.
		 */
		private final ReentrantLock registration = new ReentrantLock();

		private final Map<String, ChannelListener> listeners = new HashMap<>();

		private final Set<String> heard = new HashSet<>();

		/**
		 * Held while the listener is called, by the driver or by the connector; and by
		 * nobody who waits for either.
		 */
		private final ReentrantLock hearing = new ReentrantLock();

		private final Listener listener;

		private volatile @Nullable RuntimeException failure;

		/**
		 * There once it is connected.
		 */
		private @Nullable RedisMessageListenerContainer container;

		/**
		 * The channel that tells of a gap for all of them: Redis subscribes to all of
		 * them again in one go.
		 */
		private volatile @Nullable String reporter;

		private volatile boolean connected;

		Connection(Listener listener) {
			this.listener = listener;
		}

		void connect() {
			while (this.closed.getCount() > 0) {
				// One that could not start takes no more channels, and starts no more.
				RedisMessageListenerContainer attempt = createContainer();
				RedisPublisher opened = null;
				try {
					hearAll(attempt, true);
					attempt.start();
					opened = RedisPublisher.create(RedisPubSubSignalTransport.this.connectionFactory);
					if (open(attempt, opened)) {
						return;
					}
				}
				catch (RuntimeException ex) {
					this.failure = ex;
					logger.debug("Redis is not there yet", ex);
				}
				if (opened != null) {
					opened.close();
				}
				destroy(attempt);
				sleep();
			}
		}

		private RedisMessageListenerContainer createContainer() {
			RedisMessageListenerContainer created = new RedisMessageListenerContainer();
			created.setConnectionFactory(RedisPubSubSignalTransport.this.connectionFactory);
			// Any other executor loses the order of messages.
			created.setTaskExecutor(new SyncTaskExecutor());
			// A blocking driver subscribes on it, and would never return from start().
			created.setSubscriptionExecutor(new SimpleAsyncTaskExecutor("state-signals-subscription-"));
			created.afterPropertiesSet();
			return created;
		}

		private boolean open(RedisMessageListenerContainer started, RedisPublisher opened) {
			this.registration.lock();
			try {
				// Those that were noted while it started.
				hearAll(started, false);
				synchronized (this) {
					if (this.closed.getCount() == 0) {
						return false;
					}
					this.container = started;
					RedisPubSubSignalTransport.this.publisher = opened;
					this.connected = true;
				}
			}
			finally {
				this.registration.unlock();
			}
			tell((listener) -> listener.onConnected(false));
			this.decided.countDown();
			logger.debug("Hearing {}", RedisPubSubSignalTransport.this.channels.values());
			return true;
		}

		/**
		 * Hear all channels that are noted; or, until it is connected, leave that to the
		 * connector.
		 */
		void hearAll() {
			this.registration.lock();
			try {
				RedisMessageListenerContainer current = this.container;
				if (current != null) {
					hearAll(current, false);
				}
			}
			catch (RuntimeException ex) {
				throw RedisExceptions.translate(ex);
			}
			finally {
				this.registration.unlock();
			}
		}

		private void hearAll(RedisMessageListenerContainer target, boolean afresh) {
			this.registration.lock();
			try {
				if (afresh) {
					this.listeners.clear();
					this.heard.clear();
					this.reporter = null;
				}
				RedisPubSubSignalTransport.this.channels.forEach((name, channel) -> {
					if (!this.heard.contains(name)) {
						// Should it fail, the same one again: two would hear all twice.
						ChannelListener channelListener = this.listeners.computeIfAbsent(name,
								(key) -> new ChannelListener(name, channel));
						target.addMessageListener(channelListener, List.of(ChannelTopic.of(channel.names.signals()),
								ChannelTopic.of(channel.names.responses())));
						this.heard.add(name);
						if (this.reporter == null) {
							this.reporter = name;
						}
					}
				});
			}
			finally {
				this.registration.unlock();
			}
		}

		private void destroy(RedisMessageListenerContainer target) {
			try {
				target.destroy();
			}
			catch (Exception ex) {
				logger.debug("Could not close the subscription", ex);
			}
		}

		private void sleep() {
			try {
				this.closed.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		/**
		 * Wait for the connection.
		 * @param timeout how long; negative: for ever
		 * @return {@code false} when the time was up; {@code true} when it is there, or
		 * nobody wants it any more
		 */
		boolean awaitConnected(Duration timeout) {
			try {
				if (timeout.isNegative()) {
					this.decided.await();
					return true;
				}
				return this.decided.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		synchronized void close() {
			this.hearing.lock();
			try {
				this.closed.countDown();
			}
			finally {
				this.hearing.unlock();
			}
			this.decided.countDown();
			RedisPublisher opened = RedisPubSubSignalTransport.this.publisher;
			RedisPubSubSignalTransport.this.publisher = null;
			if (opened != null) {
				opened.close();
			}
			// If there is none yet, the connector may be waiting for the driver, and lets
			// go what it gets.
			if (this.container != null) {
				destroy(this.container);
			}
		}

		private void onSubscribedAgain(String name) {
			if (this.connected && name.equals(this.reporter)) {
				tell((listener) -> listener.onConnected(true));
			}
		}

		// One call at a time, and none once it is closed.
		private void tell(Consumer<Listener> call) {
			this.hearing.lock();
			try {
				if (this.closed.getCount() > 0) {
					call.accept(this.listener);
				}
			}
			finally {
				this.hearing.unlock();
			}
		}

		private void onSignal(String name, Channel channel, byte[] payload) {
			Signal signal;
			try {
				signal = RedisPubSubSignalTransport.this.codec.readSignal(payload);
			}
			catch (MalformedPayloadException ex) {
				tell((listener) -> listener.onMalformed(channel.names.signals(), String.valueOf(ex.getMessage())));
				return;
			}
			tell((listener) -> listener.onSignal(name, signal));
		}

		private void onResponse(String name, Channel channel, byte[] payload) {
			Response response;
			try {
				response = RedisPubSubSignalTransport.this.codec.readResponse(payload);
			}
			catch (MalformedPayloadException ex) {
				tell((listener) -> listener.onMalformed(channel.names.responses(), String.valueOf(ex.getMessage())));
				return;
			}
			tell((listener) -> listener.onResponse(name, response));
		}

		/**
		 * Hears the two Redis channels of a channel. Redis confirms a subscription once
		 * per connection, so a second confirmation is a second connection.
		 */
		private final class ChannelListener implements MessageListener, SubscriptionListener {

			private final String name;

			private final Channel channel;

			private volatile boolean subscribed;

			ChannelListener(String name, Channel channel) {
				this.name = name;
				this.channel = channel;
			}

			@Override
			public void onMessage(Message message, byte @Nullable [] pattern) {
				try {
					if (Arrays.equals(message.getChannel(), this.channel.signals)) {
						onSignal(this.name, this.channel, message.getBody());
					}
					else {
						onResponse(this.name, this.channel, message.getBody());
					}
				}
				catch (RuntimeException ex) {
					logger.error("A payload could not be handed over", ex);
				}
			}

			@Override
			public void onChannelSubscribed(byte[] channel, long count) {
				if (!Arrays.equals(channel, this.channel.signals)) {
					return;
				}
				if (this.subscribed) {
					onSubscribedAgain(this.name);
				}
				this.subscribed = true;
			}

		}

	}

	/**
	 * The Redis channels of a channel.
	 */
	private static final class Channel {

		private final SignalChannels names;

		private final byte[] signals;

		private final byte[] responses;

		Channel(SignalChannels names) {
			this.names = names;
			this.signals = names.signals().getBytes(StandardCharsets.UTF_8);
			this.responses = names.responses().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return "'" + this.names.signals() + "' and '" + this.names.responses() + "'";
		}

	}

}
