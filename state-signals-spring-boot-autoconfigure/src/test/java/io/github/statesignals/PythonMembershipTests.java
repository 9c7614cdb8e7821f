package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static io.github.statesignals.PythonPeer.answer;
import static io.github.statesignals.PythonPeer.answerWithoutRas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/**
 * The extensions, where the real Python package is one of the peers: it is served as if
 * there were none.
 */
@Tag("python")
class PythonMembershipTests {

	/**
	 * For events that follow at once, on a busy machine.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@AutoClose
	private final PythonPeer python = PythonPeer.start();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void subscribedPythonResponderReceivesOnlyMetadataThatWasSet() {
		PythonPeer.Responder cpu = this.python.responder("cpu",
				Map.of("initialization", answerWithoutRas(), "*", answer(1)));
		start(Collector.class);
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, PATIENCE, "go")).isTrue();
		for (int i = 0; i < 10; i++) {
			assertThat(exporter.publish("go").isSuccess()).isTrue();
			assertThat(exporter.signal("go").metadata("round", i).publish().isSuccess()).isTrue();
		}
		exporter.shutdown();
		cpu.awaitReceived("shutdown");
		List<Map<String, Object>> expected = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			expected.add(null);
			expected.add(Map.of("round", i));
		}
		assertThat(cpu.metadataOf("go")).isEqualTo(expected);
		assertThat(cpu.metadataOf("shutdown")).containsOnlyNulls();
		// Asked whether it supports extensions.
		assertThat(cpu.metadataOf("initialization"))
			.allSatisfy((metadata) -> assertThat(metadata).containsOnlyKeys("_ss"));
	}

	@Test
	void aPythonResponderThatComesLateEndsTheExtensions() {
		start(Collector.class);
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		PythonPeer.Responder late = this.python.responder("late", Map.of("go", answer(1, "py")));
		assertThat(exporter.initializeAndWait(1, PATIENCE, "go")).isTrue();
		exporter.publish("go");
		late.awaitReceived("go");
		assertThat(late.metadataOf("go")).singleElement()
			.satisfies((metadata) -> assertThat(metadata).containsKey("_ss"));
		late.respond(exporter.getPublisherId(), "initialization", Map.of());
		await().atMost(PATIENCE).until(() -> exporter.getSubscribers().contains(late.responderId()));
		SignalResult result = exporter.publish("go");
		assertThat(result.responses()).hasSize(2);
		assertThat(result.messages()).contains(entry(late.responderId(), "py"));
		assertThat(late.metadataOf("go")).hasSize(2).element(1).isNull();
	}

	@Test
	void aPythonResponderThatComesLateIsAsked() {
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		exporter.initialize("go");
		PythonPeer.Responder late = this.python.responder("late",
				Map.of("initialization", answerWithoutRas(), "go", answer(1)));
		await().atMost(PATIENCE).until(() -> exporter.getSubscribers().contains(late.responderId()));
		assertThat(exporter.publish("go").acted()).containsExactly(late.responderId());
	}

	@Test
	void aPythonResponderSubscribesAgainWhenAJavaOneMakesTheExporterAsk() {
		PythonPeer.Responder cpu = this.python.responder("cpu", Map.of("initialization", answer(1), "go", answer(1)));
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, "go")).isTrue();
		String java = start(Collector.class).getBean(SignalResponder.class).getResponderId();
		await().atMost(PATIENCE).until(() -> exporter.getSubscribers().contains(java));
		assertThat(exporter.getSubscribers()).containsExactlyInAnyOrder(cpu.responderId(), java);
		assertThat(exporter.publish("go").responses()).containsOnlyKeys(cpu.responderId(), java);
		assertThat(cpu.metadataOf("go")).containsOnlyNulls();
	}

	@Test
	void aPythonExporterIsNotDisturbedByJavaRespondersThatComeAndGo() {
		String stays = start(Collector.class).getBean(SignalResponder.class).getResponderId();
		PythonPeer.Exporter exporter = this.python.exporter("bench");
		assertThat(exporter.initializeAndWait(1, "go")).isTrue();
		for (int i = 0; i < 3; i++) {
			CompletableFuture<PythonPeer.Result> publish = exporter.publishAsync("go", Map.of("timeout", 20));
			ConfigurableApplicationContext guest = start(Collector.class);
			// Unlocking sends hello, too.
			guest.getBean(SignalResponder.class).unlock();
			guest.close();
			PythonPeer.Result result = publish.join();
			assertThat(result.code()).isZero();
			assertThat(result.messages()).containsOnlyKeys(stays);
			assertThat(exporter.subscribers()).containsExactly(stays);
		}
		exporter.shutdown();
		assertThat(this.python.log()).isEmpty();
		// It logs a warning only for not being initialized.
		this.python.exporter("marker").publish("go");
		assertThat(this.python.log()).singleElement().asString().contains("SignalExporter.marker");
	}

	@Test
	void aJavaExporterHasTheAnswersOfBothKinds() {
		PythonPeer.Responder python = this.python.responder("py",
				Map.of("initialization", answerWithoutRas(), "go", answer(1, "py")));
		ConfigurableApplicationContext application = start(Collector.class);
		String java = application.getBean(SignalResponder.class).getResponderId();
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, PATIENCE, "go")).isTrue();
		List<CompletableFuture<SignalResult>> publishes = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			publishes.add(exporter.signal("go").sampleNo(i).publishAsync());
			if (i % 2 == 0) {
				publishes.get(i).join();
			}
		}
		for (int i = 0; i < 50; i++) {
			SignalResult result = publishes.get(i).join();
			assertThat(result.isSuccess()).isTrue();
			assertThat(result.messages()).containsOnly(entry(python.responderId(), "py"), entry(java, "java " + i));
		}
		List<Integer> samples = IntStream.range(0, 50).boxed().toList();
		assertThat(application.getBean(Collector.class).samples).isEqualTo(samples);
		assertThat(python.received("sample_no")).filteredOn((sample) -> !sample.equals(-1)).isEqualTo(samples);
		assertThat(python.metadataOf("go")).containsOnlyNulls();
	}

	// Asks no responder twice: a late one has to announce itself.
	private ConfigurableApplicationContext start(Class<?> configuration) {
		return this.applications.start(configuration,
				"spring.application.name=" + configuration.getSimpleName().toLowerCase(Locale.ROOT),
				"exporter.republish-interval=1h");
	}

	@Configuration(proxyBeanMethods = false)
	static class Conductor {

	}

	@Configuration(proxyBeanMethods = false)
	static class Collector {

		private final List<Integer> samples = new CopyOnWriteArrayList<>();

		@OnSignal(event = "go")
		Acknowledgement go(Signal signal) {
			this.samples.add((int) signal.sampleNo());
			return Acknowledgement.success("java " + signal.sampleNo());
		}

	}

}
