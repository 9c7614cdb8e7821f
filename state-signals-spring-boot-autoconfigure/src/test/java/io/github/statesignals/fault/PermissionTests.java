package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.redis.RedisPubSubSignalTransport.Settings;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.redis.driver.LuaScript;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RequiredPermissions;
import io.github.statesignals.redis.driver.StreamCommands;
import io.github.statesignals.redis.durable.RedisDurableChannels;
import io.github.statesignals.redis.durable.RedisStreamSignalTransport;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every operation works with exactly the permissions that {@link RequiredPermissions}
 * states, for an application and for the two roles; and each permission that is missing
 * is named.
 */
@Tag("faults")
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class PermissionTests {

	private static final String CHANNEL = "orders";

	private static final String KEY = "event-signal:{orders}:";

	private static final String LOG = KEY + "log";

	private static final String SECRET = "secret";

	/**
	 * Not needed: Redis closes the subscriptions with the connection.
	 */
	private static final Set<String> OPTIONAL = Set.of("+unsubscribe");

	/**
	 * Needed with Jedis alone.
	 */
	private static final Set<String> JEDIS = Set.of("+ping");

	private static RedisProcess server;

	private static ClientResources resources;

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@BeforeAll
	static void startServer() {
		server = RedisProcess.start("appendonly yes");
		resources = ClientResources.create();
	}

	@AfterAll
	static void stopServer() {
		server.close();
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	@BeforeEach
	void forget() {
		server.command("FLUSHALL");
		server.command("SCRIPT", "FLUSH");
		server.command("ACL", "LOG", "RESET");
	}

	static Stream<Arguments> roles() {
		return Stream.of(Arguments.of(RequiredPermissions.APPLICATION, RequiredPermissions.APPLICATION),
				Arguments.of(RequiredPermissions.EXPORTER, RequiredPermissions.RESPONDER));
	}

	@ParameterizedTest
	@MethodSource("roles")
	void everyOperationOfBroadcastChannelsIsPermitted(RequiredPermissions exporters, RequiredPermissions responders) {
		user("exporter", exporters.rule());
		user("responder", responders.rule());
		SignalExporter exporter = start("exporter", Exporting.class, "exporter.probe-after=100ms")
			.getBean(SignalExporter.class);
		exporter.initialize(Recorder.EVENT, "slow");
		ConfigurableApplicationContext responding = start("responder", Responding.class);
		await().atMost(RedisProcess.PATIENCE).until(() -> exporter.getSubscribers().size() == 1);
		RedisChecks.publish(exporter, 1, 3);
		List<RedisSubscription> replies = server.command("PUBSUB", "CHANNELS", "event-signal-reply:*")
			.lines()
			.map((channel) -> this.applications.use(new RedisSubscription(server.port(), channel)))
			.toList();
		CompletableFuture<SignalResult> slow = exporter.signal("slow").timeout(RedisProcess.PATIENCE).publishAsync();
		await().atMost(RedisProcess.PATIENCE)
			.until(() -> replies.stream().flatMap((reply) -> reply.received().stream()).anyMatch(this::isProbeAnswer));
		responding.getBean(Responding.class).handled.complete(null);
		assertThat(slow.join().isSuccess()).isTrue();
		server.killPubSub();
		RedisChecks.awaitAnswered(exporter);
		responding.close();
		await().atMost(RedisProcess.PATIENCE).until(() -> exporter.getSubscribers().isEmpty());
		exporter.shutdown();
		assertThat(AclTests.denied(server)).isEmpty();
	}

	private boolean isProbeAnswer(String message) {
		return message.contains("\"state\"");
	}

	static Stream<Arguments> durableRoles() {
		return Stream.of(
				Arguments.of(rule(RequiredPermissions.APPLICATION, RequiredPermissions.DURABLE_APPLICATION),
						rule(RequiredPermissions.APPLICATION, RequiredPermissions.DURABLE_APPLICATION)),
				Arguments.of(rule(RequiredPermissions.EXPORTER, RequiredPermissions.DURABLE_EXPORTER),
						rule(RequiredPermissions.RESPONDER, RequiredPermissions.DURABLE_RESPONDER)),
				Arguments.of(restricted(RequiredPermissions.EXPORTER, RequiredPermissions.DURABLE_EXPORTER),
						restricted(RequiredPermissions.RESPONDER, RequiredPermissions.DURABLE_RESPONDER)));
	}

	// To one channel and to one responder name.
	private static String restricted(RequiredPermissions... parts) {
		return rule(parts).replace("event-signal-pubsub*", "event-signal-pubsub:orders")
			.replace("event-signal-response*", "event-signal-response:orders")
			.replace("event-signal-reply:*", "event-signal-reply:{event-signal-pubsub:orders}:*")
			.replace("~event-signal:*:", "~" + KEY)
			.replace("~event-signal:*", "~" + KEY + "*")
			.replace("~" + KEY + "lease:*", "~" + KEY + "lease:r ~" + KEY + "lease:")
			.replace("~" + KEY + "reader:*", "~" + KEY + "reader:r ~" + KEY + "reader:");
	}

	@ParameterizedTest
	@MethodSource("durableRoles")
	void everyOperationOfDurableChannelsIsPermitted(String exporters, String responders) {
		user("exporter", exporters);
		user("responder", responders);
		startDurable("responder", Responding.class).close();
		ConfigurableApplicationContext exporting = startDurable("exporter", Exporting.class);
		SignalExporter exporter = exporting.getBean(SignalExporter.class);
		DurableChannels channels = exporting.getBean(DurableChannels.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		SignalResult stored = exporter.signal(Recorder.EVENT).timeout(Duration.ofSeconds(2)).publish();
		assertThat(stored.missing()).containsExactly("r");
		startDurable("responder", Responding.class);
		assertThat(channels.responders(CHANNEL)).containsExactly("r");
		await().atMost(RedisProcess.PATIENCE)
			.until(() -> channels.find(CHANNEL, stored.id()).orElseThrow().isComplete());
		// Redis loses the names, which the exporter restores, and the group.
		server.command("DEL", KEY + "responders");
		server.command("XGROUP", "DESTROY", LOG, "r");
		await().atMost(RedisProcess.PATIENCE).until(() -> server.command("XINFO", "GROUPS", LOG).contains("r\n"));
		RedisChecks.publish(exporter, 1, 3);
		await().atMost(RedisProcess.PATIENCE).until(() -> Integer.parseInt(server.command("XLEN", LOG)) <= 1);
		if (!exporters.contains("(")) {
			assertThat(channels.remove(CHANNEL, "r")).isTrue();
		}
		assertThat(AclTests.denied(server)).isEmpty();
	}

	static Stream<String> applicationPermissions() {
		return Stream.of(rule(RequiredPermissions.APPLICATION, RequiredPermissions.DURABLE_APPLICATION).split(" "))
			.filter((permission) -> !OPTIONAL.contains(permission) && !JEDIS.contains(permission));
	}

	@ParameterizedTest
	@MethodSource("applicationPermissions")
	void permissionThatAnApplicationLacksIsNamed(String missing, CapturedOutput output) {
		user("app", without(rule(RequiredPermissions.APPLICATION, RequiredPermissions.DURABLE_APPLICATION), missing));
		try (Session session = new Session("app")) {
			session.runDurable();
			String expected = (missing.equals("&event-signal-*")) ? "&event-signal-response" : missing;
			assertNamed(expected, session, output);
		}
	}

	@Test
	void permissionsThatAreWithdrawnAreNamed(CapturedOutput output) {
		user("app", rule(RequiredPermissions.APPLICATION, RequiredPermissions.DURABLE_APPLICATION));
		try (Session session = new Session("app")) {
			session.runDurable();
			assertThat(session.failures).isEmpty();
			// In this order, for nothing is read without the lease, which needs HGETALL.
			Stream.of("publish", "xreadgroup", "hgetall").forEach((withdrawn) -> {
				server.command("ACL", "SETUSER", "app", "-" + withdrawn);
				assertNamed("+" + withdrawn, session, output);
			});
		}
	}

	static Stream<Arguments> broadcastPermissions() {
		return Stream.of(RequiredPermissions.EXPORTER, RequiredPermissions.RESPONDER)
			.flatMap((role) -> variants(role.rule())
				.filter((variant) -> !OPTIONAL.contains(variant.token()) && !JEDIS.contains(variant.token()))
				.map((variant) -> Arguments.of(role, variant)));
	}

	@ParameterizedTest
	@MethodSource("broadcastPermissions")
	void permissionThatARoleLacksOnBroadcastChannelsIsNamed(RequiredPermissions role, Variant variant,
			CapturedOutput output) {
		user("app", variant.rule());
		try (Session session = new Session("app")) {
			session.runBroadcast(role == RequiredPermissions.EXPORTER);
			assertNamed(variant.token(), session, output);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "+ping", "+unsubscribe" })
	void lettuceNeedsNo(String missing) {
		user("app", without(RequiredPermissions.APPLICATION.rule(), missing));
		try (Session session = new Session("app")) {
			session.runBroadcast(true);
			assertThat(session.failures).isEmpty();
		}
	}

	@Test
	void pingThatJedisLacksIsNamed(CapturedOutput output) {
		user("app", without(RequiredPermissions.APPLICATION.rule(), "+ping"));
		try {
			start("app", Responding.class, "spring.data.redis.client-type=jedis").close();
		}
		catch (RuntimeException ex) {
			// Its report is in the output.
		}
		assertThat(output.getOut()).contains("APPLICATION FAILED TO START", "ACL SETUSER <user> +ping. ");
	}

	static Stream<Arguments> durablePermissions() {
		return Stream.of(RequiredPermissions.DURABLE_EXPORTER, RequiredPermissions.DURABLE_RESPONDER)
			.flatMap((role) -> variants(role.rule()).map((variant) -> Arguments.of(role, variant)));
	}

	@ParameterizedTest
	@MethodSource("durablePermissions")
	void permissionThatARoleLacksOnDurableChannelsIsNamed(RequiredPermissions role, Variant variant) {
		user("app", variant.rule());
		LettuceConnectionFactory factory = connect("app");
		StringBuilder failures = new StringBuilder();
		try {
			StreamCommands commands = RedisTransports.driver(factory).openStreamCommands();
			String purpose = (role == RequiredPermissions.DURABLE_EXPORTER) ? "EXPORTER" : "RESPONDER";
			failures.append(failure(commands, "permissions", purpose));
			failures.append(failure(commands, "permissions", "TRIMMING"));
			failures.append(failure(commands, "persistence", purpose));
			commands.close().join();
		}
		finally {
			factory.destroy();
		}
		assertThat(failures.toString()).as(variant.toString()).containsPattern(variant.expected());
	}

	private static String failure(StreamCommands commands, String script, String argument) {
		List<byte[]> keys = Stream
			.of("log", "responders", "removed", "producer:", "lease:", "reader:", "dropped:", "answers:", "trimmed",
					"latest", "dead-letters")
			.map((name) -> (KEY + name).getBytes())
			.toList();
		return commands.eval(LuaScript.load(DurableChannel.class, script), keys, List.of(argument.getBytes()))
			.handle((reply, ex) -> (ex != null) ? RedisExceptions.translate(ex).getMessage() + "\n" : "")
			.join();
	}

	private static void assertNamed(String permission, Session session, CapturedOutput output) {
		Pattern named = Pattern.compile("lacks the permissions? [^\\n]*" + expected(permission));
		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(session.failures + output.getOut()).containsPattern(named));
	}

	// A subcommand names its command, and a channel its pattern.
	private static String expected(String permission) {
		String exact = permission.replaceFirst("(?<!:|-)\\*$", "");
		return Pattern.quote(exact) + "(?![a-z])";
	}

	private static String rule(RequiredPermissions... parts) {
		return String.join(" ", Stream.of(parts).map(RequiredPermissions::rule).toList());
	}

	private static String without(String rule, String permission) {
		return String.join(" ", Stream.of(rule.split(" ")).filter((other) -> !other.equals(permission)).toList());
	}

	/**
	 * All rules that lack one permission of a rule.
	 */
	private static Stream<Variant> variants(String rule) {
		List<String> parts = new ArrayList<>();
		Stream.of(rule.split(" (?=\\()|(?<=\\)) ")).forEach((part) -> {
			parts.addAll(part.startsWith("(") ? List.of(part) : List.of(part.split(" ")));
		});
		return Stream.iterate(0, (i) -> i < parts.size(), (i) -> i + 1).flatMap((i) -> {
			String part = parts.get(i);
			String[] tokens = part.replaceAll("[()]", "").split(" ");
			return Stream.of(tokens).map((token) -> {
				List<String> rest = new ArrayList<>(parts);
				rest.set(i, part.startsWith("(") ? "(" + without(String.join(" ", tokens), token) + ")" : "");
				return new Variant(token, List.of(tokens), String.join(" ", rest).strip());
			});
		});
	}

	private static void user(String name, String rule) {
		List<String> command = new ArrayList<>(
				List.of("ACL", "SETUSER", name, "reset", "on", ">" + SECRET, "resetchannels"));
		Stream.of(rule.split(" (?=\\()|(?<=\\)) "))
			.flatMap((part) -> part.startsWith("(") ? Stream.of(part) : Stream.of(part.split(" ")))
			.filter((part) -> !part.isBlank())
			.forEach(command::add);
		server.command(command.toArray(String[]::new));
	}

	private ConfigurableApplicationContext start(String user, Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(server.properties());
		all.addAll(List.of("spring.data.redis.username=" + user, "spring.data.redis.password=" + SECRET));
		all.addAll(List.of(properties));
		return this.applications.start(configuration, all, "responder.name=r", "connect-timeout=10s");
	}

	private ConfigurableApplicationContext startDurable(String user, Class<?> configuration) {
		return start(user, configuration, "channel=" + CHANNEL, "channels." + CHANNEL + ".delivery=durable");
	}

	private static LettuceConnectionFactory connect(String user) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(server.host(), server.port());
		configuration.setUsername(user);
		configuration.setPassword(SECRET);
		return RedisTransports.started(new LettuceConnectionFactory(configuration,
				LettuceClientConfiguration.builder().clientResources(resources).build()));
	}

	/**
	 * A rule that lacks a permission.
	 *
	 * @param token the permission
	 * @param selector the permissions of its selector
	 * @param rule the rule
	 */
	record Variant(String token, List<String> selector, String rule) {

		// Of a command that another selector permits, Redis denies the keys.
		String expected() {
			Stream<String> keys = this.selector.stream()
				.filter((token) -> token.contains("~") && (this.token.startsWith("+") || token.equals(this.token)))
				.map((key) -> Pattern.quote(key.substring(key.indexOf('~')).replace("event-signal:*:", KEY)));
			Stream<String> command = this.token.startsWith("+") ? Stream.of(PermissionTests.expected(this.token))
					: Stream.empty();
			return String.join("|", Stream.concat(command, keys).toList());
		}

		@Override
		public String toString() {
			return this.token + " of " + this.selector;
		}

	}

	/**
	 * Runs operations of a transport and collects their failures.
	 */
	private static final class Session implements AutoCloseable {

		private final StringBuffer failures = new StringBuffer();

		private final LettuceConnectionFactory factory;

		private final Settings settings = RedisTransports.settings(Duration.ofSeconds(10), Duration.ofSeconds(1));

		private SignalTransport transport;

		Session(String user) {
			this.factory = connect(user);
		}

		void runDurable() {
			RedisStreamSignalTransport durable = RedisTransports.durable(this.factory, this.settings,
					Map.of(CHANNEL, new DurableChannel(Duration.ofDays(1), DurableChannel.Start.NEW)));
			this.transport = durable;
			Handling listener = new Handling(true, true);
			durable.open(CHANNEL);
			if (!run(() -> {
				durable.start(listener);
				return null;
			})) {
				return;
			}
			RedisDurableChannels channels = new RedisDurableChannels(durable);
			run(() -> durable.send(CHANNEL, signal(Signal.INITIALIZATION), null).get(10, TimeUnit.SECONDS));
			if (run(() -> durable.send(CHANNEL, signal("e"), null).get(10, TimeUnit.SECONDS))) {
				run(() -> listener.acknowledged.get(10, TimeUnit.SECONDS));
			}
			run(() -> durable.recall(CHANNEL, "1-1.0", List.of("r")).get(10, TimeUnit.SECONDS));
			run(() -> channels.find(CHANNEL, "1-1.0"));
			run(() -> channels.responders(CHANNEL));
			run(() -> channels.remove(CHANNEL, "r"));
		}

		void runBroadcast(boolean exporting) {
			this.transport = RedisTransports.broadcast(this.factory, this.settings);
			this.transport.open("");
			if (!run(() -> {
				this.transport.start(new Handling(!exporting, exporting));
				return null;
			})) {
				return;
			}
			Response probe = new Response("r", "p", "probe", null, null);
			ResponseExtension extension = new ResponseExtension(null, null, null, null, new Probe("n", null));
			run(() -> this.transport.send("", probe, extension, this.transport.replyTo("")).get(10, TimeUnit.SECONDS));
			if (exporting) {
				run(() -> this.transport.send("", signal("e"), null).get(10, TimeUnit.SECONDS));
			}
			else {
				run(() -> this.transport.send("", new Response("r", "p", "e", 1, null), null, null)
					.get(10, TimeUnit.SECONDS));
			}
		}

		private static Signal signal(String event) {
			return new Signal("p", "p", event, "h", 1, "t", Map.of());
		}

		private boolean run(Callable<?> operation) {
			try {
				operation.call();
				return true;
			}
			catch (Exception ex) {
				RedisChecks.causes(ex).forEach((cause) -> this.failures.append(cause.getMessage()).append('\n'));
				return false;
			}
		}

		@Override
		public void close() {
			this.transport.stop();
			this.factory.destroy();
		}

	}

	private static final class Handling extends SilentListener {

		private final CompletableFuture<Object> acknowledged = new CompletableFuture<>();

		private final boolean signals;

		private final boolean responses;

		Handling(boolean signals, boolean responses) {
			this.signals = signals;
			this.responses = responses;
		}

		@Override
		public boolean wantsSignals(String channel) {
			return this.signals;
		}

		@Override
		public boolean wantsResponses(String channel) {
			return this.responses;
		}

		@Override
		public Collection<String> responders(String channel) {
			return List.of("r");
		}

		@Override
		public boolean onStoredSignal(String channel, String responder, Signal signal,
				@Nullable SignalExtension extension, Receipt receipt) {
			receipt
				.acknowledge(new Response("r", signal.publisherId(), signal.event(), 1, null),
						ResponseExtension.UNDERSTOOD)
				.whenComplete((reply, ex) -> this.acknowledged.complete(true));
			return true;
		}

	}

	static class Responding extends Recorder {

		private final CompletableFuture<Void> handled = new CompletableFuture<>();

		@OnSignal(event = "slow")
		CompletableFuture<Void> slow() {
			return this.handled;
		}

	}

	static class Exporting {

	}

}
