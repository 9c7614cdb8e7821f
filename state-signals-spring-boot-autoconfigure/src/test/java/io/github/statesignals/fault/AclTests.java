package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.redis.SignalChannels;
import io.github.statesignals.redis.driver.RequiredPermissions;
import io.github.statesignals.transport.SignalTransportException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * The permissions that the Redis user of an application needs, and the message where it
 * lacks one.
 */
@Tag("faults")
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class AclTests {

	private static final String CHANNELS = "resetkeys resetchannels &event-signal-* -@all";

	/**
	 * {@code subscribe} and {@code publish} have to be; the others are done without, but
	 * Redis would log each time that it denied them.
	 */
	private static final String STANDALONE = "resetkeys resetchannels -@all " + RequiredPermissions.APPLICATION.rule();

	/**
	 * Of these, {@code cluster|nodes} has to be.
	 */
	private static final String CLUSTER = STANDALONE + " " + RequiredPermissions.CLUSTER.rule();

	/**
	 * Commands that drivers and exporters send if they may, and do without; an older
	 * server names the command alone.
	 */
	private static final Set<String> OPTIONAL = Set.of("client|setinfo", "client", "pubsub|numsub", "pubsub");

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@Test
	void publishIsAnsweredWithTheLeastThatAUserNeeds() {
		RedisProcess server = serverWith(STANDALONE);
		SignalExporter exporter = start(server.properties());
		RedisChecks.publish(exporter, 1, 3);
		assertThat(denied(server)).isEmpty();
	}

	@Test
	void publishIsAnsweredWithTheLeastOnceTheConnectionsWereLost() {
		RedisProcess server = serverWith(STANDALONE);
		SignalExporter exporter = start(server.properties());
		assertThat(server.killPubSub()).isOne();
		server.command("CLIENT", "KILL", "TYPE", "normal");
		RedisChecks.awaitAnswered(exporter);
		assertThat(denied(server)).isEmpty();
	}

	@Test
	void publishIsAnsweredWithTheLeastThatAUserOfAClusterNeeds() {
		RedisCluster cluster = this.applications.use(RedisCluster.start("user app on >secret " + CLUSTER));
		SignalExporter exporter = start(cluster.properties());
		RedisChecks.publish(exporter, 1, 3);
		cluster.nodes().forEach(RedisProcess::killPubSub);
		RedisChecks.awaitAnswered(exporter);
		assertThat(cluster.nodes()).allSatisfy((node) -> assertThat(denied(node)).isEmpty());
	}

	// Jedis learns of the new master from a command with a key.
	@Test
	void publishIsAnsweredWithThePermissionsOfJedisOnceAReplicaHasTakenOver() {
		String user = "user app on >secret " + CLUSTER + " " + RequiredPermissions.JEDIS_CLUSTER.rule();
		RedisCluster cluster = this.applications.use(RedisCluster.start(user));
		SignalExporter exporter = start(cluster.properties(), "spring.data.redis.client-type=jedis");
		RedisChecks.publish(exporter, 1, 3);
		cluster.failOver(cluster.ownerOf(SignalChannels.DEFAULT.signals()));
		RedisChecks.awaitAnswered(exporter);
		assertThat(cluster.nodes()).allSatisfy((node) -> assertThat(denied(node)).isEmpty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "+exists", "~event-signal-*" })
	void permissionThatJedisLacksOnceAReplicaHasTakenOverIsNamed(String missing) {
		String user = "user app on >secret " + CLUSTER + " "
				+ RequiredPermissions.JEDIS_CLUSTER.rule().replace(missing, "");
		RedisCluster cluster = this.applications.use(RedisCluster.start(user));
		SignalExporter exporter = start(cluster.properties(), "spring.data.redis.client-type=jedis");
		cluster.failOver(cluster.ownerOf(SignalChannels.DEFAULT.signals()));
		// Spring Data takes the former node for a moment.
		await().atMost(RedisProcess.PATIENCE)
			.untilAsserted(() -> assertThatException()
				.isThrownBy(() -> exporter.signal(Recorder.EVENT).timeout(Duration.ofMillis(200)).publish())
				.withMessageContainingAll("was not sent", "ACL SETUSER <user> +exists ~event-signal-*"));
	}

	@Test
	void userWithoutTheChannelsFailsTheStartWithTheReason() {
		// The default of a user that may call all commands.
		RedisProcess server = serverWith("resetchannels ~* +@all");
		assertThatException().isThrownBy(() -> start(server.properties()))
			.satisfies((ex) -> assertThat(RedisChecks.causes(ex))
				.hasAtLeastOneElementOfType(SignalTransportException.class))
			.havingRootCause()
			.withMessageStartingWith("NOPERM")
			.withMessageContaining("channel");
		assertThat(denied(server)).isNotEmpty().allMatch((channel) -> channel.startsWith("event-signal-"));
	}

	@Test
	void userThatMayNotPublishStartsAndFailsOnPublishing() {
		RedisProcess server = serverWith(CHANNELS + " +subscribe +unsubscribe +ping");
		assertThatException().isThrownBy(() -> start(server.properties()))
			.havingRootCause()
			.withMessageStartingWith("NOPERM")
			.withMessageContaining("publish");
	}

	@Test
	void wrongPasswordFailsTheStartAndIsNamed() {
		RedisProcess server = serverWith(STANDALONE + " resetpass >another");
		assertThatException().isThrownBy(() -> start(server.properties()))
			.satisfies((ex) -> assertThat(RedisChecks.causes(ex))
				.hasAtLeastOneElementOfType(SignalTransportException.class))
			.havingRootCause()
			.withMessageStartingWith("WRONGPASS");
	}

	// Redis stores each answer, and refuses the notice of it.
	@Test
	void permissionThatIsWithdrawnIsLoggedOnceWhileSomeAttemptsSucceed(CapturedOutput output) {
		RedisProcess server = serverWith("resetkeys resetchannels -@all " + RequiredPermissions.APPLICATION.rule() + " "
				+ RequiredPermissions.DURABLE_APPLICATION.rule());
		SignalExporter exporter = start(server.properties(), "channel=d", "channels.d.delivery=durable");
		server.command("ACL", "SETUSER", "app", "-publish");
		for (int i = 0; i < 5; i++) {
			SignalResult result = exporter.signal(Recorder.EVENT).timeout(RedisProcess.PATIENCE).publish();
			assertThat(result.isSuccess()).as(result.toString()).isTrue();
		}
		assertThat(output.getOut()).containsOnlyOnce("Redis refuses the acknowledgements of 'test'");
	}

	private RedisProcess serverWith(String rules) {
		return this.applications.use(RedisProcess.builder().user("app", "on >secret " + rules).start());
	}

	private SignalExporter start(List<String> server, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.data.redis.username=app", "spring.data.redis.password=secret", "connect-timeout=10s"));
		all.addAll(List.of(properties));
		SignalExporter exporter = this.applications.start(Recorder.class, server, all.toArray(String[]::new))
			.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		return exporter;
	}

	/**
	 * The commands and channels that Redis denied to any client.
	 * @param server the server
	 * @return the denials, without optional permissions
	 */
	static List<String> denied(RedisProcess server) {
		List<String> log = server.command("ACL", "LOG").lines().toList();
		return Stream.iterate(0, (i) -> i < log.size() - 1, (i) -> i + 1)
			.filter((i) -> log.get(i).equals("object"))
			.map((i) -> log.get(i + 1))
			.filter((object) -> !OPTIONAL.contains(object))
			.toList();
	}

}
