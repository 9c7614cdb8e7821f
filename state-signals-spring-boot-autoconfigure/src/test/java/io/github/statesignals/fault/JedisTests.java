package io.github.statesignals.fault;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.redis.SignalChannels;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Signals with the driver that blocks, where {@code spring.data.redis.client-type} asks
 * for it.
 */
@Tag("faults")
@Timeout(120)
class JedisTests {

	private static final String CHANNEL = SignalChannels.DEFAULT.signals();

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@Test
	void publishIsAnsweredInOrder() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		publishIsAnsweredInOrder(start(server.properties()));
		assertThat(server.subscribers(CHANNEL)).isOne();
	}

	@Test
	void publishIsAnsweredInOrderOnACluster() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		publishIsAnsweredInOrder(start(cluster.properties()));
		assertThat(cluster.subscribers(CHANNEL)).isOne();
	}

	// The nodes of a cluster pass on each other's messages.
	@Test
	void signalsInFlightAreHandledInOrderOnACluster() {
		RedisChecks.handledInOrder(start(this.applications.use(RedisCluster.start()).properties()));
	}

	@Test
	void publishIsAnsweredOnceTheNodeOfItsChannelIsGone() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		SignalExporter exporter = RedisChecks.initialized(start(cluster.properties()));
		cluster.kill(cluster.ownerOf(CHANNEL));
		cluster.awaitWhole();
		RedisChecks.awaitAnswered(exporter);
	}

	// Jedis does not know the node yet.
	@Test
	void publishIsAnsweredOnceTheNodeOfItsChannelWasReplaced() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		SignalExporter exporter = RedisChecks.initialized(start(cluster.properties()));
		cluster.failOver(cluster.ownerOf(CHANNEL));
		RedisChecks.publish(exporter, 1, 20);
	}

	// A publish counts those of that node. With another count the exporter would ask for
	// subscribers again.
	@Test
	void subscribersOnAClusterAreThoseOfTheNodeOfTheChannel() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		ConfigurableApplicationContext context = start(cluster.properties());
		RedisDriver driver = new RedisDriver(context.getBean(RedisConnectionFactory.class),
				context.getBean(RedisMessageListenerContainer.class));
		RedisPublisher publisher = driver.openPublisher();
		this.applications.use(publisher::close);
		for (String channel : List.of(CHANNEL, CHANNEL + ":a", CHANNEL + ":b", CHANNEL + ":c")) {
			long expected = cluster.ownerOf(channel).subscribers(channel);
			byte[] name = channel.getBytes(StandardCharsets.UTF_8);
			assertThat(Stream.generate(() -> publisher.countSubscribers(name).join()).limit(10)).containsOnly(expected);
		}
	}

	@Test
	void publishIsNotSentWhileTheNodeOfItsChannelIsGone() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		SignalExporter exporter = RedisChecks.initialized(start(cluster.properties()));
		RedisProcess owner = cluster.ownerOf(CHANNEL);
		cluster.kill(cluster.replicaOf(owner));
		cluster.kill(owner);
		// A connection from before may fail later.
		await().atMost(RedisProcess.PATIENCE)
			.untilAsserted(() -> assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> exporter.publish(Recorder.EVENT))
				.withMessageContaining("was not sent"));
	}

	private void publishIsAnsweredInOrder(ConfigurableApplicationContext context) {
		List<Integer> published = RedisChecks.publish(RedisChecks.initialized(context), 1, 50);
		assertThat(context.getBean(Recorder.class).samples()).isEqualTo(published);
	}

	@Test
	void publishIsAnsweredOnceTheSubscriptionWasLost() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		SignalExporter exporter = RedisChecks.initialized(start(server.properties()));
		assertThat(server.killPubSub()).isOne();
		RedisChecks.awaitAnswered(exporter);
		assertThat(server.subscribers(CHANNEL)).isOne();
	}

	// The driver leaves the reply to its UNSUBSCRIBE unread.
	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void connectionWhoseSubscriptionIsRefusedIsNotUsedAgain(CapturedOutput output) {
		RedisProcess server = this.applications
			.use(RedisProcess.builder().user("app", "on >secret ~* &* +@all").start());
		StringRedisTemplate application = start(Stream
			.concat(server.properties().stream(),
					Stream.of("spring.data.redis.username=app", "spring.data.redis.password=secret"))
			.toList()).getBean(StringRedisTemplate.class);
		application.opsForValue().set("key", "value");
		server.command("ACL", "SETUSER", "app", "-subscribe");
		server.killPubSub();
		await().atMost(RedisProcess.PATIENCE)
			.until(() -> output.getOut().contains("Grant: ACL SETUSER <user> +subscribe"));
		assertThat(Stream.generate(() -> application.opsForValue().get("key")).limit(10)).containsOnly("value");
	}

	@Test
	void publishIsAnsweredOnceRedisIsBack() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		SignalExporter exporter = RedisChecks.initialized(start(server.properties()));
		RedisChecks.awaitAnsweredAfterRestart(exporter, server);
		assertThat(server.subscribers(CHANNEL)).isOne();
	}

	@Test
	void nothingIsLeftOfAnApplicationThatIsClosed() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		ConfigurableApplicationContext context = start(server.properties());
		RedisChecks.publish(RedisChecks.initialized(context), 1, 1);
		context.close();
		await().atMost(RedisProcess.PATIENCE).until(() -> server.pubSubClients() == 0 && server.normalClients() == 0);
	}

	private ConfigurableApplicationContext start(List<String> server) {
		ConfigurableApplicationContext context = this.applications.start(Recorder.class, server,
				"spring.data.redis.client-type=jedis");
		assertThat(context.getBean(RedisConnectionFactory.class)).isInstanceOf(JedisConnectionFactory.class);
		return context;
	}

}
