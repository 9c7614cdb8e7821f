package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is derived from the application's connection factory.
 */
@Timeout(30)
class LettuceConnectionsTests {

	private static ClientResources resources;

	private @Nullable LettuceConnectionFactory application;

	private @Nullable LettuceConnectionFactory derived;

	@BeforeAll
	static void createResources() {
		resources = ClientResources.create();
	}

	@AfterAll
	static void shutDown() {
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	@AfterEach
	void destroy() {
		if (this.derived != null) {
			LettuceConnections.destroy(this.derived);
		}
		if (this.application != null) {
			this.application.destroy();
		}
	}

	@Test
	void clientMakesNoBlockingCommandsUntilTheyAreAskedFor() {
		RedisClient client = derive(LettuceClientConfiguration.builder().clientResources(resources));
		assertThat(client).isInstanceOf(AsyncRedisClient.class);
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			assertThat(connection).extracting("sync").isNull();
			assertThat(connection.sync().ping()).isEqualTo("PONG");
			assertThat(connection.async().ping().toCompletableFuture().join()).isEqualTo("PONG");
		}
		try (StatefulRedisPubSubConnection<String, String> connection = client.connectPubSub()) {
			assertThat(connection).extracting("sync").isNull();
			assertThat(connection.sync().ping()).isEqualTo("PONG");
		}
	}

	@Test
	void clientConnectsAsTheApplicationIsToldTo() {
		RedisClient client = derive(LettuceClientConfiguration.builder()
			.clientResources(resources)
			.clientName("the-application")
			.commandTimeout(Duration.ofSeconds(7)));
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			assertThat(connection.sync().clientGetname()).isEqualTo("the-application");
			assertThat(connection.sync().clientList()).contains("name=the-application", "db=3");
			assertThat(connection.getTimeout()).isEqualTo(Duration.ofSeconds(7));
		}
		assertThat(client.getOptions().getTimeoutOptions().isTimeoutCommands()).isFalse();
	}

	@Test
	void clientWithThreadsOfItsOwnIsLeftToSpring() {
		RedisClient client = derive(LettuceClientConfiguration.builder());
		assertThat(client).isExactlyInstanceOf(RedisClient.class);
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			assertThat(connection.sync().ping()).isEqualTo("PONG");
		}
	}

	private RedisClient derive(LettuceClientConfiguration.LettuceClientConfigurationBuilder configuration) {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port());
		standalone.setDatabase(3);
		LettuceConnectionFactory factory = new LettuceConnectionFactory(standalone, configuration.build());
		factory.afterPropertiesSet();
		factory.start();
		this.application = factory;
		LettuceConnectionFactory own = LettuceConnections.derive(factory);
		assertThat(own).isNotNull();
		this.derived = own;
		return (RedisClient) own.getRequiredNativeClient();
	}

}
