package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.TestRedis;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessResourceException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Exceptions for signals that Redis refuses name the signal, the reply of Redis, and
 * whether the signal was sent.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class RedisRefusalTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final RedisServer server = TestRedis.startServer(0);

	private final RedisClient client = RedisClient.create("redis://127.0.0.1:" + this.server.ports().get(0));

	private final RedisCommands<String, String> redis = this.client.connect().sync();

	private String driver = "lettuce";

	private ConfigurableApplicationContext context;

	private SignalExporter exporter;

	@BeforeEach
	void resetState() {
		this.redis.flushall();
	}

	@AfterEach
	void stop() throws IOException {
		command(CommandType.ACL, "SETUSER", "default", "nopass", "+@all");
		this.context.close();
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
		this.server.stop();
	}

	@Test
	void fullRedisThatRefusesAStoredSignalIsNamed() {
		start("channel=flips", "channels.flips.delivery=durable");
		this.redis.configSet("maxmemory", "1");
		SignalSpec flip = this.exporter.signal("flip").timeout(TIMEOUT);
		assertThatExceptionOfType(TransientDataAccessResourceException.class).isThrownBy(flip::publish)
			.withMessageStartingWith(named("flip") + " was not sent: Redis refused it: ")
			.withMessageContaining("OOM")
			.withMessageMatching(".*[^.]\\. Its memory is full: raise maxmemory, or free some")
			.havingRootCause()
			.withMessageContaining("OOM");
		assertThat(flip.publishAsync()).failsWithin(TIMEOUT)
			.withThrowableThat()
			.withCauseInstanceOf(TransientDataAccessResourceException.class);
		this.redis.configSet("maxmemory", "0");
		assertThat(flip.publish().isSuccess()).isTrue();
	}

	@Test
	void replicaThatRefusesAStoredSignalIsNamed() {
		start("channel=flips", "channels.flips.delivery=durable");
		this.redis.replicaof("127.0.0.1", 1);
		SignalSpec flip = this.exporter.signal("flip").timeout(Duration.ofMillis(2100));
		// One whose timeout passes while an attempt is in flight may have been sent.
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(flip::publish)
				.withMessageStartingWith("Redis did not confirm " + named("flip") + " within PT2.1S: it was not sent")
				.withMessageContaining("READONLY")
				.havingRootCause()
				.withMessageContaining("READONLY"));
		this.redis.replicaofNoOne();
	}

	@Test
	void aSignalWhoseTimeoutHasPassedIsNotStoredWithThoseThatAreSentAgain() {
		start("channel=flips", "channels.flips.delivery=durable", "channels.flips.start=latest");
		this.redis.configSet("min-replicas-to-write", "1");
		// Those that follow are one batch when it ends.
		CompletableFuture<SignalResult> alone = flip(1, Duration.ofMillis(500));
		CompletableFuture<SignalResult> ended = flip(2, Duration.ofSeconds(3));
		CompletableFuture<SignalResult> open = flip(3, TIMEOUT);
		assertThat(alone).failsWithin(TIMEOUT);
		assertThat(ended).failsWithin(TIMEOUT)
			.withThrowableThat()
			.withMessageContaining("NOREPLICAS")
			.withMessageEndingWith(
					". Too few of its replicas are connected: connect them, or correct min-replicas-to-write");
		this.redis.configSet("min-replicas-to-write", "0");
		assertThat(open.join().isSuccess()).isTrue();
		assertThat(this.redis.hvals("event-signal:{flips}:latest")).singleElement(InstanceOfAssertFactories.STRING)
			.contains("\"sample_no\":3,");
		assertThat(flip(4, TIMEOUT).join().isSuccess()).isTrue();
		assertThat(this.context.getBean(OverRedis.class).flips).containsExactly(3L, 4L);
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void replicaThatTakesSignalsIsNamed(String driver, CapturedOutput output) {
		this.driver = driver;
		this.redis.replicaof("127.0.0.1", 1);
		start();
		assertThat(output)
			.containsOnlyOnce("Signals and responses of this application do not reach clients of the master. "
					+ "The server is a replica: correct 'spring.data.redis.*' to the master");
	}

	@Test
	void missingPermissionIsNamedWithTheSignal() {
		start();
		command(CommandType.ACL, "SETUSER", "default", "-publish");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> this.exporter.publish("flip"))
			.withMessageStartingWith(named("flip") + " was not sent: The Redis user lacks the permission +publish. ")
			.withMessageEndingWith("Grant it: ACL SETUSER <user> +publish")
			.havingRootCause()
			.withMessageStartingWith("NOPERM");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> this.exporter.initialize("flip"))
			.withMessageStartingWith(
					named("initialization") + " was not sent: The Redis user lacks the permission +publish. ");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class).isThrownBy(this.exporter::shutdown)
			.withMessageStartingWith(
					named("shutdown") + " was not sent: The Redis user lacks the permission +publish. ");
	}

	@Test
	void refusedQueryOfADurableChannelIsNamed() {
		start("channel=flips", "channels.flips.delivery=durable");
		String id = this.exporter.publish("flip").id();
		DurableChannels channels = this.context.getBean(DurableChannels.class);
		command(CommandType.ACL, "SETUSER", "default", "-evalsha", "-eval");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> channels.find("flips", id))
			.withMessageStartingWith("Could not find the signal '" + id + "' of channel 'flips': ")
			.havingRootCause()
			.withMessageStartingWith("NOPERM");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> channels.responders("flips"))
			.withMessageStartingWith("Could not find the responders of channel 'flips': ");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> channels.remove("flips", "test"))
			.withMessageStartingWith("Could not remove the responder 'test' of channel 'flips': ");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> this.exporter.initialize("flip"))
			.withMessageStartingWith(named("initialization") + " was not sent: ");
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> this.exporter.publish("flip"))
			.withMessageStartingWith(named("flip") + " was not sent: The Redis user lacks the permission +evalsha. ");
		command(CommandType.ACL, "SETUSER", "default", "+@all", "-set");
		// Some of the script has run.
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> this.exporter.publish("flip"))
			.withMessageStartingWith(named("flip") + " may have been sent: The Redis user lacks the permission +set. ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void signalThatIsNotStoredForWantOfAConnectionWasNotSent(String driver) {
		this.driver = driver;
		start("channel=flips", "channels.flips.delivery=durable");
		command(CommandType.ACL, "SETUSER", "default", "resetpass", ">changed");
		assertNotConnected("WRONGPASS", "pair or user is disabled. Correct 'spring.data.redis.username' and");
		command(CommandType.ACL, "SETUSER", "default", "nopass");
		this.redis.configSet("maxclients", "1");
		assertNotConnected("ERR max number of clients reached", "reached. Raise 'maxclients' of the server");
		this.redis.configSet("maxclients", "100");
	}

	@Test
	void signalThatIsNotStoredWhileRedisDoesNotRunWasNotSent() throws IOException {
		start("channel=flips", "channels.flips.delivery=durable");
		this.server.stop();
		// The first may have been in flight.
		await().untilAsserted(() -> assertUnconfirmed("it was not sent"));
		// One waits behind the other.
		List<CompletableFuture<SignalResult>> both = List.of(flip(1, Duration.ofMillis(500)),
				flip(2, Duration.ofMillis(500)));
		assertThat(both).allSatisfy((result) -> assertThat(result).failsWithin(TIMEOUT)
			.withThrowableThat()
			.withMessageContaining("it was not sent. The last attempt failed: ")
			.withMessageContaining("Connection refused"));
		this.server.start();
		assertThat(flip(3, TIMEOUT)).succeedsWithin(TIMEOUT).matches(SignalResult::isSuccess);
		assertThat(this.context.getBean(OverRedis.class).flips).containsExactly(3L);
	}

	@Test
	void aPublishThatIsNotConfirmedWhileRedisDoesNotRunHasTheReason() throws IOException {
		start("heartbeat-interval=100ms", "exporter.response-timeout=1s");
		this.server.stop();
		await().untilAsserted(() -> assertUnconfirmed("it may have been sent"));
		await().untilAsserted(() -> assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> this.exporter.initialize("flip"))
			.withMessageContaining("Connection refused"));
		this.server.start();
	}

	private void assertUnconfirmed(String sent) {
		SignalSpec flip = this.exporter.signal("flip").timeout(Duration.ofMillis(500));
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(flip::publish)
			.withMessageStartingWith("Redis did not confirm %s within PT0.5S: %s. The last attempt failed: "
				.formatted(named("flip"), sent))
			.withMessageContaining("Connection refused")
			.havingRootCause()
			.withMessageContaining("Connection refused");
	}

	private void assertNotConnected(String reply, String remedy) {
		this.redis.clientKill(KillArgs.Builder.typeNormal().skipme());
		// The first may have been in flight.
		await().untilAsserted(() -> assertThatExceptionOfType(DataAccessResourceFailureException.class)
			.isThrownBy(() -> this.exporter.publish("flip"))
			.withMessageStartingWith(named("flip") + " was not sent: ")
			.withMessageContaining(reply)
			.withMessageContaining(remedy));
	}

	@Test
	void tooFewReplicasForDurableChannelsAreLogged(CapturedOutput output) {
		start("channel=flips", "channels.flips.delivery=durable");
		this.redis.configSet("min-replicas-to-write", "1");
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(output).containsPattern(
					"Channel 'flips' is not trimmed.*NOREPLICAS.*Too few of its replicas are connected: connect them"));
		this.redis.configSet("min-replicas-to-write", "0");
	}

	private void start(String... properties) {
		this.context = new SpringApplicationBuilder(OverRedis.class).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "spring.main.register-shutdown-hook", "false",
					"spring.application.name", "test", "spring.data.redis.client-type", this.driver,
					"spring.data.redis.port", this.server.ports().get(0), "spring.data.redis.username", "default",
					"spring.data.redis.password", "any"))
			.run(Stream.of(properties).map((property) -> "--state-signals." + property).toArray(String[]::new));
		this.exporter = this.context.getBean(SignalExporter.class);
		assertThat(this.exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
	}

	private CompletableFuture<SignalResult> flip(int sampleNo, Duration timeout) {
		return this.exporter.signal("flip").sampleNo(sampleNo).timeout(timeout).publishAsync();
	}

	private String named(String event) {
		return "'%s' of '%s'".formatted(event, this.exporter.getPublisherId());
	}

	private void command(CommandType command, String... arguments) {
		CommandArgs<String, String> all = new CommandArgs<>(StringCodec.UTF8);
		Stream.of(arguments).forEach(all::add);
		this.redis.dispatch(command, new StatusOutput<>(StringCodec.UTF8), all);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ StateSignalsAutoConfiguration.class, DataRedisAutoConfiguration.class })
	static class OverRedis {

		private final List<Long> flips = new CopyOnWriteArrayList<>();

		@OnSignal(event = "flip")
		void flip(Signal signal) {
			this.flips.add(signal.sampleNo());
		}

	}

}
