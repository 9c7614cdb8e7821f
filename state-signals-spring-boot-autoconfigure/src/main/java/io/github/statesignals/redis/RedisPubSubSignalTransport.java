package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

	private final SignalChannels channels;

	private final byte[] signalChannel;

	private final byte[] responseChannel;

	private final Duration connectTimeout;

	private final SignalCodec codec;

	private @Nullable Connection connection;

	private volatile @Nullable RedisPublisher publisher;

	private volatile CompletionStage<?> lastPublish = CompletableFuture.completedFuture(null);

	/**
	 * Create a transport.
	 * @param connectionFactory provides the connections
	 * @param channels the channels to use
	 * @param connectTimeout how long {@link #start} tries to connect, once a second;
	 * negative: for ever; zero: in the background
	 * @param maxPayload the size of a payload beyond which it is skipped unread
	 */
	public RedisPubSubSignalTransport(RedisConnectionFactory connectionFactory, SignalChannels channels,
			Duration connectTimeout, DataSize maxPayload) {
		this.connectionFactory = connectionFactory;
		this.channels = channels;
		this.signalChannel = channels.signals().getBytes(StandardCharsets.UTF_8);
		this.responseChannel = channels.responses().getBytes(StandardCharsets.UTF_8);
		this.connectTimeout = connectTimeout;
		this.codec = new SignalCodec(maxPayload.toBytes());
	}

	@Override
	public synchronized void start(Listener listener) {
		if (this.connection != null) {
			return;
		}
		Connection connection = new Connection(listener);
		this.connection = connection;
		Thread connector = new Thread(connection::connect, "state-signals-connect");
		connector.setDaemon(true);
		connector.start();
		if (this.connectTimeout.isZero()) {
			return;
		}
		if (!connection.awaitConnected(this.connectTimeout)) {
			RuntimeException cause = connection.failure;
			stop();
			throw new SignalTransportException(
					"Could not hear the Redis channels '%s' and '%s' within %s (state-signals.connect-timeout)"
						.formatted(this.channels.signals(), this.channels.responses(), this.connectTimeout),
					cause);
		}
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
	public CompletionStage<Void> send(Signal signal) {
		return publish(this.signalChannel, this.codec.write(signal));
	}

	@Override
	public CompletionStage<Void> send(Response response) {
		return publish(this.responseChannel, this.codec.write(response));
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

		private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

		private final CountDownLatch connected = new CountDownLatch(1);

		private final CountDownLatch closed = new CountDownLatch(1);

		private final Listener listener;

		private volatile @Nullable RuntimeException failure;

		Connection(Listener listener) {
			this.listener = listener;
			this.container.setConnectionFactory(RedisPubSubSignalTransport.this.connectionFactory);
			// Any other executor loses the order of messages.
			this.container.setTaskExecutor(new SyncTaskExecutor());
			// A blocking driver subscribes on it, and would never return from start().
			this.container.setSubscriptionExecutor(new SimpleAsyncTaskExecutor("state-signals-subscription-"));
			// All channels before start(): adding one later may lose it silently.
			SignalChannels channels = RedisPubSubSignalTransport.this.channels;
			this.container.addMessageListener(new ChannelListener(this::onSignal, () -> {
			}), ChannelTopic.of(channels.signals()));
			this.container.addMessageListener(new ChannelListener(this::onResponse, this::onSubscribed),
					ChannelTopic.of(channels.responses()));
			this.container.afterPropertiesSet();
		}

		void connect() {
			while (this.closed.getCount() > 0) {
				RedisPublisher opened = null;
				try {
					this.container.start();
					opened = RedisPublisher.create(RedisPubSubSignalTransport.this.connectionFactory);
					if (open(opened)) {
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
				// Without it the next start() does nothing.
				this.container.stop();
				sleep();
			}
		}

		private synchronized boolean open(RedisPublisher opened) {
			if (this.closed.getCount() == 0) {
				return false;
			}
			RedisPubSubSignalTransport.this.publisher = opened;
			this.listener.onConnected(false);
			this.connected.countDown();
			logger.debug("Hearing {}", RedisPubSubSignalTransport.this.channels);
			return true;
		}

		private void sleep() {
			try {
				boolean stopped = this.closed.await(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
				logger.trace("Trying again: {}", !stopped);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		boolean awaitConnected(Duration timeout) {
			try {
				if (timeout.isNegative()) {
					this.connected.await();
					return true;
				}
				return this.connected.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		synchronized void close() {
			this.closed.countDown();
			RedisPublisher opened = RedisPubSubSignalTransport.this.publisher;
			RedisPubSubSignalTransport.this.publisher = null;
			if (opened != null) {
				opened.close();
			}
			try {
				this.container.destroy();
			}
			catch (Exception ex) {
				logger.debug("Could not close the subscription", ex);
			}
		}

		// Both channels are subscribed to in one go, this one last.
		private void onSubscribed() {
			if (this.connected.getCount() == 0) {
				this.listener.onConnected(true);
			}
		}

		private void onSignal(byte[] payload) {
			try {
				this.listener.onSignal(RedisPubSubSignalTransport.this.codec.readSignal(payload));
			}
			catch (MalformedPayloadException ex) {
				this.listener.onMalformed(RedisPubSubSignalTransport.this.channels.signals(),
						String.valueOf(ex.getMessage()));
			}
		}

		private void onResponse(byte[] payload) {
			try {
				this.listener.onResponse(RedisPubSubSignalTransport.this.codec.readResponse(payload));
			}
			catch (MalformedPayloadException ex) {
				this.listener.onMalformed(RedisPubSubSignalTransport.this.channels.responses(),
						String.valueOf(ex.getMessage()));
			}
		}

	}

	/**
	 * Hears one channel. Redis confirms a subscription once per connection, so a second
	 * confirmation is a second connection.
	 */
	private static final class ChannelListener implements MessageListener, SubscriptionListener {

		private final Consumer<byte[]> consumer;

		private final Runnable onSubscribed;

		ChannelListener(Consumer<byte[]> consumer, Runnable onSubscribed) {
			this.consumer = consumer;
			this.onSubscribed = onSubscribed;
		}

		@Override
		public void onMessage(Message message, byte @Nullable [] pattern) {
			try {
				this.consumer.accept(message.getBody());
			}
			catch (RuntimeException ex) {
				logger.error("A payload could not be handed over", ex);
			}
		}

		@Override
		public void onChannelSubscribed(byte[] channel, long count) {
			this.onSubscribed.run();
		}

	}

}
