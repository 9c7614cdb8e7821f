package io.github.statesignals.redis.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.TestRedis;
import io.github.statesignals.redis.RedisTransports;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The connection factories that are derived from the application's.
 */
@Timeout(30)
class LettuceConnectionsTests {

	private static ClientResources resources;

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

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
		this.factories.forEach((factory) -> LettuceConnections.destroy(factory, null));
	}

	@Test
	void connectsAsTheApplicationDoes() {
		LettuceConnectionFactory derived = derived(new LettuceConnectionFactory(server(),
				LettuceClientConfiguration.builder()
					.clientResources(resources)
					.clientName("the-application")
					.commandTimeout(Duration.ofSeconds(7))
					.build()));
		RedisClient client = (RedisClient) derived.getRequiredNativeClient();
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			assertThat(connection.sync().clientGetname()).isEqualTo("the-application");
			assertThat(connection.sync().clientList()).contains("name=the-application", "db=3");
			assertThat(connection.getTimeout()).isEqualTo(Duration.ofSeconds(7));
		}
		assertThat(client.getResources().timer()).isSameAs(resources.timer());
		assertThat(client.getResources().eventExecutorGroup()).isSameAs(resources.eventExecutorGroup());
		assertThat(client.getOptions().getTimeoutOptions().isTimeoutCommands()).isFalse();
		assertThat(client.getOptions().isAutoReconnect()).isTrue();
		assertThat(derived.getShareNativeConnection()).isFalse();
	}

	@Test
	void connectionsShareOneEventLoopApartFromTheApplications() throws Exception {
		Set<EventLoop> used = ConcurrentHashMap.newKeySet();
		ClientResources customized = DefaultClientResources.builder().nettyCustomizer(new NettyCustomizer() {

			@Override
			public void afterChannelInitialized(Channel channel) {
				used.add(channel.eventLoop());
			}

		}).build();
		try {
			LettuceConnectionFactory application = started(new LettuceConnectionFactory(server(),
					LettuceClientConfiguration.builder().clientResources(customized).build()));
			application.getConnection().ping();
			Set<EventLoop> applications = Set.copyOf(used);
			LettuceConnections connections = new LettuceConnections(application);
			assertThat(connections.eventLoop()).isNull();
			assertThat(connections.isEventLoop()).isFalse();
			for (int i = 0; i < 2; i++) {
				used.clear();
				LettuceConnectionFactory first = derived(connections);
				LettuceConnectionFactory second = derived(connections);
				first.getConnection().ping();
				second.getConnection().ping();
				LettuceConnections.destroy(first, null);
				assertThat(second.getConnection().ping()).isEqualTo("PONG");
				assertThat(used).hasSize(1).doesNotContainAnyElementsOf(applications);
				EventLoop loop = used.iterator().next();
				CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
				Objects.requireNonNull(connections.eventLoop())
					.execute(() -> onLoop.complete(loop.inEventLoop() && connections.isEventLoop()));
				assertThat(onLoop).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
				assertThat(connections.isEventLoop()).isFalse();
				LettuceConnections.destroy(second, null);
				assertThat(loop.isShuttingDown()).isFalse();
				connections.close();
				assertThat(loop.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
			}
			assertThat(applications).noneMatch(EventLoop::isShuttingDown);
		}
		finally {
			destroy();
			customized.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
		}
	}

	@Test
	void connectsWithTheOptionsAndTlsOfTheApplication() {
		LettuceClientConfiguration client = derived(new LettuceConnectionFactory(server(),
				LettuceClientConfiguration.builder()
					.clientOptions(ClientOptions.builder().requestQueueSize(77).build())
					.useSsl()
					.verifyPeer(SslVerifyMode.CA)
					.startTls()
					.build()))
			.getClientConfiguration();
		assertThat(client.isUseSsl()).isTrue();
		assertThat(client.isStartTls()).isTrue();
		assertThat(client.getVerifyMode()).isEqualTo(SslVerifyMode.CA);
		assertThat(client.getClientOptions())
			.hasValueSatisfying((options) -> assertThat(options.getRequestQueueSize()).isEqualTo(77));
	}

	@Test
	void connectsToClustersSentinelsAndSockets() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration(Set.of("127.0.0.1:7001"));
		LettuceConnectionFactory clustered = derived(new LettuceConnectionFactory(cluster,
				LettuceClientConfiguration.builder()
					.clientOptions(ClusterClientOptions.builder().maxRedirects(9).build())
					.build()));
		assertThat(clustered.getClusterConfiguration()).isSameAs(cluster);
		assertThat(((RedisClusterClient) clustered.getRequiredNativeClient()).getOptions()).isInstanceOfSatisfying(
				ClusterClientOptions.class, (options) -> assertThat(options.getMaxRedirects()).isEqualTo(9));
		RedisSentinelConfiguration sentinels = new RedisSentinelConfiguration("main", Set.of("127.0.0.1:7002"));
		assertThat(derived(new LettuceConnectionFactory(sentinels)).getSentinelConfiguration()).isSameAs(sentinels);
		RedisSocketConfiguration socket = new RedisSocketConfiguration("/var/run/redis");
		assertThat(derived(new LettuceConnectionFactory(socket)).getSocketConfiguration()).isSameAs(socket);
	}

	@Test
	void staysDisconnectedIfAskedTo() {
		LettuceConnectionFactory application = started(new LettuceConnectionFactory(server()));
		LettuceConnectionFactory derived = new LettuceConnections(application).deriveWithoutReconnect();
		assertThat(derived).isNotNull();
		this.factories.add(derived);
		assertThat(derived.getRequiredNativeClient().getOptions().isAutoReconnect()).isFalse();
	}

	@Test
	void derivesNothingWhereTheGettersDoNotReturnTheWholeConfiguration() {
		assertThat(derive(new LettuceConnectionFactory(server()) {

		})).as("subclass").isNull();
		assertThat(derive(new LettuceConnectionFactory(server(),
				LettuceClientConfiguration.builder().readFrom(ReadFrom.REPLICA_PREFERRED).build())))
			.as("reads from replicas")
			.isNull();
		assertThat(derive(new LettuceConnectionFactory((RedisConfiguration) server()))).as("of no known kind").isNull();
	}

	@Test
	void derivesNothingFromStaticMastersAndReplicas() {
		RedisStaticMasterReplicaConfiguration nodes = new RedisStaticMasterReplicaConfiguration(TestRedis.host(),
				TestRedis.port());
		assertThat(derive(new LettuceConnectionFactory(nodes))).isNull();
		nodes.setDatabase(1);
		assertThat(derive(new LettuceConnectionFactory(nodes))).isNull();
	}

	private static RedisStandaloneConfiguration server() {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port());
		standalone.setDatabase(3);
		return standalone;
	}

	private LettuceConnectionFactory derived(LettuceConnectionFactory application) {
		return derived(new LettuceConnections(started(application)));
	}

	private LettuceConnectionFactory derived(LettuceConnections connections) {
		LettuceConnectionFactory derived = derive(connections);
		assertThat(derived).isNotNull();
		return derived;
	}

	private @Nullable LettuceConnectionFactory derive(LettuceConnectionFactory application) {
		return derive(new LettuceConnections(started(application)));
	}

	private @Nullable LettuceConnectionFactory derive(LettuceConnections connections) {
		LettuceConnectionFactory derived = connections.derive();
		if (derived != null) {
			this.factories.add(derived);
		}
		return derived;
	}

	private LettuceConnectionFactory started(LettuceConnectionFactory application) {
		this.factories.add(application);
		return RedisTransports.started(application);
	}

}
