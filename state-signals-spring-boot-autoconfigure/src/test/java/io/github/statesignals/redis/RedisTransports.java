package io.github.statesignals.redis;

import java.time.Duration;
import java.util.Map;

import io.github.statesignals.TestRedis;
import io.github.statesignals.redis.RedisPubSubSignalTransport.Settings;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.SignalListenerContainer;
import io.github.statesignals.redis.durable.RedisStreamSignalTransport;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.lettuce.core.resource.ClientResources;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.Lifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.unit.DataSize;

/**
 * Connects to Redis, and creates transports with a separate container and driver.
 */
public final class RedisTransports {

	private RedisTransports() {
	}

	/**
	 * Connects to the Redis that the tests share.
	 */
	public static LettuceConnectionFactory connect(ClientResources resources) {
		return started(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port()),
						LettuceClientConfiguration.builder().clientResources(resources).build()));
	}

	public static <F extends InitializingBean & Lifecycle> F started(F connectionFactory) {
		try {
			connectionFactory.afterPropertiesSet();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		connectionFactory.start();
		return connectionFactory;
	}

	public static RedisDriver driver(RedisConnectionFactory connectionFactory) {
		return new RedisDriver(connectionFactory, new SignalListenerContainer(connectionFactory));
	}

	public static RedisPubSubSignalTransport broadcast(RedisConnectionFactory connectionFactory, Settings settings) {
		return new RedisPubSubSignalTransport(connectionFactory,
				RedisPubSubSignalTransport.createListenerContainer(connectionFactory), settings);
	}

	public static RedisStreamSignalTransport durable(RedisConnectionFactory connectionFactory, Settings settings,
			Map<String, DurableChannel> channels) {
		return new RedisStreamSignalTransport(connectionFactory,
				RedisPubSubSignalTransport.createListenerContainer(connectionFactory), settings, channels);
	}

	/**
	 * Settings with replies, payloads of at most one megabyte, and no signatures.
	 */
	public static Settings settings(Duration heartbeatInterval) {
		return settings(Duration.ofSeconds(20), heartbeatInterval);
	}

	public static Settings settings(Duration connectTimeout, Duration heartbeatInterval) {
		return new Settings(connectTimeout, DataSize.ofMegabytes(1), heartbeatInterval, true, null);
	}

}
