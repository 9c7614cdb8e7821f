package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.statesignals.AnotherClient;
import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.github.statesignals.wire.WireVector;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Peers of the recorded version and of a newer one exchange signals with this version on
 * a real Redis, in both roles, and replace each other while signals are published.
 */
class RollingUpgradeTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final List<ScriptedPeer> peers = new ArrayList<>();

	private final String named = "upgrade-" + UUID.randomUUID();

	@RegisterExtension
	private final Applications applications = new Applications();

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	@AfterEach
	void close() {
		this.peers.forEach(ScriptedPeer::close);
	}

	@ParameterizedTest
	@CsvSource({ "V1, false", "V1, true", "NEWER, false", "NEWER, true" })
	void responderOfAnotherVersionTakesPart(Version version, boolean named) {
		SignalExporter exporter = exporter(named);
		ScriptedPeer peer = responder(version, named);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		assertThat(exporter.publish("work").acted()).containsExactly(peer.id());
		peer.answerWith("answer without a handler");
		SignalResult unhandled = exporter.publish("work");
		assertThat(unhandled.isSuccess()).isFalse();
		assertThat(unhandled.unhandled()).containsExactly(peer.id());
		peer.answerWith("failure");
		assertThat(exporter.publish("work").failed()).containsExactly(peer.id());
		peer.answerWith("answer");
		peer.fallSilent();
		CompletableFuture<SignalResult> slow = exporter.signal("work").timeout(TIMEOUT).publishAsync();
		await().until(() -> peer.received("probe").size() >= 2);
		assertThat(slow).isNotDone();
		peer.goOn();
		assertThat(slow.join().acted()).containsExactly(peer.id());
		peer.fallSilent();
		CompletableFuture<SignalResult> left = exporter.signal("work").timeout(TIMEOUT).publishAsync();
		await().until(peer::hasUnanswered);
		peer.bye();
		assertThat(left.join().left()).containsExactly(peer.id());
		assertThat(left.join().isSuccess()).isFalse();
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "V1, false", "V1, true", "NEWER, false", "NEWER, true" })
	void exporterOfAnotherVersionIsServed(Version version, boolean named) {
		ConfigurableApplicationContext application = application(named);
		String responderId = application.getBean(SignalResponder.class).getResponderId();
		ScriptedPeer peer = exporter(version, named).initialize();
		await().until(() -> peer.subscriptions().size() == 1);
		ObjectNode subscription = peer.subscriptions().get(0);
		assertThat(subscription.get("responder_id").asString()).isEqualTo(responderId);
		assertThat(subscription.at("/_ss/id").asString()).isEqualTo("1");
		peer.publish("signal with metadata", "work", "2", 2);
		peer.publish("signal with metadata", "work", "2", 2);
		peer.publish("signal", "unknown", "3", 3);
		await().until(() -> peer.received("unknown").size() == 1);
		assertThat(peer.received("work")).singleElement().satisfies((answer) -> {
			assertThat(answer.get("ras").asInt()).isEqualTo(1);
			assertThat(answer.at("/_ss/id").asString()).isEqualTo("2");
			assertThat(answer.at("/_ss/v").asInt()).isEqualTo(1);
		});
		assertThat(peer.received("unknown").get(0).at("/_ss/handles/0").asString()).isEqualTo("work");
		assertThat(application.getBean(Working.class).handled).singleElement()
			.satisfies((signal) -> assertThat(signal.metadata()).containsOnlyKeys("pool", "nested", "none"));
		peer.probe(responderId, subscription.at("/_ss/address").asString());
		await().until(() -> peer.received("probe").size() == 1);
		assertThat(peer.received("probe").get(0).at("/_ss/state").asString()).isEqualTo("working");
		application.close();
		await().until(() -> peer.received(Signal.SHUTDOWN).size() == 1);
	}

	@ParameterizedTest
	@CsvSource({ "V1, NEWER, false", "V1, NEWER, true", "NEWER, V1, true" })
	void responderIsReplacedByOneOfAnotherVersion(Version before, Version after, boolean overlapping) throws Exception {
		SignalExporter exporter = exporter(true);
		ScriptedPeer old = responder(before, true);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		AtomicBoolean stopped = new AtomicBoolean();
		List<SignalResult> results = new CopyOnWriteArrayList<>();
		CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> {
			while (!stopped.get()) {
				results.add(exporter.signal("work").sampleNo(results.size()).timeout(TIMEOUT).publish());
				if (exporter.getSubscribers().isEmpty()) {
					// A publish that awaits no responder ends at once. A flood of them
					// would prevent the successor from answering probes.
					await().until(() -> stopped.get() || !exporter.getSubscribers().isEmpty());
				}
			}
		});
		await().until(() -> results.size() > 20);
		ScriptedPeer successor;
		if (overlapping) {
			successor = responder(after, true);
			await().until(() -> successor.answered().size() > 20);
			old.bye();
		}
		else {
			old.bye();
			await().until(() -> exporter.getSubscribers().isEmpty());
			successor = responder(after, true);
		}
		await().until(() -> exporter.getSubscribers().equals(Set.of(successor.id())));
		int replaced = results.size();
		await().until(() -> results.size() > replaced + 20);
		stopped.set(true);
		publishing.get();
		assertThat(successor.answered()).hasSizeGreaterThan(20);
		for (int i = 0; i < results.size(); i++) {
			SignalResult result = results.get(i);
			assertThat(result.missing()).as(result.toString()).isEmpty();
			assertThat(result.isSuccess()).as(result.toString()).isEqualTo(!result.acted().isEmpty());
			for (ScriptedPeer peer : List.of(old, successor)) {
				assertThat(!result.acted().contains(peer.id()) || peer.answered().containsKey(i)).as(result.toString())
					.isTrue();
			}
		}
		assertThat(results.get(results.size() - 1).acted()).containsExactly(successor.id());
	}

	@ParameterizedTest
	@CsvSource({ "V1, NEWER", "NEWER, V1" })
	void exporterIsReplacedByOneOfAnotherVersion(Version before, Version after) {
		ConfigurableApplicationContext application = application(true);
		AtomicInteger publish = new AtomicInteger();
		for (Version version : List.of(before, after)) {
			ScriptedPeer peer = exporter(version, true).initialize();
			await().until(() -> peer.subscriptions().size() == 1);
			List<String> ids = IntStream.rangeClosed(2, 50).mapToObj((number) -> {
				String id = "publish-" + publish.incrementAndGet();
				peer.publish("signal with metadata", "work", id, number);
				return id;
			}).toList();
			await().until(() -> peer.received("work").size() == ids.size());
			assertThat(peer.received("work")).extracting((answer) -> answer.at("/_ss/id").asString())
				.containsExactlyElementsOf(ids);
			peer.publish("shutdown", "shutdown", "last", 51);
			peer.close();
		}
		assertThat(application.getBean(Working.class).handled).hasSize(publish.get());
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"draining\"", "\"\"", "7", "{\"name\":\"working\"}" })
	void responderInAStateOfANewerVersionIsNotGone(String state) {
		SignalExporter exporter = exporter(true);
		ScriptedPeer peer = responder(Version.NEWER, true);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		peer.answerProbes(state);
		peer.fallSilent();
		CompletableFuture<SignalResult> slow = exporter.signal("work").timeout(TIMEOUT).publishAsync();
		await().until(() -> slow.isDone() || peer.received("probe").size() >= 3);
		assertThat(slow).isNotDone();
		peer.goOn();
		assertThat(slow.join().acted()).containsExactly(peer.id());
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"events\":[\"work\"]}", "\"work\"", "true", "[7]" })
	void responderThatHasNoHandlerInAFormOfANewerVersionHasNotActed(String handles) {
		SignalExporter exporter = exporter(true);
		ScriptedPeer peer = responder((message) -> {
			Version.NEWER.apply(message);
			if (message.at("/_ss/handles").isArray()) {
				((ObjectNode) message.get("_ss")).set("handles", Version.parse(handles));
			}
			return message;
		}, true);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "other")).isTrue();
		peer.answerWith("answer without a handler");
		SignalResult result = exporter.publish("other");
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.acted()).isEmpty();
		assertThat(result.unhandled()).containsExactly(peer.id());
	}

	@Test
	void storedEntryWithFieldsOfANewerVersionIsHandled() {
		ConfigurableApplicationContext application = this.applications.start(Working.class, "channel=" + this.named,
				"channels." + this.named + ".delivery=durable", "responder.name=cpu");
		ObjectNode signal = WireVector.message("signal with metadata").put("event", "work");
		RedisCommands<String, String> redis = this.client.redis();
		String keys = "event-signal:{" + this.named + "}:";
		await().until(() -> redis.hexists(keys + "responders", "cpu"));
		String id = redis.xadd(keys + "log", "v", "2", "signals", Version.NEWER.apply(signal).toString(), "codec",
				"plain");
		String answers = keys + "answers:" + id.substring(0, id.indexOf('-') - 3);
		await().until(() -> redis.hexists(answers, id + ".0 cpu"));
		assertThat(redis.hget(answers, id + ".0 cpu")).contains("\"ras\":1");
		assertThat(application.getBean(Working.class).handled).hasSize(1);
	}

	private SignalExporter exporter(boolean named) {
		return this.applications
			.start(Object.class, "channel=" + (named ? this.named : ""), "exporter.probe-after=200ms")
			.getBean(SignalExporter.class);
	}

	private ConfigurableApplicationContext application(boolean named) {
		return this.applications.start(Working.class, "channel=" + (named ? this.named : ""));
	}

	private ScriptedPeer responder(UnaryOperator<ObjectNode> version, boolean named) {
		return peer("cpu-" + UUID.randomUUID() + "-resp", version, named).respond();
	}

	private ScriptedPeer exporter(Version version, boolean named) {
		return peer("bench-" + UUID.randomUUID(), version, named);
	}

	private ScriptedPeer peer(String id, UnaryOperator<ObjectNode> version, boolean named) {
		// The mark of frames comes first, and then others may follow.
		String mark = (version == Version.V1) ? "f." : "f.w2.";
		ScriptedPeer peer = new ScriptedPeer(named ? this.named : "", id, mark, version);
		this.peers.add(peer);
		return peer;
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(TIMEOUT);
	}

	private enum Version implements UnaryOperator<ObjectNode> {

		V1,

		/**
		 * Has members, of all types, that version 1 does not know.
		 */
		NEWER;

		@Override
		public ObjectNode apply(ObjectNode message) {
			if (this == V1) {
				return message;
			}
			boolean signal = message.has("process_name");
			if ((signal ? message.at("/metadata/_ss") : message.at("/_ss")) instanceof ObjectNode extension) {
				extension.put("v", 2).put("lane", "fast").put("weight", 2.5).putNull("gone");
				extension.putArray("can").add("frames").add("w2").addObject().put("id", "other");
				extension.putObject("shape").put("v", 3).put("id", "other").put("handles", "none");
			}
			if (!signal) {
				message.put("since", 2).putObject("detail").put("ras", 0).put("publisher_id", "other");
			}
			return message;
		}

		static JsonNode parse(String json) {
			return JsonMapper.shared().readTree(json);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Working {

		private final List<Signal> handled = new CopyOnWriteArrayList<>();

		@OnSignal(event = "work")
		void work(Signal signal) {
			this.handled.add(signal);
		}

	}

}
