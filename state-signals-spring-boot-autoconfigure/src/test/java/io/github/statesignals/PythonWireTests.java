package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.PythonPeer.Recorded;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static io.github.statesignals.PythonPeer.SILENT;
import static io.github.statesignals.PythonPeer.answer;
import static io.github.statesignals.PythonPeer.answerWithoutRas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Messages with extensions, as recorded on the Redis channels that the real Python
 * package shares, and the handling of its messages.
 */
@Tag("python")
class PythonWireTests {

	private static final String SIGNALS = "event-signal-pubsub";

	private static final String RESPONSES = "event-signal-response";

	private static final String REPLIES = "event-signal-reply:";

	private static final String EXTENSION = "_ss";

	private static final Set<String> SIGNAL_KEYS = Set.of("publisher_id", "process_name", "event", "runner_host",
			"sample_no", "tag");

	/**
	 * For events that follow at once, on a busy machine.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/**
	 * For events that do not follow.
	 */
	private static final Duration SHORT = Duration.ofSeconds(1);

	private final JsonMapper json = JsonMapper.builder().build();

	@AutoClose
	private final PythonPeer python = PythonPeer.start();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void aConversationShowsASubscribedPythonResponderNothingNew() {
		PythonPeer.Recorder recorder = recorder();
		PythonPeer.Responder responder = this.python.responder("py",
				Map.of("initialization", answerWithoutRas(), "*", answer(1, "py")));
		ConfigurableApplicationContext worker = start(Worker.class, "responder.name=worker");
		SignalExporter exporter = start(Conductor.class, "exporter.probe-after=100ms").getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, PATIENCE, "go", "hang", "unknown")).isTrue();
		String workerId = responderId(worker);

		assertThat(exporter.publish("go").acted()).containsExactlyInAnyOrder(workerId, responder.responderId());
		assertThat(exporter.signal("go").tag("läuft").metadata("round", 1).publish().isSuccess()).isTrue();
		CompletableFuture<SignalResult> hanging = exporter.signal("hang").publishAsync();
		await().atMost(PATIENCE)
			.until(() -> probes(recorder.messages()).stream()
				.anyMatch((probe) -> probe.get("responder_id").equals(workerId)));
		worker.getBean(Worker.class).hanging.complete(null);
		assertThat(hanging.join().isSuccess()).isTrue();
		SignalResult unknown = exporter.publish("unknown");
		assertThat(unknown.acted()).containsExactly(responder.responderId());
		assertThat(unknown.unhandled()).containsExactly(workerId);
		ConfigurableApplicationContext guest = start(Worker.class, "responder.name=guest");
		await().atMost(PATIENCE).until(() -> exporter.getSubscribers().contains(responderId(guest)));
		assertThat(exporter.publish("go").acted()).hasSize(3);
		String guestId = responderId(guest);
		guest.close();
		await().atMost(PATIENCE).until(() -> !exporter.getSubscribers().contains(guestId));
		assertThat(exporter.publish("go").acted()).hasSize(2);
		exporter.shutdown();
		responder.awaitReceived("shutdown");

		List<Recorded> recorded = recorder.messages();
		List<Map<String, Object>> signals = on(SIGNALS, recorded);
		assertThat(signals).isNotEmpty().allSatisfy(PythonWireTests::hasSixKeys);
		assertThat(signals).filteredOn((signal) -> !signal.get("event").equals("initialization"))
			.extracting((signal) -> signal.get("event"), (signal) -> signal.get("metadata"))
			.containsExactly(tuple("go", null), tuple("go", Map.of("round", 1)), tuple("hang", null),
					tuple("unknown", null), tuple("go", null), tuple("go", null), tuple("shutdown", null));
		assertThat(on(RESPONSES, recorded)).isNotEmpty().allSatisfy(PythonWireTests::isReadableByPython);
		assertThat(on(RESPONSES, recorded)).filteredOn((response) -> response.containsKey(EXTENSION))
			.extracting((response) -> response.get("event"))
			.contains("initialization", "go", "unknown", "shutdown");
		assertThat(recorded)
			.filteredOn((message) -> message.channel().equals(SIGNALS) || message.channel().equals(RESPONSES))
			.allSatisfy((message) -> assertThat(message.payload()).isASCII());
		assertThat(this.python.log()).isEmpty();
	}

	@Test
	void aPythonResponseToShutdownIsNotALeave() {
		PythonPeer.Responder responder = this.python.responder("py",
				Map.of("initialization", answerWithoutRas(), "go", SILENT));
		start(Worker.class);
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, PATIENCE, "go")).isTrue();
		CompletableFuture<SignalResult> result = exporter.signal("go").publishAsync();
		responder.awaitReceived("go");
		for (String publisherId : List.of(exporter.getPublisherId(), "*")) {
			responder.respond(publisherId, "shutdown", Map.of());
			responder.respond(publisherId, "shutdown", Map.of("ras", 1, "message", "stopping"));
		}
		responder.respond(exporter.getPublisherId(), "go", Map.of("ras", 0, "message", "not yet stopped"));
		assertThat(result.join().code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.join().failed()).containsExactly(responder.responderId());
		assertThat(result.join().left()).isEmpty();
		assertThat(exporter.getSubscribers()).contains(responder.responderId());
		// The claim alone is not enough.
		assertThat(exporter.signal("go").timeout(SHORT).publish().missing()).containsExactly(responder.responderId());
	}

	@Test
	void aKilledPythonResponderIsMissingUntilItIsEvictedAndNeverProbed() {
		PythonPeer.Recorder recorder = recorder();
		ConfigurableApplicationContext application = start(Conductor.class, "exporter.probe-after=400ms",
				"exporter.evict-after-missed=2");
		SignalExporter exporter = application.getBean(SignalExporter.class);
		List<SubscriberLeftEvent> left = application.getBean(Conductor.class).left;
		PythonPeer killed = PythonPeer.start();
		String responderId;
		try {
			responderId = killed.responder("py", Map.of("initialization", answerWithoutRas(), "go", answer(1)))
				.responderId();
			assertThat(exporter.initializeAndWait(1, PATIENCE, "go")).isTrue();
			assertThat(exporter.publish("go").acted()).containsExactly(responderId);
		}
		finally {
			killed.kill();
		}
		assertThat(exporter.signal("go").timeout(SHORT).publish())
			.satisfies((result) -> isMissingAndNotGone(result, responderId));
		assertThat(left).isEmpty();
		assertThat(exporter.getSubscribers()).containsExactly(responderId);
		await().atMost(PATIENCE).until(() -> {
			if (!exporter.getSubscribers().isEmpty()) {
				isMissingAndNotGone(exporter.signal("go").timeout(SHORT).publish(), responderId);
			}
			return !left.isEmpty();
		});
		assertThat(left).extracting(SubscriberLeftEvent::responderId, SubscriberLeftEvent::reason)
			.containsExactly(tuple(responderId, SubscriberLeftEvent.Reason.EVICTED));
		assertThat(exporter.publish("go").isSuccess()).isFalse();
		// Only of itself.
		assertThat(probes(recorder.messages())).isNotEmpty()
			.allSatisfy((probe) -> assertThat(probe.get("responder_id")).isEqualTo(exporter.getPublisherId()));
	}

	@Test
	void aPythonResponderActsWithARasOfOne() {
		List<Object> answers = List.of(answer(1), Map.of("ras", true), Map.of("ras", false), answer(2));
		List<String> ids = new ArrayList<>();
		for (Object answer : answers) {
			ids.add(this.python
				.responder("py", Map.of("initialization", answerWithoutRas(), "go", answer, "stop", answer(1)))
				.responderId());
		}
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(ids.size(), PATIENCE, "go", "stop")).isTrue();
		SignalResult mixed = exporter.publish("go");
		assertThat(mixed.isSuccess()).isFalse();
		assertThat(mixed.acted()).containsExactlyInAnyOrderElementsOf(ids.subList(0, 2));
		assertThat(mixed.failed()).containsExactlyInAnyOrderElementsOf(ids.subList(2, 4));
		assertThat(mixed.unhandled()).isEmpty();
		SignalResult all = exporter.publish("stop");
		assertThat(all.isSuccess()).isTrue();
		assertThat(all.acted()).containsExactlyInAnyOrderElementsOf(ids);
	}

	@ParameterizedTest
	@ValueSource(strings = { "negotiated", "always" })
	void aPythonExporterIsServedWithAndWithoutExtensions(String extensions) {
		PythonPeer.Recorder recorder = recorder();
		ConfigurableApplicationContext worker = start(Worker.class, "responder.name=worker",
				"protocol.extensions=" + extensions);
		PythonPeer.Exporter exporter = this.python.exporter("bench");
		String workerId = responderId(worker);
		assertThat(exporter.initializeAndWait(1, "go", "unknown")).isTrue();
		assertThat(exporter.publish("unknown")).isEqualTo(new PythonPeer.Result(0, Map.of()));
		assertThat(exporter.publish("go")).isEqualTo(new PythonPeer.Result(0, Map.of(workerId, "went")));
		start(Worker.class, "responder.name=guest").close();
		assertThat(exporter.subscribers()).containsExactly(workerId);
		assertThat(exporter.publish("unknown").code()).isZero();
		exporter.shutdown();

		List<Map<String, Object>> responses = on(RESPONSES, recorder.messages());
		assertThat(responses).allSatisfy(PythonWireTests::isReadableByPython);
		List<Map<String, Object>> toExporter = responses.stream()
			.filter((response) -> response.get("publisher_id").equals(exporter.publisherId()))
			.toList();
		assertThat(toExporter).extracting((response) -> response.get("event"), (response) -> response.get("ras"))
			.containsExactly(tuple("initialization", 1), tuple("unknown", 1), tuple("go", 1), tuple("unknown", 1));
		if (extensions.equals("always")) {
			assertThat(extension(toExporter.get(0))).containsKeys("seal", "address");
			assertThat(extension(toExporter.get(1))).contains(entry("handles", List.of("go", "hang")));
		}
		else {
			assertThat(toExporter).allSatisfy((response) -> assertThat(response).doesNotContainKey(EXTENSION));
		}
		// The guest's.
		assertThat(responses).filteredOn((response) -> response.get("event").equals("shutdown"))
			.singleElement()
			.satisfies((response) -> assertThat(extension(response)).containsKey("seal"));
		assertThat(this.python.log()).isEmpty();
	}

	@Test
	void metadataOfAPythonPublisherUnderTheReservedKeyReachesHandlers() {
		Worker worker = start(Worker.class).getBean(Worker.class);
		PythonPeer.Exporter exporter = this.python.exporter("bench");
		assertThat(exporter.initializeAndWait(1, "go")).isTrue();
		List<Map<String, Object>> sent = new ArrayList<>();
		for (Object own : Arrays.asList("mine", "", 7, true, null, List.of(1), Map.of(), Map.of("v", 0),
				Map.of("v", -1), Map.of("v", "1"), Map.of("v", true), Map.of("v", 1.5), Map.of("v", List.of(1)),
				Map.of("id", "1", "seq", 1, "timeout", 1, "reply_to", REPLIES + "{" + SIGNALS + "}:other"))) {
			Map<String, Object> alone = Collections.singletonMap(EXTENSION, own);
			Map<String, Object> withOthers = new LinkedHashMap<>(alone);
			withOthers.put("uuid", "u1");
			sent.add(alone);
			sent.add(withOthers);
		}
		for (Map<String, Object> metadata : sent) {
			assertThat(exporter.publish("go", Map.of("metadata", metadata)).code()).isZero();
		}
		assertThat(worker.received).extracting(Signal::metadata).containsExactlyElementsOf(sent);
	}

	private static void isMissingAndNotGone(SignalResult result, String responderId) {
		assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(result.missing()).containsExactly(responderId);
		assertThat(result.gone()).isEmpty();
		assertThat(result.left()).isEmpty();
	}

	/**
	 * The Python responder's loop ends on a wrong type, and drops other keys.
	 */
	private static void hasSixKeys(Map<String, Object> signal) {
		Map<String, Object> six = new LinkedHashMap<>(signal);
		Object metadata = six.remove("metadata");
		assertThat(six.keySet()).isEqualTo(SIGNAL_KEYS);
		assertThat(six.remove("sample_no")).isInstanceOf(Integer.class);
		assertThat(six.values()).allSatisfy((value) -> assertThat(value).isInstanceOf(String.class));
		if (signal.containsKey("metadata")) {
			assertThat(metadata).isInstanceOf(Map.class);
		}
	}

	private static void isReadableByPython(Map<String, Object> response) {
		assertThat(response.keySet()).isSubsetOf("responder_id", "publisher_id", "event", "ras", "message", EXTENSION)
			.contains("responder_id", "publisher_id", "event");
		response.forEach((key, value) -> {
			if (!key.equals(EXTENSION)) {
				assertThat(value).isInstanceOf(key.equals("ras") ? Integer.class : String.class);
			}
		});
		assertThat(response.get("event")).isNotEqualTo("probe");
		if (response.containsKey(EXTENSION)) {
			assertThat(extension(response)).contains(entry("v", 1)).doesNotContainKey("probe");
		}
	}

	private List<Map<String, Object>> probes(List<Recorded> recorded) {
		return recorded.stream()
			.filter((message) -> message.channel().startsWith(REPLIES))
			.flatMap((message) -> message.payload().lines())
			.map(this::parse)
			.filter((message) -> message.get("event").equals("probe"))
			.toList();
	}

	private List<Map<String, Object>> on(String channel, List<Recorded> recorded) {
		return recorded.stream()
			.filter((message) -> message.channel().equals(channel))
			.map((message) -> parse(message.payload()))
			.toList();
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> parse(String payload) {
		return this.json.readValue(payload, Map.class);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> extension(Map<String, Object> response) {
		return (Map<String, Object>) response.get(EXTENSION);
	}

	private PythonPeer.Recorder recorder() {
		return this.python.record("event-signal-*");
	}

	private static String responderId(ConfigurableApplicationContext application) {
		return application.getBean(SignalResponder.class).getResponderId();
	}

	private ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.application.name=" + configuration.getSimpleName().toLowerCase(Locale.ROOT),
						"exporter.republish-interval=1h"));
		Collections.addAll(all, properties);
		return this.applications.start(configuration, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	static class Conductor {

		private final List<SubscriberLeftEvent> left = new CopyOnWriteArrayList<>();

		@EventListener
		void onLeft(SubscriberLeftEvent event) {
			this.left.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Worker {

		private final List<Signal> received = new CopyOnWriteArrayList<>();

		private final CompletableFuture<Void> hanging = new CompletableFuture<>();

		@OnSignal(event = "go")
		Acknowledgement go(Signal signal) {
			this.received.add(signal);
			return Acknowledgement.success("went");
		}

		@OnSignal(event = "hang")
		CompletionStage<Void> hang() {
			return this.hanging;
		}

	}

}
