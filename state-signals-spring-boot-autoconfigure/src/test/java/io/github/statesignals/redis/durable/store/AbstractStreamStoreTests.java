package io.github.statesignals.redis.durable.store;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

import io.github.statesignals.TestRedis;
import io.github.statesignals.redis.RedisTransports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The keys of a separate durable channel, and a client for its scripts.
 */
abstract class AbstractStreamStoreTests {

	final String channel = "store-" + UUID.randomUUID();

	final StreamKeys keys = StreamKeys.of(this.channel);

	final String log = text(this.keys.log());

	LettuceConnectionFactory connectionFactory;

	StringRedisTemplate redis;

	StreamClient client;

	@BeforeEach
	void connect() {
		this.connectionFactory = RedisTransports
			.started(new LettuceConnectionFactory(TestRedis.host(), TestRedis.port()));
		this.redis = new StringRedisTemplate(this.connectionFactory);
		this.client = new StreamClient(RedisTransports.driver(this.connectionFactory)::openStreamCommands,
				Runnable::run);
	}

	@AfterEach
	void disconnect() {
		this.client.close().join();
		this.connectionFactory.destroy();
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
