package io.github.statesignals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.github.statesignals.AnotherClient.Published;
import io.github.statesignals.autoconfigure.StateSignalsProperties;
import io.github.statesignals.core.engine.SignalEngine;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client on the same Redis, which reads and publishes everything and has no key,
 * attacks applications that require signatures.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignedSignalsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	private final String channel = "signed-" + UUID.randomUUID();

	private final String signals = "event-signal-pubsub:" + this.channel;

	private final String responses = "event-signal-response:" + this.channel;

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private final RedisCommands<String, String> redis = this.client.redis();

	private final Wire wire = new Wire(this.client.record("event-signal-*" + this.channel + "*"));

	@RegisterExtension
	private final Applications applications = new Applications();

	private ConfigurableApplicationContext start(Class<?> configuration, String mode, String... properties) {
		String[] all = new String[properties.length + 4];
		all[0] = "channel=" + this.channel;
		all[1] = "channels." + this.channel + ".signing=" + mode;
		all[2] = "signing.key=k1";
		all[3] = "signing.keys.k1.secret=" + SECRET;
		System.arraycopy(properties, 0, all, 4, properties.length);
		return this.applications.start(configuration, all);
	}

	private SignalExporter exporter(String mode, String... properties) {
		return start(Object.class, mode, properties).getBean(SignalExporter.class);
	}

	private static SignalEngine engine(ConfigurableApplicationContext context) {
		return context.getBean(SignalEngine.class);
	}

	private static void assertActed(SignalResult result) {
		assertThat(result.isSuccess()).as(result.toString()).isTrue();
		assertThat(result.acted()).hasSize(1);
	}

	@Test
	void everythingIsSignedAndWorks() {
		ConfigurableApplicationContext responding = start(Working.class, "require", "responder.name=worker");
		ConfigurableApplicationContext publishing = start(Object.class, "require", "exporter.probe-after=200ms");
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work", "other")).isTrue();
		for (int i = 0; i < 100; i++) {
			assertActed(exporter.signal("work").sampleNo(i).metadata("name", "\u00e9\"sig\":\"").publish());
		}
		assertThat(exporter.publish("other").unhandled()).hasSize(1);
		Working working = responding.getBean(Working.class);
		working.busy = true;
		CompletableFuture<SignalResult> slow = exporter.signal("work").publishAsync();
		await().until(() -> this.wire.messages().filter((message) -> message.contains("probe")).count() >= 3);
		working.busy = false;
		assertActed(slow.join());
		// A later responder sends hello, and both send bye.
		ConfigurableApplicationContext later = start(Working.class, "require", "responder.name=later");
		await().until(() -> exporter.getSubscribers().size() == 2);
		later.close();
		responding.close();
		await().until(() -> exporter.getSubscribers().isEmpty());
		exporter.shutdown();
		assertThat(engine(publishing).counters().refused()).isZero();
		assertThat(this.wire.messages()).isNotEmpty();
		assertThat(this.wire.messages().filter((message) -> !message.contains("\"key\":\"k1\",\"at\":"))).isEmpty();
	}

	@Test
	void durableChannelsAreSignedToo() {
		String durable = "channels." + this.channel + ".delivery=durable";
		start(Working.class, "require", durable, "responder.name=worker").close();
		ConfigurableApplicationContext publishing = start(Object.class, "require", durable);
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		SignalResult missing = exporter.signal("work").timeout(Duration.ofMillis(300)).publish();
		assertThat(missing.missing()).containsExactly("worker");
		ConfigurableApplicationContext responding = start(Working.class, "require", durable, "responder.name=worker");
		DurableChannels channels = publishing.getBean(DurableChannels.class);
		await().until(() -> channels.find(this.channel, missing.id()).orElseThrow().isComplete());
		assertActed(exporter.publish("work"));
		// The same entry again, one without a signature, and one that is no signal.
		String log = "event-signal:{" + this.channel + "}:log";
		String stored = this.redis.xrange(log, Range.unbounded()).get(0).getBody().get("signals");
		this.redis.xadd(log, Map.of("signals", stored));
		this.redis.xadd(log, "signals", stored, "responder", "worker");
		this.redis.xadd(log, Map.of("signals", stored.replaceFirst("\"sig\":\"[^\"]*\"", "\"sig\":\"\"")));
		this.redis.xadd(log, Map.of("signals", unsigned(exporter.getPublisherId(), "work")));
		this.redis.xadd(log, Map.of("signals", "{}"));
		assertActed(exporter.publish("work"));
		await().untilAsserted(() -> assertThat(engine(responding).counters().refused()).isEqualTo(4));
		assertThat(responding.getBean(Working.class).signals).hasSize(3);
		// They are not delivered again.
		await().until(() -> this.redis.xpending(log, "worker").getCount() == 0);
	}

	@Test
	void signalsAreAcceptedWhenTheStreamBeginsAgainAtEarlierPositions() {
		String durable = "channels." + this.channel + ".delivery=durable";
		ConfigurableApplicationContext responding = start(Working.class, "require", durable, "responder.name=worker");
		SignalExporter exporter = exporter("require", durable);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		String log = "event-signal:{" + this.channel + "}:log";
		long ahead = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
		this.redis.eval("return redis.call('XSETID', KEYS[1], ARGV[1])", ScriptOutputType.STATUS, new String[] { log },
				ahead + "-0");
		assertActed(exporter.publish("work"));
		// Redis has lost its data, and its clock is behind.
		this.redis.del(log);
		assertActed(exporter.publish("work"));
		assertActed(exporter.publish("work"));
		assertThat(responding.getBean(Working.class).signals).hasSize(3);
		assertThat(engine(responding).counters().refused()).isZero();
	}

	@Test
	void refusedSignalsOfDurableChannelsAreAnsweredWithTheReason() {
		String durable = "channels." + this.channel + ".delivery=durable";
		ConfigurableApplicationContext responding = start(Working.class, "require", durable, "responder.name=worker");
		ConfigurableApplicationContext publishing = start(Object.class, "require", durable, "signing.key=k2",
				"signing.keys.k2.secret=another-secret-of-32-bytes-or-more");
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		SignalResult refused = exporter.publish("work");
		assertThat(refused.failed()).as(refused.toString()).containsExactly("worker");
		assertThat(refused.messages().get("worker")).contains("the key 'k2' that it names is none of this application");
		assertThat(
				publishing.getBean(DurableChannels.class).find(this.channel, refused.id()).orElseThrow().isComplete())
			.isTrue();
		assertThat(engine(responding).counters().refused()).isOne();
		assertThat(responding.getBean(Working.class).signals).isEmpty();
	}

	@Test
	void storedAnswersToSignalsThatCantBeReadCountAndAreReadAgain() {
		String durable = "channels." + this.channel + ".delivery=durable";
		start(Working.class, "require", durable, "responder.name=worker", "protocol.max-payload=1KB");
		ConfigurableApplicationContext publishing = start(Object.class, "require", durable);
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		SignalResult result = exporter.signal("work").metadata("text", "x".repeat(2_000)).publish();
		assertThat(result.failed()).as(result.toString()).containsExactly("worker");
		assertThat(result.messages().get("worker")).contains("max-payload");
		DurableChannels channels = publishing.getBean(DurableChannels.class);
		for (int i = 0; i < 2; i++) {
			SignalStatus status = channels.find(this.channel, result.id()).orElseThrow();
			assertThat(status.isComplete()).as(status.toString()).isTrue();
		}
	}

	@Test
	void storedAnswersWithoutASignatureOrOfAnotherSignalDoNotCount() {
		String durable = "channels." + this.channel + ".delivery=durable";
		ConfigurableApplicationContext responding = start(Working.class, "require", durable, "responder.name=worker");
		ConfigurableApplicationContext publishing = start(Object.class, "require", durable);
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		assertActed(exporter.publish("work"));
		await().until(() -> this.redis.keys("event-signal:{" + this.channel + "}:answers:*").size() == 1);
		String answers = this.redis.keys("event-signal:{" + this.channel + "}:answers:*").get(0);
		String answer = this.redis.hvals(answers).get(0);
		assertThat(answer).contains("\"sig\":\"");
		responding.close();
		for (String forged : List.of(answer, answer.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"\""),
				answer.replaceFirst(",\"_ss\":.*", "}"))) {
			CompletableFuture<SignalResult> publish = exporter.signal("work")
				.timeout(Duration.ofSeconds(2))
				.publishAsync();
			String log = "event-signal:{" + this.channel + "}:log";
			await().until(() -> this.redis.xlen(log) > 0);
			String entry = this.redis.xrevrange(log, Range.unbounded()).get(0).getId();
			long second = Long.parseLong(entry.substring(0, entry.indexOf('-'))) / 1_000;
			this.redis.hset(answers.replaceFirst("answers:.*", "answers:" + second), entry + ".0 worker", forged);
			this.redis.publish(this.responses, forged);
			assertThat(publish.join().missing()).as(forged).containsExactly("worker");
		}
	}

	@Test
	void unsignedMessagesHaveNoEffect(CapturedOutput output) {
		ConfigurableApplicationContext responding = start(Working.class, "require", "responder.name=worker");
		ConfigurableApplicationContext publishing = start(Object.class, "require");
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		Working working = responding.getBean(Working.class);
		String responder = exporter.getSubscribers().iterator().next();
		// A Python publisher and responder.
		this.redis.publish(this.signals, unsigned("python-1", "work"));
		this.redis.publish(this.signals, unsigned(exporter.getPublisherId(), "shutdown"));
		response("python-resp", exporter.getPublisherId(), "initialization", "\"ras\": 1");
		response("python-resp", "*", "initialization", "\"_ss\": {\"v\": 1}");
		response(responder, "*", "shutdown", "\"_ss\": {\"v\": 1, \"seal\": \"x\"}");
		working.busy = true;
		CompletableFuture<SignalResult> publish = exporter.signal("work").publishAsync();
		String id = await().until(
				() -> this.wire.last("\"event\":\"work\"").replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1"),
				(found) -> !found.isEmpty());
		response(responder, exporter.getPublisherId(), "work", "\"ras\": 1");
		response(responder, exporter.getPublisherId(), "work",
				"\"ras\": 1, \"_ss\": {\"v\": 1, \"id\": \"" + id + "\"}");
		await().untilAsserted(() -> assertThat(engine(publishing).counters().refused()).isGreaterThanOrEqualTo(5));
		assertThat(publish).isNotDone();
		working.busy = false;
		assertActed(publish.join());
		assertThat(exporter.getSubscribers()).containsExactly(responder);
		assertThat(working.signals).hasSize(1);
		await().untilAsserted(() -> assertThat(engine(responding).counters().refused()).isGreaterThanOrEqualTo(2));
		assertThat(output.getOut()).contains("Refused a message of 'python-1' on channel '" + this.channel
				+ "', which requires signatures: it is not signed. Python peers and applications without the keys can't take part");
		assertThat(output.getOut().split("Refused a message of", -1)).hasSizeLessThanOrEqualTo(3);
	}

	@Test
	void signalsCantBeRepeatedMovedOrChanged() {
		ConfigurableApplicationContext responding = start(Working.class, "require", "responder.name=worker",
				"channels." + this.channel + "-2.signing=require");
		SignalExporter exporter = exporter("require");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		assertActed(exporter.signal("work").metadata("a", 1).publish());
		String signal = await().until(() -> this.wire.last("\"event\":\"work\",\"runner_host\""),
				(found) -> !found.isEmpty());
		List<String> attacks = List.of(signal, signal.replace(exporter.getPublisherId(), "other"),
				signal.replace("\"a\":1", "\"a\":2"), signal.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"next\""),
				signal.replaceFirst("\"seq\":\\d+", "\"seq\":3"), signal.replaceFirst("\"at\":\\d+", "\"at\":1"),
				signal.replaceFirst("\"key\":\"k1\"", "\"key\":\"k2\""),
				signal.replaceFirst(",\"key\".*?\"sig\":\"[^\"]*\"", ""),
				signal.replace("\"event\":\"work\"", "\"event\":\"work\",\"event\":\"work\""));
		attacks.forEach((attack) -> this.redis.publish(this.signals, attack));
		await().untilAsserted(() -> assertThat(engine(responding).counters().refused()).isEqualTo(attacks.size()));
		assertThat(responding.getBean(Working.class).signals).hasSize(1);
		// After a restart of the receiver, and by one on another channel.
		responding.close();
		ConfigurableApplicationContext restarted = start(Working.class, "require", "responder.name=worker");
		ConfigurableApplicationContext elsewhere = this.applications.start(Working.class,
				"channel=" + this.channel + "-2", "signing.mode=require", "signing.key=k1",
				"signing.keys.k1.secret=" + SECRET);
		this.redis.publish(this.signals, signal);
		this.redis.publish(this.signals + "-2", signal);
		this.redis.publish(this.responses, signal);
		for (ConfigurableApplicationContext receiver : List.of(restarted, elsewhere)) {
			await().untilAsserted(() -> assertThat(engine(receiver).counters().refused()).isOne());
			assertThat(receiver.getBean(Working.class).signals).isEmpty();
		}
	}

	@Test
	void answersCountForTheirSignalAndResponderAlone() {
		start(Working.class, "require", "responder.name=one");
		ConfigurableApplicationContext two = start(Working.class, "require", "responder.name=two");
		SignalExporter exporter = exporter("require");
		assertThat(exporter.initializeAndWait(2, TIMEOUT, "work")).isTrue();
		assertThat(exporter.publish("work").acted()).hasSize(2);
		String earlier = this.wire.last("\"responder_id\":\"two");
		two.getBean(Working.class).busy = true;
		CompletableFuture<SignalResult> publish = exporter.signal("work").timeout(Duration.ofSeconds(2)).publishAsync();
		String ofOne = await().until(() -> this.wire.last("\"responder_id\":\"one"),
				(answer) -> !answer.contains(id(earlier)) && answer.contains("\"ras\":1")
						&& !answer.contains("initialization"));
		String idOfTwo = exporter.getSubscribers()
			.stream()
			.filter((id) -> id.startsWith("two"))
			.findFirst()
			.orElseThrow();
		String idOfOne = exporter.getSubscribers()
			.stream()
			.filter((id) -> id.startsWith("one"))
			.findFirst()
			.orElseThrow();
		for (String forged : List.of(earlier, ofOne.replace(idOfOne, idOfTwo), earlier.replace(id(earlier), id(ofOne)),
				this.wire.last("\"event\":\"work\",\"runner_host\""))) {
			this.redis.publish(this.responses, forged);
		}
		SignalResult result = publish.join();
		assertThat(result.acted()).containsExactly(idOfOne);
		assertThat(result.missing()).containsExactly(idOfTwo);
		two.getBean(Working.class).busy = false;
	}

	private static String id(String message) {
		return message.replaceFirst("(?s).*\"id\":\"([^\"]*)\".*", "$1");
	}

	@Test
	void verifyingCountsAndLogsAndEverythingWorks(CapturedOutput output) {
		ConfigurableApplicationContext responding = start(Working.class, "verify", "responder.name=worker");
		SignalExporter exporter = exporter("verify");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		assertActed(exporter.publish("work"));
		assertThat(engine(responding).counters().unverified.sum()).isZero();
		this.redis.publish(this.signals, unsigned("python-1", "work"));
		await().untilAsserted(() -> assertThat(responding.getBean(Working.class).signals).hasSize(2));
		response("python-resp", exporter.getPublisherId(), "initialization", "\"ras\": 1");
		await().until(() -> exporter.getSubscribers().size() == 2);
		CompletableFuture<SignalResult> publish = exporter.signal("work").publishAsync();
		// As Python peers need it.
		await().until(() -> this.wire.last("\"event\":\"work\",\"runner_host\"").endsWith("\"No tag specified\"}"));
		response("python-resp", exporter.getPublisherId(), "work", "\"ras\": 1");
		assertThat(publish.join().code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(engine(responding).counters().unverified.sum()).isEqualTo(2);
		assertThat(engine(responding).counters().refused()).isZero();
		assertThat(output.getOut()).contains("A message of 'python-1' on channel '" + this.channel
				+ "' is not verified, and would be refused if signatures were required: it is not signed");
	}

	@Test
	void keysOfRolesAreEnforced() {
		String[] roles = { "signing.keys.k1.events=work", "signing.keys.k1.responders=",
				"signing.keys.k2.secret=another-secret-of-32-bytes-or-more", "signing.keys.k2.events=",
				"signing.keys.k2.responders=worker" };
		ConfigurableApplicationContext responding = start(Working.class, "require",
				concat(roles, "responder.name=worker", "signing.key=k2"));
		start(Working.class, "require", concat(roles, "responder.name=impostor", "signing.key=k2"));
		ConfigurableApplicationContext publishing = start(Object.class, "require", roles);
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work", "other")).isTrue();
		assertActed(exporter.publish("work"));
		SignalResult refused = exporter.signal("other").timeout(Duration.ofMillis(300)).publish();
		assertThat(refused.missing()).hasSize(1);
		await().untilAsserted(() -> assertThat(engine(publishing).counters().refused()).isPositive());
		SignalExporter responderOnly = responding.getBean(SignalExporter.class);
		responderOnly.initialize("work");
		assertThat(responderOnly.signal("work").timeout(Duration.ofMillis(300)).publish().isSuccess()).isFalse();
		assertThat(responding.getBean(Working.class).signals).hasSize(1);
	}

	@Test
	void anExporterWhoseKeyMayNotRespondProbesResponders() {
		String[] roles = { "signing.keys.k1.events=work", "signing.keys.k1.responders=",
				"signing.keys.k2.secret=another-secret-of-32-bytes-or-more", "signing.keys.k2.events=",
				"signing.keys.k2.responders=worker" };
		ConfigurableApplicationContext responding = start(Working.class, "require",
				concat(roles, "responder.name=worker", "signing.key=k2"));
		ConfigurableApplicationContext publishing = start(Object.class, "require",
				concat(roles, "exporter.probe-after=200ms"));
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		Working working = responding.getBean(Working.class);
		working.busy = true;
		CompletableFuture<SignalResult> slow = exporter.signal("work").publishAsync();
		await().until(() -> this.wire.messages().filter((message) -> message.contains("probe")).count() >= 6);
		working.busy = false;
		assertActed(slow.join());
		assertThat(engine(publishing).counters().refused()).isZero();
		assertThat(slow.join().subscriptionLost()).isFalse();
	}

	private static String[] concat(String[] first, String... second) {
		String[] all = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, all, first.length, second.length);
		return all;
	}

	@Test
	void keysAreRotatedByAFileWithoutARestart(@TempDir Path folder, CapturedOutput output) throws IOException {
		Path one = folder.resolve("one.properties");
		Path two = folder.resolve("two.properties");
		String k1 = "keys.k1.secret=" + SECRET + "\n";
		String k2 = "keys.k2.secret=base64:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
		Files.writeString(one, "key=k1\n" + k1);
		Files.writeString(two, "key=k1\n" + k1);
		ConfigurableApplicationContext responding = this.applications.start(Working.class, "channel=" + this.channel,
				"signing.mode=require", "signing.file=" + one);
		SignalExporter exporter = this.applications
			.start(Object.class, "channel=" + this.channel, "signing.mode=require", "signing.file=" + two)
			.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		assertActed(exporter.publish("work"));
		LoggingSystem.get(getClass().getClassLoader())
			.setLogLevel(StateSignalsProperties.class.getName(), LogLevel.INFO);
		// A file that cannot be used changes nothing.
		Files.writeString(one, "key=k2\n" + k1);
		awaitOutput(output, "The keys of signatures remain as they are: The keys of signatures in '" + one
				+ "' are invalid: the key 'k2' that signs is none of the keys [k1]");
		for (String signing : List.of("key=k1\n" + k1 + k2, "key=k2\n" + k1 + k2, "key=k2\n" + k2)) {
			for (Path file : List.of(one, two)) {
				int before = output.getOut().split("Read the changed keys", -1).length;
				Files.writeString(file, signing);
				await().until(() -> output.getOut().split("Read the changed keys", -1).length > before);
				assertActed(exporter.publish("work"));
			}
		}
		assertThat(this.wire.last("\"event\":\"work\",\"runner_host\"")).contains("\"key\":\"k2\"");
		assertThat(this.wire.last("\"ras\":1")).contains("\"key\":\"k2\"");
		assertThat(engine(responding).counters().refused()).isZero();
		assertThat(output.getOut()).doesNotContain(SECRET).doesNotContain("MDEyMzQ1");
	}

	private static void awaitOutput(CapturedOutput output, String text) {
		await().until(() -> output.getOut().contains(text));
	}

	private String unsigned(String publisherId, String event) {
		return "{\"publisher_id\": \"%s\", \"process_name\": \"python\", \"event\": \"%s\", \"runner_host\": \"h\", \"sample_no\": -1, \"tag\": \"t\"}"
			.formatted(publisherId, event);
	}

	private void response(String responderId, String publisherId, String event, String more) {
		this.redis.publish(this.responses, "{\"responder_id\": \"%s\", \"publisher_id\": \"%s\", \"event\": \"%s\", %s}"
			.formatted(responderId, publisherId, event, more));
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(TIMEOUT);
	}

	/**
	 * Everything that is published.
	 */
	private record Wire(List<Published> published) {

		Stream<String> messages() {
			return this.published.stream().flatMap((each) -> each.message().lines());
		}

		String last(String part) {
			return messages().filter((message) -> message.contains(part)).reduce("", (earlier, later) -> later);
		}

	}

	static class Working {

		private final List<Signal> signals = new CopyOnWriteArrayList<>();

		private volatile boolean busy;

		@OnSignal(event = "work")
		Acknowledgement work(Signal signal) {
			this.signals.add(signal);
			if (this.busy) {
				Awaitility.await().atMost(TIMEOUT).until(() -> !this.busy);
			}
			return Acknowledgement.success("did it");
		}

	}

}
