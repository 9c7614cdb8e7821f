package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLParameters;

import io.github.statesignals.OnSignal;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.redis.RedisTransports;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.data.redis.autoconfigure.JedisClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * Each way in which a server can refuse an application is named at start-up, with the
 * remedy for that one.
 */
@Tag("faults")
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ConnectFailureTests {

	/**
	 * Longer than a test may take: it fails where the start waits.
	 */
	private static final String NO_WAITING = "connect-timeout=10m";

	private static final String GOODBYE_FAILED = "Could not announce to all peers that the application stops";

	private static final String DURABLE = "channels.orders.delivery=durable";

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void passwordThatIsWrong(String driver, CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder().user("app", "on >secret ~* &* +@all"));
		assertThat(report(output, server, NO_WAITING, "spring.data.redis.client-type=" + driver,
				"spring.data.redis.username=app", "spring.data.redis.password=wrong"))
			.contains("WRONGPASS")
			.contains("Correct 'spring.data.redis.username' and 'spring.data.redis.password'");
	}

	@Test
	void channelThatIsNotPermitted(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder().user("app", "on >secret resetchannels ~* +@all"));
		assertThat(report(output, server, NO_WAITING, "spring.data.redis.username=app",
				"spring.data.redis.password=secret"))
			.contains("ACL SETUSER <user> &event-signal-* +subscribe");
		assertThat(output.getOut()).doesNotContain("\tat ");
	}

	@Test
	void plainConnectionToAServerWithTls(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder().tls(this.applications.use(Certificates.create())));
		assertThat(report(output, server, "connect-timeout=3s")).contains(server.address())
			.contains("If the server uses TLS on this port, set 'spring.data.redis.ssl.enabled=true'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "3s", "15s" })
	void connectionWithTlsToAPlainServer(String timeout, CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		assertThat(report(output, server, "connect-timeout=" + timeout, "spring.data.redis.ssl.enabled=true"))
			.containsAnyOf("If 'spring.data.redis.ssl.*' is set, make sure that the server uses TLS on this port",
					"If the server does not use TLS on this port, remove 'spring.data.redis.ssl.*'",
					"The server does not use TLS on this port: remove 'spring.data.redis.ssl.*'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void certificateThatIsNotTrusted(String driver, CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder().tls(this.applications.use(Certificates.create())));
		assertThat(report(output, server, NO_WAITING, "spring.data.redis.ssl.enabled=true",
				"spring.data.redis.client-type=" + driver))
			.contains("to an SSL bundle that trusts the certificate of the server");
	}

	@Test
	void certificateOfAnotherHost(CapturedOutput output) {
		Certificates certificates = this.applications.use(Certificates.create("dns:redis.example.com"));
		RedisProcess server = use(RedisProcess.builder().tls(certificates));
		assertThat(report(output, server, trusting(certificates, "lettuce")))
			.contains("Correct 'spring.data.redis.host'", "to a name in the certificate");
	}

	// As docs/security.md describes it.
	@Test
	void certificateOfAnotherHostIsVerifiedByJedisOnlyIfItIsCustomized(CapturedOutput output) {
		Certificates certificates = this.applications.use(Certificates.create("dns:redis.example.com"));
		RedisProcess server = use(RedisProcess.builder().tls(certificates));
		this.applications.start(Receiver.class, server.properties(), trusting(certificates, "jedis"));
		assertThat(report(output, server, VerifyingReceiver.class, trusting(certificates, "jedis")))
			.contains("Correct 'spring.data.redis.host'", "to a name in the certificate");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void certificateThatTheServerAsksFor(String driver, CapturedOutput output) {
		Certificates certificates = this.applications.use(Certificates.create());
		RedisProcess server = use(RedisProcess.builder().tls(certificates).settings("tls-auth-clients yes"));
		assertThat(report(output, server, trusting(certificates, driver))).contains("certificate_required")
			.contains("a key store with a certificate that the server trusts");
	}

	// Such as a load balancer between two servers, too.
	@Test
	void containerThatSubscribesAtAnotherServer(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		RedisProcess other = use(RedisProcess.builder());
		assertThat(report(output, server, ElsewhereReceiver.class, "connect-timeout=8s",
				"spring.elsewhere.port=" + other.port()))
			.contains("'event-signal-response:orders'", "A message that was published on the Redis channel",
					"was not received")
			.contains("'stateSignalsListenerContainer'", "to the same server", "load balancer")
			.doesNotContain("spring.data.redis.ssl");
		assertThat(output.getOut()).contains("Redis is not available: A message that was published")
			.doesNotContain("Redis is not available: null");
	}

	private static String[] trusting(Certificates certificates, String driver) {
		return Stream
			.concat(Stream.of(NO_WAITING, "spring.data.redis.client-type=" + driver),
					certificates.properties().stream())
			.toArray(String[]::new);
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void serverThatIsNotStarted(String driver, CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		server.kill();
		assertThat(report(output, server, "connect-timeout=3s", "spring.data.redis.client-type=" + driver))
			.contains("Start Redis, correct 'spring.data.redis.*'");
		assertThat(output.getOut()).containsOnlyOnce("Redis is not available: ")
			.contains("Retrying every 1 s, for 3s at most (state-signals.connect-timeout).");
	}

	@Test
	void hostThatIsUnknown(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		assertThat(report(output, server, "connect-timeout=3s", "spring.data.redis.host=no-such-host.invalid"))
			.contains("no-such-host.invalid")
			.contains("Correct 'spring.data.redis.host'");
	}

	@Test
	void serverAtItsConnectionLimit(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		server.command("CONFIG", "SET", "maxclients", "1");
		try (RedisSubscription other = new RedisSubscription(server.port(), "news")) {
			assertThat(report(output, server, "connect-timeout=3s")).contains("ERR max number of clients reached")
				.contains("Raise 'maxclients' of the server");
			assertThat(other.isClosed()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "delivery=broadcast", "delivery=durable" })
	void serverThatDoesNotAnswerDoesNotHoldUpTheFailure(String delivery, CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		server.freeze();
		assertThat(report(output, server, "connect-timeout=5s", "channels.orders." + delivery))
			.contains("Redis has not answered")
			.contains("Correct 'spring.data.redis.host' and 'spring.data.redis.port'");
		assertThat(output.getOut()).containsOnlyOnce("Redis is not available: it has not answered yet. "
				+ "Retrying every 1 s, for 5s at most (state-signals.connect-timeout).");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void passwordThatIsChangedWhileTheApplicationRuns(String driver, CapturedOutput output) {
		String warning = "WRONGPASS invalid username-password pair or user is disabled. Reconnecting in the background. "
				+ "Correct 'spring.data.redis.username'";
		RedisProcess server = use(RedisProcess.builder().user("app", "on >secret ~* &* +@all"));
		this.applications.start(Receiver.class, server.properties(), "heartbeat-interval=1s",
				"spring.data.redis.client-type=" + driver, "spring.data.redis.username=app",
				"spring.data.redis.password=secret");
		server.command("ACL", "SETUSER", "app", "resetpass", ">another");
		server.command("CLIENT", "KILL", "USER", "app");
		await().atMost(Duration.ofSeconds(40)).until(() -> output.getOut().contains(warning));
		server.command("ACL", "SETUSER", "app", "resetpass", ">secret");
		await().atMost(Duration.ofSeconds(40))
			.until(() -> server.command("PUBSUB", "CHANNELS", "event-signal-pubsub:*").contains("orders"));
		assertThat(output.getOut()).containsOnlyOnce(warning);
	}

	@Test
	void connectionThatTheDriverDoesNotOpenAgain(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		SignalEngine engine = this.applications.start(GivingUpReceiver.class, proxy.properties())
			.getBean(SignalEngine.class);
		await().atMost(Duration.ofSeconds(20)).until(engine::isConnected);
		proxy.refuse();
		proxy.cut((sent) -> sent.contains("SUBSCRIBE"));
		await().atMost(Duration.ofSeconds(20)).until(() -> output.getOut().contains("Restarting subscription task"));
		proxy.cut();
		proxy.accept();
		await().atMost(Duration.ofSeconds(20)).until(engine::isConnected);
	}

	@Test
	void replicaWhereDurableChannelsNeedTheMaster(CapturedOutput output) {
		RedisProcess master = use(RedisProcess.builder());
		RedisProcess replica = use(RedisProcess.builder().settings("replicaof " + master.host() + " " + master.port()));
		await().atMost(Duration.ofSeconds(30))
			.until(() -> replica.command("INFO", "replication").contains("master_link_status:up"));
		assertThat(report(output, replica, "connect-timeout=3s", DURABLE)).contains("READONLY")
			.contains("The server is a replica");
	}

	@Test
	void serverThatAcceptsNoWrites(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder().settings("min-replicas-to-write 1"));
		assertThat(report(output, server, "connect-timeout=3s", DURABLE)).contains("NOREPLICAS")
			.contains("Redis accepts no writes, which durable channels need");
	}

	@Test
	void nodeOfAClusterWithoutTheClusterInTheConfiguration(CapturedOutput output) {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		List<String> reports = new ArrayList<>();
		for (RedisProcess node : cluster.nodes()) {
			// One of them may have the slot, and serve this application.
			start(node, "connect-timeout=3s", DURABLE);
			reports.addAll(reports(output));
		}
		assertThat(reports).anySatisfy((report) -> assertThat(report).contains(
				"replace 'spring.data.redis.host' and 'spring.data.redis.port' with 'spring.data.redis.cluster.nodes'"));
	}

	@Test
	void stopOfAnApplicationThatWasNeverConnected(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		server.kill();
		this.applications.start(Receiver.class, server.properties(), "connect-timeout=0").close();
		assertThat(output.getOut()).contains("Redis is not available").doesNotContain(GOODBYE_FAILED);
	}

	@Test
	void stopOfAnApplicationThatHasLostItsConnection(CapturedOutput output) {
		RedisProcess server = use(RedisProcess.builder());
		ConfigurableApplicationContext context = this.applications.start(Receiver.class, server.properties());
		server.kill();
		context.close();
		assertThat(output.getOut()).containsOnlyOnce(GOODBYE_FAILED);
	}

	private RedisProcess use(RedisProcess.Builder builder) {
		return this.applications.use(builder.start());
	}

	private String report(CapturedOutput output, RedisProcess server, String... properties) {
		return report(output, server, Receiver.class, properties);
	}

	private String report(CapturedOutput output, RedisProcess server, Class<?> application, String... properties) {
		int before = reports(output).size();
		assertThatException().isThrownBy(() -> this.applications.start(application, server.properties(), properties));
		List<String> reports = reports(output);
		assertThat(reports).hasSize(before + 1);
		return reports.get(before);
	}

	private void start(RedisProcess server, String... properties) {
		try {
			this.applications.start(Receiver.class, server.properties(), properties);
		}
		catch (RuntimeException ex) {
			assertThat(ex).isNotNull();
		}
	}

	private static List<String> reports(CapturedOutput output) {
		return Stream.of(output.getOut().split("APPLICATION FAILED TO START")).skip(1).toList();
	}

	static class Receiver {

		@OnSignal(event = "start", channel = "orders")
		void start() {
		}

	}

	static class GivingUpReceiver extends Receiver {

		@Bean
		LettuceClientOptionsBuilderCustomizer withoutReconnect() {
			return (options) -> options.autoReconnect(false);
		}

	}

	static class ElsewhereReceiver extends Receiver {

		@Bean(defaultCandidate = false)
		RedisMessageListenerContainer stateSignalsListenerContainer(@Value("${spring.elsewhere.port}") int port) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(RedisTransports.started(new LettuceConnectionFactory("127.0.0.1", port)));
			return container;
		}

	}

	static class VerifyingReceiver extends Receiver {

		@Bean
		JedisClientConfigurationBuilderCustomizer hostNames() {
			SSLParameters parameters = new SSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			return (client) -> client.useSsl().sslParameters(parameters);
		}

	}

}
