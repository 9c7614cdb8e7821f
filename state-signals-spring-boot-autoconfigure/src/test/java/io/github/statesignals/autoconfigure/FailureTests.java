package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransportException;
import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Failure analyses of applications that do not start name the place and the remedy.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class FailureTests {

	static final List<Arguments> badProperties = List.of(
			bad("responder.name=  ", "must not be blank", "Name the responder, or remove the property"),
			bad("responder.lock-publisher= ", "must not be blank", "remove the property to receive"),
			bad("responder.lock-tag= ", "must not be blank", "remove the property to receive"),
			bad("channels.orders.delivery=sometimes", "\"sometimes\"", "The following values are valid", "BROADCAST",
					"DURABLE"),
			bad("channels.orders.start=sometimes", "\"sometimes\"", "The following values are valid", "LATEST"),
			bad("channels.orders.start=latest", "'latest'", "Only a durable channel",
					"channels.orders.delivery=durable"),
			bad("channels.[a.b].start=latest", "Only a durable channel", "channels.[a.b].delivery=durable"),
			bad("channels.[a.b].retention=7", "would be deleted", "set 7d"),
			bad("channels.orders.retention=0s", "must be positive"),
			bad("channels.orders.retention=7", "set at least 1m", "set 7d for seven days, not 7"),
			bad("channels.orders.retention=59s", "set at least 1m"),
			bad("channels.[two words].delivery=durable", "letters, digits"),
			bad("channels.[two words].retention=3d", "'3d'", "letters, digits"),
			bad("responder.queue-capacity=0", "'0'", "must be at least 1"),
			bad("responder.unhandled=shrug", "\"shrug\"", "The following values are valid", "ACKNOWLEDGE", "REJECT",
					"IGNORE"),
			bad("exporter.process-name= ", "must not be blank", "Name the process, or remove the property"),
			bad("exporter.runner-host=", "must not be blank", "Name the host, or remove the property"),
			bad("exporter.legal-events=", "Name at least one event, or remove the property"),
			bad("exporter.legal-events=start,start", "'start,start'", "'start' is named twice", "remove one of them"),
			bad("exporter.legal-events=start,shutdown", "'shutdown' is reserved", "remove it"),
			bad("exporter.legal-events=initialization", "'initialization' is reserved", "remove it"),
			bad("exporter.legal-events=start,,stop", "must not be blank", "Remove the blank event"),
			bad("exporter.expected-responders=a,,b", "must not be blank", "Remove the blank id"),
			bad("exporter.expected-responders=" + "r".repeat(1025),
					"no responder has an id of more than 1,024 characters"),
			bad("exporter.await-subscribers=-1", "'-1'", "must not be negative", "0 does not wait"),
			bad("exporter.await-subscribers=1", "set 'state-signals.exporter.legal-events', too"),
			bad("exporter.await-subscribers=two", "\"two\""),
			bad("exporter.await-timeout=60", "'60'", "60 ms is too short", "set 60s, or 60ms if this is intended"),
			bad("exporter.republish-interval=1", "1 ms is too short", "set 1s"),
			bad("exporter.republish-interval=2ms", "more than 100 messages a second", "at least 10ms"),
			bad("exporter.response-timeout=20", "20 ms is too short", "set 20s, or 20ms if this is intended"),
			bad("exporter.probe-after=3", "3 ms is too short", "set 3s"),
			bad("connect-timeout=20", "20 ms is too short", "set 20s"),
			bad("heartbeat-interval=5", "5 ms is too short", "set 5s"),
			bad("heartbeat-interval=-1s", "must not be negative: 0 disables the heartbeat"),
			bad("exporter.probe-after=-1s", "must not be negative: 0 never probes"),
			bad("exporter.evict-after-missed=-1", "must not be negative: 0 always awaits every subscriber"),
			bad("exporter.max-pending=0", "'0'", "must be at least 1"),
			bad("responder.total-queue-capacity=100", "must not be less than the capacity for one publisher",
					"reduce 'state-signals.responder.queue-capacity' (16384)"),
			bad("signing.clock-tolerance=60", "60 ms is too short", "set 60s"),
			bad("signing.clock-tolerance=0", "must be positive"),
			bad("heartbeat-interval=5ms", "set at least 10ms, or 0 for no heartbeat"),
			bad("exporter.await-timeout=soon", "'soon' is not a valid duration"),
			bad("exporter.republish-interval=0", "must be positive, such as 1s"),
			bad("exporter.response-timeout=0", "Set a positive duration, or a negative one to wait indefinitely"),
			bad("exporter.response-timeout=20x", "Unknown unit 'x'"),
			bad("channel=stage 1", "'stage 1'", "consists of letters, digits, '.', '_' and '-'"),
			bad("channel=default", "'default'", "stands for the channel without a name"),
			bad("channels.default.delivery=durable", "stands for the channel without a name"),
			bad("connect-timeout=soon", "'soon' is not a valid duration"),
			bad("protocol.max-payload=10B", "'10B'", "set at least 1KB"),
			bad("protocol.max-payload=1", "'1'", "set at least 1KB"), bad("protocol.max-payload=1GB", "512MB"),
			bad("protocol.max-payload=much", "\"much\""),
			bad("responder.name=${no.such}", "has the placeholder '${no.such}', which is not resolved",
					"Define 'no.such', or give the placeholder a default: ${no.such:default}"),
			bad("responder.lock-tag=run-${no.such}", "'${no.such}'", "Define 'no.such'"),
			bad("exporter.legal-events=start,${no.such}", "'${no.such}'", "Define 'no.such'"),
			bad("exporter.expected-responders[0]=${no.such}", "'${no.such}'", "Define 'no.such'"),
			bad("channels.[a.b].retention=${no.such}", "'${no.such}'"),
			bad("signing.keys.k1.secret=secret${THE_SECRET_OF_THE_KEY_WITH_THE_ID_K1}",
					"'${THE_SECRET_OF_THE_KEY_WITH_THE_ID_K1}'", "Define 'THE_SECRET_OF_THE_KEY_WITH_THE_ID_K1'"));

	static final List<Arguments> badHandlers = List.of(
			bad(ReturningText.class, "handle(Signal)", "returns java.lang.String",
					"Return void, an Acknowledgement, a boolean, or a CompletionStage or Mono"),
			bad(FactoryMethod.class, "ready()", "is a @Bean method", "Annotate a method of the bean's class"),
			bad(NamingTheDefault.class, "handle()", "'default' stands for the channel without a name",
					"Correct its 'channel' attribute"),
			bad(TakingStream.class, "handle(InputStream)", "java.io.InputStream",
					"Take a String and check it before it is used"),
			bad(NamingNothing.class, "handle()", "names no event", "@OnSignal(event = \"...\"), or \"*\" for any"),
			bad(NamingBlank.class, "handle()", "blank event", "Name the event to handle"),
			bad(NamingTwice.class, "handle()", "names the event 'start' twice", "Remove the duplicate"),
			bad(NamingAnyAndMore.class, "handle()", "names \"*\" and events that it includes", "Name \"*\" alone"),
			bad(NamingUnknownProperty.class, "handle()", "'no.such.property'",
					"Define the property, or give the placeholder a default"));

	static final List<Arguments> refusals = List.of(
			bad("spring.data.redis.database=99", "ERR DB index is out of range",
					"Correct 'spring.data.redis.database'"),
			bad("spring.data.redis.password=secret", "ERR AUTH <password> called without any password",
					"remove 'spring.data.redis.password'"),
			bad("spring.data.redis.cluster.nodes=%s", "cluster support disabled",
					"replace 'spring.data.redis.cluster.nodes' with 'spring.data.redis.host'"));

	static final List<Arguments> waits = List.of(withoutRedis("3s"), withoutRedis("10m"), withoutRedis("-1"),
			bad(OverMemory.class, "state-signals.exporter.legal-events=start",
					"state-signals.exporter.await-subscribers=1"));

	private final Set<Thread> threadsBefore = threads();

	@AfterEach
	void leavesNoThread() {
		// Sooner than idle threads end by themselves.
		await().atMost(Duration.ofSeconds(5))
			.untilAsserted(
					() -> assertThat(threads()).filteredOn((thread) -> !this.threadsBefore.contains(thread)).isEmpty());
	}

	@ParameterizedTest
	@FieldSource("badProperties")
	void badPropertyFailsTheStartWithItsRemedy(String property, List<String> expected, CapturedOutput output) {
		String report = report(output, OverMemory.class, "state-signals." + property);
		assertThat(report).contains("state-signals." + property.substring(0, property.indexOf('='))).contains(expected);
	}

	@Test
	void smallestAndLargestValuesAreAccepted() {
		run(OverMemory.class, "state-signals.connect-timeout=1000", "state-signals.heartbeat-interval=100",
				"state-signals.exporter.await-timeout=-1", "state-signals.exporter.response-timeout=500",
				"state-signals.exporter.republish-interval=10ms", "state-signals.channels.orders.retention=1m",
				"state-signals.protocol.max-payload=512MB")
			.close();
		run(OverMemory.class, "state-signals.connect-timeout=20ms", "state-signals.heartbeat-interval=0",
				"state-signals.exporter.await-timeout=0", "state-signals.exporter.response-timeout=-1",
				"state-signals.channels.orders.retention=36500d", "state-signals.protocol.max-payload=1KB",
				"state-signals.exporter.max-pending=1", "state-signals.responder.total-queue-capacity=16384")
			.close();
	}

	@Test
	void durableChannelWithoutExtensionsFailsTheStartWithItsRemedy(CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals.channels.orders.delivery=durable",
				"state-signals.protocol.extensions=off"))
			.contains("state-signals.channels.orders.delivery")
			.contains("remove 'state-signals.protocol.extensions'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "lock-tag", "lock-publisher" })
	void durableChannelWithALockFailsTheStartWithItsRemedy(String lock, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals.channel=orders",
				"state-signals.channels.orders.delivery=durable", "state-signals.responder." + lock + "=t"))
			.contains("state-signals.channels.orders.delivery")
			.contains("remove 'state-signals.responder.lock-publisher' and 'lock-tag'");
	}

	@ParameterizedTest
	@FieldSource("badHandlers")
	void badHandlerFailsTheStartWithItsRemedy(Class<?> application, List<String> expected, CapturedOutput output) {
		String report = report(output, application);
		assertThat(report).contains(application.getName() + "." + expected.get(0)).contains(expected);
	}

	@Test
	void redisThatIsNotReachableFailsTheStartWithItsRemedy(CapturedOutput output) {
		String report = report(output, OverRedis.class, "state-signals.connect-timeout=1s",
				"spring.data.redis.port=" + TestRedis.freePort());
		assertThat(report).contains("'event-signal-pubsub' and 'event-signal-response'")
			.contains("(state-signals.connect-timeout)")
			.contains("Start Redis, correct 'spring.data.redis.*'")
			.contains("increase 'state-signals.connect-timeout' (0 starts the application without Redis");
	}

	// As a JVM that gets a signal to stop.
	@ParameterizedTest
	@FieldSource("waits")
	void closingEndsAStartThatWaits(Class<?> application, List<String> properties, CapturedOutput output)
			throws InterruptedException {
		closingEndsAStartThatWaits(application, properties, "", output);
	}

	@Test
	void startWithoutALimitWaitsAlsoIfRedisRefusesTheConnection(CapturedOutput output) throws InterruptedException {
		closingEndsAStartThatWaits(OverRedis.class,
				List.of("state-signals.connect-timeout=-1", "spring.data.redis.host=" + TestRedis.host(),
						"spring.data.redis.port=" + TestRedis.port(), "spring.data.redis.username=nobody",
						"spring.data.redis.password=wrong"),
				"Retrying every 10 s, without limit", output);
	}

	private static void closingEndsAStartThatWaits(Class<?> application, List<String> properties, String logged,
			CapturedOutput output) throws InterruptedException {
		CompletableFuture<ConfigurableApplicationContext> context = new CompletableFuture<>();
		Thread start = new Thread(() -> assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
				.initializers(context::complete)
				.run(properties.stream().map((property) -> "--" + property).toArray(String[]::new))));
		start.setDaemon(true);
		start.start();
		await().until(() -> output.getOut().contains(logged));
		await().until(() -> start.getState() == Thread.State.WAITING && isStarting(start));
		context.join().close();
		start.join();
		assertThat(output).contains("the start was interrupted, because the application is stopped")
			.doesNotContain("InterruptedException", "within");
	}

	@Test
	void closingEndsAStartThatWaitsForDurableChannels(CapturedOutput output) throws Exception {
		RedisServer server = TestRedis.startServer(0);
		int port = server.ports().get(0);
		try (RedisClient client = RedisClient.create("redis://127.0.0.1:" + port)) {
			client.connect().sync().replicaof("127.0.0.1", 1);
			closingEndsAStartThatWaits(OverRedis.class,
					List.of("spring.data.redis.port=" + port, "state-signals.channel=flips",
							"state-signals.channels.flips.delivery=durable", "state-signals.connect-timeout=10m"),
					output);
		}
		finally {
			server.stop();
		}
	}

	private static boolean isStarting(Thread thread) {
		return Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().endsWith("DefaultLifecycleProcessor"));
	}

	@ParameterizedTest
	@FieldSource("refusals")
	void redisThatRefusesTheConnectionFailsTheStartWithoutWaiting(String property, List<String> expected,
			CapturedOutput output) {
		String report = report(output, OverRedis.class, "state-signals.connect-timeout=10m",
				"spring.data.redis.host=" + TestRedis.host(), "spring.data.redis.port=" + TestRedis.port(),
				property.formatted(TestRedis.host() + ":" + TestRedis.port()));
		assertThat(report).contains("'event-signal-pubsub' and 'event-signal-response'")
			.contains(expected)
			.doesNotContain("Start Redis", "connect-timeout");
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:6379", "http://localhost" })
	void hostThatIsMoreThanANameFailsTheStartWithItsRemedy(String host, CapturedOutput output) {
		assertThat(
				report(output, OverRedis.class, "state-signals.connect-timeout=2s", "spring.data.redis.host=" + host))
			.contains(host)
			.contains("a name without a port, which is 'spring.data.redis.port', and without a scheme");
	}

	@Test
	void missingClassOfTheDriverFailsTheStartWithoutWaiting(CapturedOutput output) {
		String report = report(output, LackingAClass.class, "state-signals.connect-timeout=10m");
		assertThat(report).contains("NoClassDefFoundError: org/example/Token")
			.contains("dependency")
			.doesNotContain("connect-timeout");
	}

	@Test
	void serverThatIsNoSentinelFailsTheStartWithItsRemedy(CapturedOutput output) {
		String report = report(output, OverRedis.class, "state-signals.connect-timeout=3s",
				"spring.data.redis.sentinel.master=main",
				"spring.data.redis.sentinel.nodes=" + TestRedis.host() + ":" + TestRedis.port());
		assertThat(report).contains("Correct 'spring.data.redis.sentinel.nodes' to the addresses of Sentinels");
	}

	@Test
	void firstFailedAttemptIsLoggedOnceWithTheRetries(CapturedOutput output) {
		int port = TestRedis.freePort();
		report(output, OverRedis.class, "state-signals.connect-timeout=2500ms", "spring.data.redis.port=" + port);
		assertThat(output.getOut()).containsOnlyOnce("Redis is not available: Connection refused: localhost/127.0.0.1:"
				+ port + ". Retrying every 1 s, for 2s500ms at most (state-signals.connect-timeout).");
	}

	@Test
	void redisThatIsNotReachableIsDescribedWithAddressAndReason() {
		SignalTransportException failure = new SignalTransportException("Could not subscribe", null,
				new IllegalStateException("Unable to connect", new IllegalStateException(
						"Connection refused: localhost/127.0.0.1:1", new IOException("Connection refused"))));
		assertThat(Objects.requireNonNull(new SignalFailureAnalyzer().analyze(failure)).getDescription())
			.isEqualTo("Could not subscribe: Connection refused: localhost/127.0.0.1:1");
	}

	@Test
	void redisThatIsNotReachableIsDescribedWithoutAReason() {
		SignalTransportException failure = new SignalTransportException("Could not subscribe", null, null);
		assertThat(Objects.requireNonNull(new SignalFailureAnalyzer().analyze(failure)).getDescription())
			.isEqualTo("Could not subscribe.");
	}

	@Test
	void severalConnectionFactoriesWithoutPrimaryFailTheStartWithTheirRemedy(CapturedOutput output) {
		String report = report(output, SeveralConnectionFactories.class);
		assertThat(report)
			.contains("Signals require a single RedisConnectionFactory, but several were found: here, there")
			.contains("'stateSignalsConnectionFactory'")
			.contains("@Primary");
	}

	@Test
	void startsWithoutRedisAndConnectsLater() throws IOException {
		int port = TestRedis.freePort();
		ConfigurableApplicationContext context = run(OverRedis.class, "state-signals.connect-timeout=0",
				"state-signals.exporter.legal-events=start", "spring.data.redis.port=" + port);
		RedisServer server = null;
		try {
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(context.getBean(SignalEngine.class).isConnected()).isFalse();
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> exporter.publish("start"));
			server = TestRedis.startServer(port);
			await().until(() -> !exporter.getSubscribers().isEmpty());
			assertThat(exporter.publish("start").code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		}
		finally {
			context.close();
			if (server != null) {
				server.stop();
			}
		}
	}

	@Test
	void waitsForRedisIndefinitely() throws IOException {
		int port = TestRedis.freePort();
		CompletableFuture<ConfigurableApplicationContext> starting = CompletableFuture.supplyAsync(
				() -> run(OverRedis.class, "state-signals.connect-timeout=-1", "spring.data.redis.port=" + port),
				(task) -> new Thread(task, "starting").start());
		await().until(() -> threads().stream().anyMatch((thread) -> thread.getName().equals("state-signals-connect")));
		assertThat(starting).isNotDone();
		RedisServer server = TestRedis.startServer(port);
		try (ConfigurableApplicationContext context = starting.join()) {
			assertThat(context.getBean(SignalEngine.class).isConnected()).isTrue();
		}
		finally {
			server.stop();
		}
	}

	private static Arguments withoutRedis(String connectTimeout) {
		return bad(OverRedis.class, "state-signals.connect-timeout=" + connectTimeout,
				"spring.data.redis.port=" + TestRedis.freePort());
	}

	private static Arguments bad(Object subject, String... expected) {
		return Arguments.of(subject, List.of(expected));
	}

	private static String report(CapturedOutput output, Class<?> application, String... properties) {
		assertThatException().isThrownBy(() -> run(application, properties).close());
		String[] parts = output.getOut().split("APPLICATION FAILED TO START");
		assertThat(parts).as("the output around the report").hasSize(2);
		assertThat(parts[1]).contains("Description:").contains("Action:");
		return parts[1];
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "spring.main.register-shutdown-hook", "false",
					"spring.application.name", "test"))
			.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("state-signals-"))
			.collect(Collectors.toSet());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ StateSignalsAutoConfiguration.class, PropertyPlaceholderAutoConfiguration.class })
	static class OverMemory {

		@Bean
		SignalTransport transport() {
			return new InMemoryBroker().transport();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ StateSignalsAutoConfiguration.class, DataRedisAutoConfiguration.class })
	static class OverRedis {

		@OnSignal(event = "start")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralConnectionFactories extends OverRedis {

		@Bean
		RedisConnectionFactory here() {
			return new LettuceConnectionFactory();
		}

		@Bean
		RedisConnectionFactory there() {
			return new LettuceConnectionFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class LackingAClass {

		@Bean
		RedisConnectionFactory connectionFactory() {
			return (RedisConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
						throw new NoClassDefFoundError("org/example/Token");
					});
		}

	}

	static class ReturningText extends OverMemory {

		@OnSignal(event = "start")
		String handle(Signal signal) {
			return signal.tag();
		}

	}

	static class FactoryMethod extends OverMemory {

		@Bean
		@OnSignal(event = "start")
		Boolean ready() {
			return true;
		}

	}

	static class TakingStream extends OverMemory {

		@OnSignal(event = "start")
		void handle(InputStream stream) {
		}

	}

	static class NamingNothing extends OverMemory {

		@OnSignal
		void handle() {
		}

	}

	static class NamingBlank extends OverMemory {

		@OnSignal(event = " ")
		void handle() {
		}

	}

	static class NamingTheDefault extends OverMemory {

		@OnSignal(event = "start", channel = "default")
		void handle() {
		}

	}

	static class NamingTwice extends OverMemory {

		@OnSignal(event = { "start", "start" })
		void handle() {
		}

	}

	static class NamingAnyAndMore extends OverMemory {

		@OnSignal(event = { "*", "start" })
		void handle() {
		}

	}

	static class NamingUnknownProperty extends OverMemory {

		@OnSignal(event = "${no.such.property}")
		void handle() {
		}

	}

}
