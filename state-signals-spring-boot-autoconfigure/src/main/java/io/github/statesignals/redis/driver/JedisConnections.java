package io.github.statesignals.redis.driver;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Creates connection factories that connect as the application's does and do not share
 * its pool. The driver returns the connection of a refused subscription to the pool with
 * replies that were not read: the next user takes them for those to its own commands.
 */
final class JedisConnections {

	private JedisConnections() {
	}

	// Returns a started factory; or null if the public getters of the application's do
	// not describe how it connects.
	static @Nullable JedisConnectionFactory derive(@Nullable RedisConnectionFactory application) {
		if (!(application instanceof JedisConnectionFactory jedis)
				|| jedis.getClass() != JedisConnectionFactory.class) {
			return null;
		}
		JedisConnectionFactory derived = create(jedis, jedis.getClientConfiguration());
		if (derived != null) {
			derived.afterPropertiesSet();
			start(derived);
		}
		return derived;
	}

	// It connects to Sentinels and clusters, and throws the driver's exceptions.
	private static void start(JedisConnectionFactory derived) {
		try {
			derived.start();
		}
		catch (JedisException ex) {
			throw new RedisConnectionFailureException("Cannot connect: " + ex.getMessage(), ex);
		}
	}

	private static @Nullable JedisConnectionFactory create(JedisConnectionFactory jedis,
			JedisClientConfiguration client) {
		RedisClusterConfiguration cluster = jedis.getClusterConfiguration();
		if (cluster != null) {
			return new JedisConnectionFactory(cluster, client);
		}
		RedisSentinelConfiguration sentinel = jedis.getSentinelConfiguration();
		if (sentinel != null) {
			return new JedisConnectionFactory(sentinel, client);
		}
		RedisStandaloneConfiguration standalone = jedis.getStandaloneConfiguration();
		return (standalone != null) ? new JedisConnectionFactory(standalone, client) : null;
	}

}
