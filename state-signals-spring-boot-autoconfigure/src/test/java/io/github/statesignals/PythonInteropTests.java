package io.github.statesignals;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.SignalResult.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static io.github.statesignals.PythonPeer.SILENT;
import static io.github.statesignals.PythonPeer.answer;
import static io.github.statesignals.PythonPeer.answerWithoutRas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/**
 * Applications with the starter and the real Python package, live on one Redis.
 */
@Tag("python")
class PythonInteropTests {

	/**
	 * For events that follow at once, on a busy machine.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/**
	 * For events that do not follow.
	 */
	private static final Duration SHORT = Duration.ofSeconds(1);

	private static final Map<String, Object> WILD_METADATA = wildMetadata();

	@AutoClose
	private final PythonPeer python = PythonPeer.start();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Nested
	class JavaExporter {

		@Test
		void countsThosePythonRespondersThatAnswerItsInitializationWithOrWithoutRas() {
			PythonPeer.Responder plain = python().responder("cpu", Map.of("initialization", answerWithoutRas()));
			PythonPeer.Responder eager = python().responder("memory", Map.of("initialization", answer(1, "hello")));
			PythonPeer.Responder silent = python().responder("disk", Map.of());
			SignalExporter exporter = startConductor();
			assertThat(exporter.initializeAndWait(2, PATIENCE, "go")).isTrue();
			assertThat(exporter.getSubscribers()).containsExactlyInAnyOrder(plain.responderId(), eager.responderId());
			assertThat(silent.awaitReceived("initialization")).contains(
					entry("publisher_id", exporter.getPublisherId()), entry("process_name", "conductor"),
					entry("runner_host", "bench-host"), entry("sample_no", -1), entry("tag", "No tag specified"));
		}

		@Test
		void stopsWaitingForMissingResponders() {
			PythonPeer.Responder responder = python().responder("cpu", Map.of("initialization", answerWithoutRas()));
			SignalExporter exporter = startConductor();
			assertThat(exporter.initializeAndWait(2, SHORT, "go")).isFalse();
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(exporter.getSubscribers()).containsExactly(responder.responderId()));
		}

		@Test
		void asksLateRespondersAgain() {
			PythonPeer.Responder witness = python().responder("witness", Map.of());
			SignalExporter exporter = startConductor("exporter.republish-interval=50ms");
			CompletableFuture<Boolean> enough = CompletableFuture
				.supplyAsync(() -> exporter.initializeAndWait(1, PATIENCE, "go"));
			witness.awaitReceived("initialization");
			PythonPeer.Responder late = python().responder("late", Map.of("initialization", answerWithoutRas()));
			assertThat(enough.join()).isTrue();
			assertThat(exporter.getSubscribers()).containsExactly(late.responderId());
		}

		@Test
		void acceptsRespondersThatSubscribeUnasked() {
			SignalExporter exporter = startConductor();
			exporter.initialize("go");
			PythonPeer.Responder late = python().responder("late", Map.of("*", answer(1, "went")));
			late.respond(exporter.getPublisherId(), "initialization", Map.of());
			await().atMost(PATIENCE).until(() -> exporter.getSubscribers().contains(late.responderId()));
			assertThat(exporter.publish("go").messages()).containsOnly(entry(late.responderId(), "went"));
		}

		@Test
		void returnsSuccessIfAllSucceeded() {
			PythonPeer.Responder cpu = subscriber("cpu", "go", answer(1, "läuft ✓"));
			PythonPeer.Responder memory = subscriber("memory", "go", answer(1));
			SignalResult result = initialized(2, "go").publish("go");
			assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(result.responses()).containsOnlyKeys(cpu.responderId(), memory.responderId());
			assertThat(result.responses().values()).extracting(Answer::ras).containsOnly(1);
			assertThat(result.messages()).containsOnly(entry(cpu.responderId(), "läuft ✓"));
		}

		@Test
		void namesFailedRespondersAndTheirReason() {
			PythonPeer.Responder cpu = subscriber("cpu", "go", answer(1));
			PythonPeer.Responder disk = subscriber("disk", "go", answer(0, "out of disk"));
			PythonPeer.Responder odd = subscriber("odd", "go", answer(-7, "odd"));
			SignalResult result = initialized(3, "go").publish("go");
			assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(result.responses().get(cpu.responderId()).isSuccess()).isTrue();
			assertThat(result.responses().get(disk.responderId()).ras()).isZero();
			assertThat(result.responses().get(odd.responderId()).ras()).isEqualTo(-7);
			assertThat(result.messages()).containsOnly(entry(disk.responderId(), "out of disk"),
					entry(odd.responderId(), "odd"));
		}

		@Test
		void namesMissingResponders() {
			PythonPeer.Responder cpu = subscriber("cpu", "go", SILENT);
			PythonPeer.Responder disk = subscriber("disk", "other", answer(1));
			SignalExporter exporter = initialized(2, "go", "other");
			SignalResult result = exporter.signal("go").timeout(SHORT).publish();
			assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
			assertThat(result.missing()).containsExactlyInAnyOrder(cpu.responderId(), disk.responderId());
		}

		@Test
		void waitsForASlowAnswer() {
			PythonPeer.Responder slow = subscriber("slow", "go", Map.of("ras", 1, "message", "done", "delay", 0.5));
			SignalExporter exporter = initialized(1, "go");
			for (int i = 0; i < 2; i++) {
				SignalResult result = exporter.signal("go").timeout(Duration.ofSeconds(-1)).publish();
				assertThat(result.isSuccess()).isTrue();
				assertThat(result.messages()).containsOnly(entry(slow.responderId(), "done"));
			}
		}

		@Test
		void countsOnlyAnswersThatHaveARasAndAreAwaited() {
			PythonPeer.Responder cpu = subscriber("cpu", "go", SILENT);
			PythonPeer.Responder unknown = python().responder("unknown", Map.of());
			SignalExporter exporter = initialized(1, "go");
			CompletableFuture<SignalResult> result = exporter.signal("go").publishAsync();
			cpu.awaitReceived("go");
			unknown.respond(exporter.getPublisherId(), "go", Map.of("ras", 0, "message", "I would not"));
			cpu.respond(exporter.getPublisherId(), "go", Map.of("message", "wait"));
			cpu.respond(exporter.getPublisherId(), "stop", Map.of("ras", 0));
			cpu.respond("another-publisher", "go", Map.of("ras", 0));
			assertThat(result).isNotDone();
			cpu.respond(exporter.getPublisherId(), "go", Map.of("ras", 1, "message", "now"));
			assertThat(result.join().code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(result.join().responses()).containsOnlyKeys(cpu.responderId());
			assertThat(result.join().messages()).containsOnly(entry(cpu.responderId(), "now"),
					entry(unknown.responderId(), "I would not"));
		}

		@Test
		void isReceivedWithAllFields() {
			PythonPeer.Responder cpu = subscriber("cpu", "größe", answer(1));
			SignalExporter exporter = initialized(1, "größe");
			assertThat(
					exporter.signal("größe").tag("läuft 🚀").sampleNo(0).metadata(WILD_METADATA).publish().isSuccess())
				.isTrue();
			Map<String, Object> received = cpu.awaitReceived("größe");
			assertThat(received).contains(entry("tag", "läuft 🚀"), entry("sample_no", 0));
			assertThat(received).extractingByKey("metadata").isEqualTo(WILD_METADATA);
		}

		@Test
		void sendsNoFieldsThatWereNotSet() {
			PythonPeer.Responder cpu = subscriber("cpu", "go", answer(1));
			SignalExporter exporter = initialized(1, "go");
			exporter.publish("go");
			Map<String, Object> expected = new LinkedHashMap<>(
					Map.of("publisher_id", exporter.getPublisherId(), "process_name", "conductor", "event", "go",
							"runner_host", "bench-host", "sample_no", -1, "tag", "No tag specified"));
			expected.put("metadata", null);
			assertThat(cpu.awaitReceived("go")).isEqualTo(expected);
		}

		@Test
		void isReceivedInOrder() {
			PythonPeer.Responder cpu = subscriber("cpu", "*", answer(1));
			SignalExporter exporter = initialized(1, "go");
			List<CompletableFuture<SignalResult>> results = IntStream.range(0, 40)
				.mapToObj((i) -> exporter.signal("go").sampleNo(i).publishAsync())
				.toList();
			assertThat(results).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
			assertThat(cpu.received("sample_no")).filteredOn((sampleNo) -> !sampleNo.equals(-1))
				.isEqualTo(IntStream.range(0, 40).boxed().toList());
		}

		@Test
		void isReceivedByRespondersLockedOnItsTag() {
			PythonPeer.Responder locked = python().responder("locked",
					Map.of("initialization", answerWithoutRas(), "go", answer(1)), Map.of("lock_tag", "run-7"));
			SignalExporter exporter = startConductor();
			exporter.initialize("go");
			assertThat(exporter.initialization("go").tag("run-7").initializeAndWait(1, PATIENCE)).isTrue();
			assertThat(exporter.signal("go").tag("run-7").publish().isSuccess()).isTrue();
			assertThat(exporter.signal("go").tag("run-8").timeout(SHORT).publish().missing())
				.containsExactly(locked.responderId());
			locked.lockTag("run-8");
			assertThat(exporter.signal("go").tag("run-8").publish().isSuccess()).isTrue();
			locked.lockTag("run-7");
			exporter.shutdown();
			locked.awaitReceived("shutdown");
			assertThat(locked.received("tag")).containsExactly("run-7", "run-7", "run-8", "run-7");
		}

		@Test
		void isReceivedByRespondersLockedOnItsId() {
			SignalExporterFactory factory = start(Conductor.class).getBean(SignalExporterFactory.class);
			SignalExporter first = factory.create("first");
			SignalExporter second = factory.create("second");
			PythonPeer.Responder locked = python().responder("locked",
					Map.of("initialization", answerWithoutRas(), "go", answer(1)),
					Map.of("lock_id", second.getPublisherId()));
			first.initialize("go");
			assertThat(second.initializeAndWait(1, PATIENCE, "go")).isTrue();
			assertThat(first.getSubscribers()).isEmpty();
			assertThat(second.publish("go").isSuccess()).isTrue();
			assertThat(locked.received("publisher_id")).containsOnly(second.getPublisherId());
			locked.lockPublisher(first.getPublisherId());
			assertThat(first.initializeAndWait(1, PATIENCE, "go")).isTrue();
			locked.unlock();
			assertThat(first.publish("go").isSuccess()).isTrue();
			assertThat(second.publish("go").isSuccess()).isTrue();
		}

		@Test
		void awaitsExpectedRespondersFromTheStart() {
			PythonPeer.Responder expected = python().responder("expected", Map.of("go", answer(1, "here")));
			SignalExporter exporter = startConductor();
			assertThat(exporter.initialization("go")
				.expectedResponders(expected.responderId())
				.initializeAndWait(1, PATIENCE)).isTrue();
			assertThat(exporter.publish("go").messages()).containsOnly(entry(expected.responderId(), "here"));
			exporter.initialization("go").expectedResponders("nobody-resp").initialize();
			assertThat(exporter.signal("go").timeout(SHORT).publish().missing()).contains("nobody-resp");
		}

		@Test
		void shutsDownAndInitializesAgainWithTheSameId() {
			PythonPeer.Responder cpu = subscriber("cpu", "*", answer(1));
			SignalExporter exporter = initialized(1, "go");
			exporter.shutdown();
			cpu.awaitReceived("shutdown");
			assertThat(exporter.getSubscribers()).isEmpty();
			assertThat(exporter.initializeAndWait(1, PATIENCE, "stop")).isTrue();
			assertThat(exporter.publish("stop").responses()).containsOnlyKeys(cpu.responderId());
			assertThat(cpu.received("event")).containsExactly("initialization", "shutdown", "initialization", "stop");
			assertThat(cpu.received("publisher_id")).containsOnly(exporter.getPublisherId());
		}

		@Test
		void sendsShutdownWhenItsApplicationEnds() {
			PythonPeer.Responder cpu = subscriber("cpu", "*", answer(1));
			ConfigurableApplicationContext application = start(Conductor.class);
			assertThat(application.getBean(SignalExporter.class).initializeAndWait(1, PATIENCE, "go")).isTrue();
			application.close();
			cpu.awaitReceived("shutdown");
		}

		@Test
		void holdsABarrierForPythonRespondersThatEndWithoutABye() {
			List<PythonPeer.Responder> pods = barrierPods();
			ConfigurableApplicationContext application = start(Conductor.class,
					"exporter.legal-events=barrier,success,fail", "exporter.await-subscribers=3",
					"exporter.await-timeout=-1s");
			SignalExporter exporter = application.getBean(SignalExporter.class);
			assertThat(exporter.getSubscribers()).hasSize(3);
			assertThat(exporter.publish("barrier").responses()).hasSize(3);
			assertThat(exporter.signal("success").timeout(Duration.ofSeconds(3600)).publish().responses()).hasSize(3);
			pods.forEach(PythonPeer.Responder::stop);
			SignalResult result = exporter.signal("fail").timeout(SHORT).publish();
			assertThat(result.missing())
				.containsExactlyInAnyOrderElementsOf(pods.stream().map(PythonPeer.Responder::responderId).toList());
			exporter.shutdown();
			List<PythonPeer.Responder> next = barrierPods();
			assertThat(exporter.initializeAndWait(3, PATIENCE, "barrier")).isTrue();
			assertThat(exporter.publish("barrier").responses().keySet())
				.containsExactlyInAnyOrderElementsOf(next.stream().map(PythonPeer.Responder::responderId).toList());
		}

		private List<PythonPeer.Responder> barrierPods() {
			return IntStream.range(0, 3)
				.mapToObj((i) -> python().responder("pod-" + i,
						Map.of("initialization", answer(1), "barrier", answer(1), "success", answer(1))))
				.toList();
		}

		private PythonPeer.Responder subscriber(String name, String event, Object answer) {
			return python().responder(name, Map.of("initialization", answerWithoutRas(), event, answer));
		}

		private SignalExporter initialized(int subscribers, String... legalEvents) {
			SignalExporter exporter = startConductor();
			assertThat(exporter.initializeAndWait(subscribers, PATIENCE, legalEvents)).isTrue();
			return exporter;
		}

		private SignalExporter startConductor(String... properties) {
			return start(Conductor.class, properties).getBean(SignalExporter.class);
		}

	}

	@Nested
	class JavaResponder {

		private final PythonPeer.Exporter exporter = python().exporter("bench");

		@Test
		void subscribesToAPythonExporter() {
			String cpu = start(Collector.class, "responder.name=cpu").getBean(SignalResponder.class).getResponderId();
			String disk = start(Collector.class, "responder.name=disk").getBean(SignalResponder.class).getResponderId();
			start(Conductor.class);
			assertThat(this.exporter.initializeAndWait(2, "benchmark-start")).isTrue();
			assertThat(this.exporter.subscribers()).containsExactlyInAnyOrder(cpu, disk);
		}

		@Test
		void subscribesLateWhenItIsAskedAgain() {
			PythonPeer.Responder witness = python().responder("witness", Map.of());
			CompletableFuture<Boolean> enough = this.exporter.initializeAndWaitAsync(1,
					Map.of("periodic", true, "timeout", 30), "benchmark-start");
			witness.awaitReceived("initialization");
			String late = responderId(start(Collector.class));
			assertThat(enough.join()).isTrue();
			assertThat(this.exporter.subscribers()).containsExactly(late);
		}

		@Test
		void subscribesUnasked() {
			this.exporter.initialize(Map.of(), "benchmark-start");
			SignalResponder late = start(Collector.class).getBean(SignalResponder.class);
			late.respond(this.exporter.publisherId(), Signal.INITIALIZATION, null, null);
			await().atMost(PATIENCE).until(() -> this.exporter.subscribers().contains(late.getResponderId()));
			assertThat(startBenchmark().code()).isZero();
		}

		@Test
		void answersSuccess() {
			String cpu = responderId(start(Collector.class));
			assertThat(this.exporter.initializeAndWait(1, "benchmark-start")).isTrue();
			PythonPeer.Result result = startBenchmark();
			assertThat(result.code()).isZero();
			assertThat(result.messages()).containsExactly(entry(cpu, "sampling u1 of run-7"));
		}

		@Test
		void answersFailure() {
			String cpu = responderId(start(Collector.class));
			String disk = responderId(start(Collector.class));
			assertThat(this.exporter.initializeAndWait(2, "boom")).isTrue();
			PythonPeer.Result result = this.exporter.publish("boom");
			assertThat(result.code()).isOne();
			assertThat(result.messages()).containsOnly(entry(cpu, "kein Platz ☹"), entry(disk, "kein Platz ☹"));
		}

		@Test
		void answersTheReasonForAnUnreadableSignal() {
			start(Collector.class, "protocol.max-payload=4KB");
			assertThat(this.exporter.initializeAndWait(1, "boom")).isTrue();
			PythonPeer.Result beyond = this.exporter.publish("boom", Map.of("sample", BigInteger.TWO.pow(64)));
			assertThat(beyond.code()).isOne();
			assertThat(beyond.messages().values())
				.containsExactly("The signal can't be read: 'sample_no' is not a 64-bit integer");
			PythonPeer.Result large = this.exporter.publish("boom",
					Map.of("metadata", Map.of("text", "x".repeat(5_000))));
			assertThat(large.code()).isOne();
			assertThat(large.messages().values()).singleElement()
				.asString()
				.contains("state-signals.protocol.max-payload allows 4096");
		}

		@Test
		void receivesASampleNumberOf64Bits() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "größe")).isTrue();
			assertThat(this.exporter.publish("größe", Map.of("sample", Long.MAX_VALUE)).code()).isZero();
			assertThat(application.getBean(Collector.class).received("größe").get(0).sampleNo())
				.isEqualTo(Long.MAX_VALUE);
		}

		@Test
		void isMissedWhileItsHandlerHasNotFinished() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "hang", "benchmark-start")).isTrue();
			PythonPeer.Result result = this.exporter.publish("hang", Map.of("timeout", 1));
			assertThat(result.code()).isEqualTo(2);
			assertThat(result.messages()).isEmpty();
			application.getBean(Collector.class).hanging.complete(null);
			assertThat(startBenchmark().code()).isZero();
		}

		@ParameterizedTest
		@CsvSource({ "acknowledge, 0", "reject, 1", "ignore, 2" })
		void answersSignalsWithoutAHandlerAsConfigured(String unhandled, int code) {
			start(Collector.class, "responder.unhandled=" + unhandled);
			assertThat(this.exporter.initializeAndWait(1, "unknown")).isTrue();
			assertThat(this.exporter.publish("unknown", Map.of("timeout", (code == 2) ? 1 : 20)).code())
				.isEqualTo(code);
		}

		@Test
		void receivesAllFieldsOfAPythonSignal() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "größe")).isTrue();
			PythonPeer.Result result = this.exporter.publish("größe",
					Map.of("tag", "läuft 🚀", "sample", 3, "metadata", WILD_METADATA));
			assertThat(result.code()).isZero();
			Signal received = application.getBean(Collector.class).received("größe").get(0);
			assertThat(received).isEqualTo(new Signal(this.exporter.publisherId(), "bench", "größe",
					received.runnerHost(), 3, "läuft 🚀", WILD_METADATA));
		}

		@Test
		void receivesNoFieldsThatWereNotSent() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "go")).isTrue();
			this.exporter.publish("go");
			Signal received = application.getBean(Collector.class).received("go").get(0);
			assertThat(received).isEqualTo(new Signal(this.exporter.publisherId(), "bench", "go", received.runnerHost(),
					Signal.NO_SAMPLE, Signal.NO_TAG, Map.of()));
		}

		@Test
		void receivesOnlyTheTagItIsLockedOn() {
			ConfigurableApplicationContext application = start(Collector.class, "responder.lock-tag=run-7");
			SignalResponder responder = application.getBean(SignalResponder.class);
			PythonPeer.Exporter other = python().exporter("other");
			other.initialize(Map.of("tag", "run-8"), "go");
			assertThat(this.exporter.initializeAndWaitAsync(1, Map.of("tag", "run-7"), "go").join()).isTrue();
			assertThat(other.publish("go", Map.of("tag", "run-8")).messages()).isEmpty();
			assertThat(this.exporter.publish("go", Map.of("tag", "run-7")).code()).isZero();
			assertThat(this.exporter.publish("go", Map.of("tag", "run-8", "timeout", 1)).code()).isEqualTo(2);
			responder.unlock();
			assertThat(this.exporter.publish("go", Map.of("tag", "run-9")).code()).isZero();
			assertThat(application.getBean(Collector.class).received("go")).extracting(Signal::tag)
				.containsExactly("run-7", "run-9");
		}

		@Test
		void receivesOnlyThePublisherItIsLockedOn() {
			PythonPeer.Exporter other = python().exporter("other");
			ConfigurableApplicationContext application = start(Collector.class,
					"responder.lock-publisher=" + this.exporter.publisherId());
			other.initialize(Map.of(), "go");
			assertThat(this.exporter.initializeAndWait(1, "go")).isTrue();
			assertThat(other.publish("go").messages()).isEmpty();
			assertThat(this.exporter.publish("go").code()).isZero();
			assertThat(application.getBean(Collector.class).received("go")).extracting(Signal::publisherId)
				.containsExactly(this.exporter.publisherId());
			application.getBean(SignalResponder.class).lockPublisher(other.publisherId());
			assertThat(other.initializeAndWait(1, "go")).isTrue();
			assertThat(other.publish("go").code()).isZero();
		}

		@Test
		void isAwaitedFromTheStartWhereItIsExpected() {
			String expected = responderId(start(Collector.class));
			this.exporter.initialize(Map.of("expected_resps", List.of(expected)), "benchmark-start");
			assertThat(this.exporter.subscribers()).containsExactly(expected);
			assertThat(startBenchmark().messages()).containsOnlyKeys(expected);
		}

		@Test
		void receivesAShutdownAndTheNextInitializationOfTheSameId() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "go")).isTrue();
			this.exporter.shutdown();
			await().atMost(PATIENCE).until(() -> !application.getBean(Collector.class).received("shutdown").isEmpty());
			assertThat(this.exporter.initializeAndWait(1, "go")).isTrue();
			assertThat(this.exporter.publish("go").code()).isZero();
			assertThat(application.getBean(Collector.class).received).extracting(Signal::publisherId)
				.containsOnly(this.exporter.publisherId());
		}

		@Test
		void doesNotReceiveAnEventThatIsNotLegalForAPythonExporter() {
			ConfigurableApplicationContext application = start(Collector.class);
			assertThat(this.exporter.initializeAndWait(1, "benchmark-start")).isTrue();
			assertThatThrownBy(() -> this.exporter.publish("go"))
				.hasMessageContaining(python().version().illegalEventError());
			assertThat(startBenchmark().code()).isZero();
			assertThat(application.getBean(Collector.class).received("go")).isEmpty();
		}

		@Test
		void answersByHand() {
			SignalResponder responder = start(Conductor.class).getBean(SignalResponder.class);
			responder.listen((signal) -> {
				if (!signal.event().equals(Signal.SHUTDOWN)) {
					responder.respond(signal, signal.event().equals("go") ? 0 : 1, "by hand");
				}
			});
			assertThat(this.exporter.initializeAndWait(1, "go")).isTrue();
			PythonPeer.Result result = this.exporter.publish("go");
			assertThat(result.code()).isOne();
			assertThat(result.messages()).containsExactly(entry(responder.getResponderId(), "by hand"));
		}

		@Test
		void holdsAPythonExportersBarrierAndLeaves() {
			List<ConfigurableApplicationContext> pods = IntStream.range(0, 3)
				.mapToObj((i) -> start(Collector.class, "responder.name=pod-" + i))
				.toList();
			assertThat(this.exporter.initializeAndWait(3, "barrier", "success", "fail")).isTrue();
			assertThat(this.exporter.publish("barrier", Map.of("timeout", -1)).code()).isZero();
			assertThat(this.exporter.publish("success", Map.of("timeout", 3600)).code()).isZero();
			pods.forEach(ConfigurableApplicationContext::close);
			assertThat(this.exporter.publish("fail", Map.of("timeout", 1)).code()).isEqualTo(2);
			this.exporter.shutdown();
			assertThat(this.exporter.subscribers()).isEmpty();
		}

		private PythonPeer.Result startBenchmark() {
			return this.exporter.publish("benchmark-start", Map.of("tag", "run-7", "metadata", Map.of("uuid", "u1")));
		}

		private String responderId(ConfigurableApplicationContext application) {
			return application.getBean(SignalResponder.class).getResponderId();
		}

	}

	@Nested
	class BothLanguages {

		private static final int ROUNDS = 5;

		@Test
		void eachExporterReceivesTheAnswersOfItsResponders() {
			SignalExporterFactory factory = start(Conductor.class).getBean(SignalExporterFactory.class);
			List<SignalExporter> javas = List.of(factory.create("java-a"), factory.create("java-b"),
					start(Conductor.class).getBean(SignalExporter.class));
			List<PythonPeer.Exporter> pythons = List.of(python().exporter("python-a"), python().exporter("python-b"));
			Map<String, String> sayings = new LinkedHashMap<>();
			sayings.put(responderIdOf("cpu"), "round %d");
			sayings.put(responderIdOf("disk"), "round %d");
			PythonPeer.Responder memory = subscriber("memory", Map.of());
			sayings.put(memory.responderId(), "memory");
			sayings.put(subscriber("net", Map.of()).responderId(), "net");
			String onlyJava = subscriber("only-java", Map.of("lock_id", javas.get(0).getPublisherId())).responderId();
			String onlyPython = responderIdOf("only-python",
					"responder.lock-publisher=" + pythons.get(0).publisherId());
			List<Runnable> conversations = new ArrayList<>();
			javas.forEach((exporter) -> conversations
				.add(() -> converse(exporter, with(sayings, exporter == javas.get(0), onlyJava, "only-java"))));
			pythons.forEach((exporter) -> conversations
				.add(() -> converse(exporter, with(sayings, exporter == pythons.get(0), onlyPython, "round %d"))));
			ExecutorService threads = Executors.newFixedThreadPool(conversations.size());
			try {
				CompletableFuture
					.allOf(conversations.stream()
						.map((conversation) -> CompletableFuture.runAsync(conversation, threads))
						.toArray(CompletableFuture[]::new))
					.join();
			}
			finally {
				threads.shutdown();
			}
			assertThat(memory.metadataOf("work")).hasSize(ROUNDS * 5)
				.allSatisfy((metadata) -> assertThat(metadata).containsOnlyKeys("round"));
			assertThat(memory.metadataOf("break")).hasSize(ROUNDS * 5).containsOnlyNulls();
		}

		private void converse(SignalExporter exporter, Map<String, String> sayings) {
			assertThat(exporter.initializeAndWait(sayings.size(), PATIENCE, "work", "break")).isTrue();
			assertThat(exporter.getSubscribers()).isEqualTo(sayings.keySet());
			for (int round = 0; round < ROUNDS; round++) {
				SignalResult work = exporter.signal("work").metadata("round", round).publish();
				assertThat(work.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				assertThat(work.responses()).containsOnlyKeys(sayings.keySet());
				assertThat(work.messages()).isEqualTo(said(sayings, round));
				SignalResult broken = exporter.publish("break");
				assertThat(broken.code()).isEqualTo(ResultCode.SUB_FAILED);
				assertThat(broken.responses()).hasSameSizeAs(sayings);
			}
			exporter.shutdown();
		}

		private void converse(PythonPeer.Exporter exporter, Map<String, String> sayings) {
			assertThat(exporter.initializeAndWait(sayings.size(), "work", "break")).isTrue();
			assertThat(exporter.subscribers()).isEqualTo(sayings.keySet());
			for (int round = 0; round < ROUNDS; round++) {
				PythonPeer.Result work = exporter.publish("work", Map.of("metadata", Map.of("round", round)));
				assertThat(work.code()).isZero();
				assertThat(work.messages()).isEqualTo(said(sayings, round));
				assertThat(exporter.publish("break").code()).isOne();
			}
			exporter.shutdown();
		}

		private Map<String, String> with(Map<String, String> sayings, boolean more, String responderId, String saying) {
			Map<String, String> all = new LinkedHashMap<>(sayings);
			if (more) {
				all.put(responderId, saying);
			}
			return all;
		}

		private Map<String, String> said(Map<String, String> sayings, int round) {
			Map<String, String> said = new LinkedHashMap<>();
			sayings.forEach((responderId, saying) -> said.put(responderId, saying.formatted(round)));
			return said;
		}

		private String responderIdOf(String name, String... properties) {
			return start(Collector.class, Stream.concat(Stream.of("responder.name=" + name), Arrays.stream(properties))
				.toArray(String[]::new)).getBean(SignalResponder.class).getResponderId();
		}

		private PythonPeer.Responder subscriber(String name, Map<String, Object> locks) {
			return python().responder(name,
					Map.of("initialization", answerWithoutRas(), "work", answer(1, name), "break", answer(0)), locks);
		}

	}

	private PythonPeer python() {
		return this.python;
	}

	// Asks no responder twice, unless a property enables it: the first initialization has
	// to be received.
	private ConfigurableApplicationContext start(Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.application.name=" + application.getSimpleName().toLowerCase(Locale.ROOT),
						"exporter.runner-host=bench-host", "exporter.republish-interval=1h"));
		Collections.addAll(all, properties);
		return this.applications.start(application, all.toArray(String[]::new));
	}

	private static Map<String, Object> wildMetadata() {
		Map<String, Object> metadata = new LinkedHashMap<>();
		metadata.put("group", "default");
		metadata.put("directory", null);
		metadata.put("args", Map.of("interrupt", false, "tools", Arrays.asList("sar", null, List.of(), Map.of())));
		metadata.put("", "an empty key");
		metadata.put("schlüssel ☃ 🚀", "\"Anführung\" \\ / \b\f\n\r\t \u0000 \u2028 ß 漢字 𝄞");
		metadata.put("event", "named as a field");
		metadata.put("numbers", List.of(0, -1, Integer.MAX_VALUE, Long.MIN_VALUE, BigInteger.TEN.pow(40), 5.0, 0.1,
				-1.5e300, 2e23, 5e-324));
		return Collections.unmodifiableMap(metadata);
	}

	/**
	 * Has an exporter, and nothing that answers.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Conductor {

	}

	@Configuration(proxyBeanMethods = false)
	static class Collector {

		private final List<Signal> received = new CopyOnWriteArrayList<>();

		private final CompletableFuture<Void> hanging = new CompletableFuture<>();

		List<Signal> received(String event) {
			return this.received.stream().filter((signal) -> signal.event().equals(event)).toList();
		}

		@OnSignal(event = { "go", "größe", Signal.SHUTDOWN })
		void receive(Signal signal) {
			this.received.add(signal);
		}

		@OnSignal(event = "benchmark-start")
		Acknowledgement start(Signal signal, String uuid) {
			return Acknowledgement.success("sampling " + uuid + " of " + signal.tag());
		}

		@OnSignal(event = "work")
		Acknowledgement work(int round) {
			return Acknowledgement.success("round " + round);
		}

		@OnSignal(event = "break")
		boolean breakDown() {
			return false;
		}

		@OnSignal(event = "boom")
		void boom() {
			throw new IllegalStateException("kein Platz ☹");
		}

		@OnSignal(event = "hang")
		CompletionStage<Void> hang() {
			return this.hanging;
		}

	}

}
