package io.github.statesignals.redis;

import java.time.Duration;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Listens to Redis channels, on one connection. Calls for one come one after the other.
 */
interface RedisSubscription {

	/**
	 * Listen to more channels. Before the start they are noted; after it, this waits
	 * until Redis has confirmed, unless it is away.
	 * @param channels their names, each for the first time
	 */
	void hear(Collection<String> channels);

	/**
	 * Connect and subscribe. One that failed can't be started again.
	 */
	void start();

	/**
	 * Run a task when all messages were heard that came together, as far as can be told.
	 * @param task the task
	 */
	void afterHearing(Runnable task);

	/**
	 * Let the connection go.
	 */
	void destroy();

	/**
	 * Create a subscription that suits the driver.
	 * @param connectionFactory provides the connection
	 * @param retryInterval how often a driver that does not connect again by itself is
	 * made to
	 * @param hearer told what is heard
	 * @return the subscription, not started
	 */
	static RedisSubscription create(RedisConnectionFactory connectionFactory, Duration retryInterval, Hearer hearer) {
		if (RedisDrivers.isLettucePresent()) {
			RedisSubscription lettuce = LettuceSubscription.create(connectionFactory, hearer);
			if (lettuce != null) {
				return lettuce;
			}
		}
		return new ContainerSubscription(connectionFactory, retryInterval, hearer);
	}

	/**
	 * Hears, on the driver's thread, one message after the other.
	 */
	interface Hearer {

		/**
		 * How many bytes of a payload are read at the most: of longer ones, only the
		 * beginning is there ({@link PartialMessages#PREFIX}).
		 * @return the number
		 */
		long maxPayload();

		/**
		 * Read a message.
		 * @param channel the Redis channel
		 * @param payload holds the payload, until this returns, or its beginning if it is
		 * longer than {@link #maxPayload()}
		 * @param length how many bytes it has, from the first on
		 * @return what it says, or {@code null} if that is not wanted
		 */
		@Nullable Object read(String channel, byte[] payload, int length);

		/**
		 * A message was read.
		 * @param channel the Redis channel
		 * @param message what it says
		 */
		void heard(String channel, Object message);

		/**
		 * Redis has confirmed a channel: once per connection, so that a second
		 * confirmation is a second connection.
		 * @param channel the Redis channel
		 */
		void subscribed(String channel);

	}

}
