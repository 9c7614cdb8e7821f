package io.github.statesignals.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Listens with Lettuce itself, which subscribes again by itself when it has reconnected.
 * Messages are read where the driver has them: Spring's container copies each of them,
 * and the name of its channel, several times.
 */
final class LettuceSubscription implements RedisSubscription {

	private static final Logger logger = LoggerFactory.getLogger(LettuceSubscription.class);

	/**
	 * How long to wait for Redis to confirm channels that are added. It is the caller who
	 * waits; and a driver that is reconnecting subscribes when it has.
	 */
	private static final Duration CONFIRMATION = Duration.ofSeconds(2);

	private final LettuceConnectionFactory factory;

	private final Hearer hearer;

	private final List<String> noted = new ArrayList<>();

	private final Supplier<@Nullable EventLoop> eventLoops;

	private @Nullable StatefulRedisPubSubConnection<String, Object> connection;

	/**
	 * The thread that reads the messages, once it is known.
	 */
	private volatile @Nullable EventLoop eventLoop;

	private LettuceSubscription(LettuceConnectionFactory factory, Supplier<@Nullable EventLoop> eventLoops,
			Hearer hearer) {
		this.factory = factory;
		this.eventLoops = eventLoops;
		this.hearer = hearer;
	}

	/**
	 * Create a subscription with a connection of its own.
	 * @param connectionFactory the application's factory
	 * @param hearer told what is heard
	 * @return the subscription, or {@code null} if it can't be told how the application
	 * connects
	 */
	static @Nullable RedisSubscription create(RedisConnectionFactory connectionFactory, Hearer hearer) {
		LettuceConnectionFactory own = LettuceConnections.derive(connectionFactory);
		return (own != null)
				? new LettuceSubscription(own, () -> LettuceConnections.eventLoop(connectionFactory), hearer) : null;
	}

	@Override
	public void hear(Collection<String> channels) {
		StatefulRedisPubSubConnection<String, Object> connected = this.connection;
		if (connected == null) {
			this.noted.addAll(channels);
		}
		else if (!subscribe(connected, channels, CONFIRMATION)) {
			logger.debug("Redis has not confirmed {} yet; the driver asks again once it is back", channels);
		}
	}

	@Override
	public void start() {
		AbstractRedisClient client = this.factory.getRequiredNativeClient();
		MessageCodec codec = new MessageCodec(this.hearer);
		StatefulRedisPubSubConnection<String, Object> connected = (client instanceof RedisClusterClient cluster)
				? cluster.connectPubSub(codec) : ((RedisClient) client).connectPubSub(codec);
		this.eventLoop = this.eventLoops.get();
		connected.addListener(new Listener(this.hearer));
		Duration timeout = this.factory.getClientConfiguration().getCommandTimeout();
		if (!this.noted.isEmpty() && !subscribe(connected, this.noted, timeout)) {
			throw new QueryTimeoutException("Redis did not confirm the subscription within " + timeout);
		}
		this.connection = connected;
	}

	private static boolean subscribe(StatefulRedisPubSubConnection<String, Object> connected,
			Collection<String> channels, Duration timeout) {
		try {
			connected.async().subscribe(channels.toArray(String[]::new)).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueryTimeoutException("Interrupted while subscribing", ex);
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
		catch (TimeoutException ex) {
			return false;
		}
	}

	// What it read in one go, the event loop has passed on before it runs a task.
	@Override
	public void afterHearing(Runnable task) {
		EventLoop loop = this.eventLoop;
		if (loop != null && loop.inEventLoop()) {
			try {
				loop.execute(task);
				return;
			}
			catch (RejectedExecutionException ex) {
				logger.debug("The driver is shutting down", ex);
			}
		}
		task.run();
	}

	@Override
	public void destroy() {
		// Takes the connection with it.
		LettuceConnections.destroy(this.factory);
	}

	/**
	 * Is told of messages as the codec made them.
	 */
	private static final class Listener extends RedisPubSubAdapter<String, Object> {

		private final Hearer hearer;

		Listener(Hearer hearer) {
			this.hearer = hearer;
		}

		@Override
		public void message(String channel, Object message) {
			if (message != MessageCodec.UNWANTED) {
				this.hearer.heard(channel, message);
			}
		}

		@Override
		public void subscribed(String channel, long count) {
			this.hearer.subscribed(channel);
		}

	}

	/**
	 * Reads messages out of the driver's buffer. The driver decodes a channel and then
	 * its message, on one thread and for one connection: that is why this can know the
	 * channel, and use one array for all of them.
	 */
	private static final class MessageCodec implements RedisCodec<String, Object> {

		static final Object UNWANTED = new Object();

		private static final int USUAL_LENGTH = 4_096;

		private final byte[] usual = new byte[USUAL_LENGTH];

		private final Hearer hearer;

		/**
		 * The one that came last, which most often comes next.
		 */
		private String channel = "";

		private byte[] channelBytes = new byte[0];

		MessageCodec(Hearer hearer) {
			this.hearer = hearer;
		}

		@Override
		public String decodeKey(ByteBuffer bytes) {
			int length = bytes.remaining();
			byte[] name = copy(bytes, length);
			if (!Arrays.equals(this.channelBytes, 0, this.channelBytes.length, name, 0, length)) {
				this.channelBytes = Arrays.copyOf(name, length);
				this.channel = new String(this.channelBytes, StandardCharsets.UTF_8);
			}
			return this.channel;
		}

		@Override
		public Object decodeValue(ByteBuffer bytes) {
			int length = bytes.remaining();
			byte[] payload = copy(bytes,
					(length <= this.hearer.maxPayload()) ? length : Math.min(length, PartialMessages.PREFIX));
			Object read = this.hearer.read(this.channel, payload, length);
			return (read != null) ? read : UNWANTED;
		}

		private byte[] copy(ByteBuffer bytes, int length) {
			byte[] target = (length <= this.usual.length) ? this.usual : new byte[length];
			bytes.get(target, 0, length);
			return target;
		}

		@Override
		public ByteBuffer encodeKey(String key) {
			return ByteBuffer.wrap(RedisChannel.bytes(key));
		}

		@Override
		public ByteBuffer encodeValue(Object value) {
			throw new UnsupportedOperationException("This connection only listens");
		}

	}

}
