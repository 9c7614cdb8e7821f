package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.example.OwnRedis;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.DurableChannels;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.sample.snippets.OtherRedisSnippets.OtherRedis;
import io.github.statesignals.sample.snippets.OtherRedisSnippets.OtherRedisConfiguration;
import io.github.statesignals.sample.snippets.SnapshotSnippets.DiskReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the snippets of README.md. They run with the three collectors of the sample
 * and two more responders.
 */
@SpringBootTest(properties = { "server.port=0", "sample.workload=1ms", "sample.collectors=5",
		"state-signals.channels.rollout.delivery=durable" })
@ActiveProfiles("snippets")
class SnippetTests {

	@Autowired
	private HandlerSnippets handlers;

	private final SignalResponder responder;

	private final SignalExporter exporter;

	SnippetTests(@Autowired SignalResponder responder, @Autowired SignalExporterFactory exporters) {
		this.responder = responder;
		this.exporter = exporters.create("readme");
	}

	@BeforeEach
	void initialize() {
		assertThat(this.exporter.initializeAndWait(6, Duration.ofSeconds(30), "benchmark-start", "benchmark-stop",
				"cache-flip", "cache-refresh", "disk-check", "disk-report", "drain"))
			.isTrue();
	}

	@AfterEach
	void shutdown() {
		this.exporter.shutdown();
	}

	@Test
	void barrierIsPublishedToAllThatAreSubscribed() {
		new ExporterSnippets(this.exporter).barrier();
		assertThat(this.exporter.publish("success").responses()).hasSize(6);
	}

	@Test
	void resultOfAPublishHasTheAnswers() throws Exception {
		ExporterSnippets snippets = new ExporterSnippets(this.exporter);
		assertThat(snippets.publish().code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(this.handlers.sampler.runs).containsEntry("run-7", "5b1f");
		snippets.publishAsync().get(30, TimeUnit.SECONDS);
		assertThat(this.handlers.sampler.runs).doesNotContainKey("run-7");
	}

	@Test
	void statusOfAStoredSignalHasTheAnswers(@Autowired SignalExporterFactory exporters,
			@Autowired SignalResponderFactory responders, @Autowired DurableChannels channels) {
		SignalResponder.Registration registration = responders.get("flipper", "rollout")
			.on("flip", (signal) -> Acknowledgement.success("flipped"));
		SignalExporter rollout = exporters.create("readme", "rollout");
		assertThat(rollout.initializeAndWait(1, Duration.ofSeconds(30), "flip")).isTrue();
		List<String> alerts = new ArrayList<>();
		DurableSnippets durable = new DurableSnippets(rollout, channels, alerts::add);
		SignalStatus status = durable.publish();
		durable.replay();
		assertThat(alerts).isEmpty();
		assertThat(status.acknowledged().get("flipper").message()).isEqualTo("flipped");
		rollout.shutdown();
		registration.close();
	}

	@Test
	void callsOfThePythonPackageHaveEquivalents(@Autowired SignalExporterFactory exporters,
			@Autowired JsonMapper jsonMapper) {
		PythonSnippets python = new PythonSnippets(exporters, jsonMapper);
		assertThat(python.initialize()).isTrue();
		SignalResponder.Registration failing = python.respond(this.responder);
		List<SignalResult> results = python.publish(6);
		failing.close();
		assertThat(results.subList(0, 3)).allSatisfy((result) -> {
			assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(result.messages()).containsEntry(this.responder.getResponderId(), "no disk");
		});
		assertThat(results.get(3).awaited()).isEqualTo(6);
		SignalResponder.Registration byHand = python.respondByHand(this.responder);
		assertThat(publish("drain", Map.of())).extracting(Answer::ras, Answer::message).containsExactly(0, "no disk");
		byHand.close();
		assertThat(python.messages()).containsExactly(
				"{\"publisher_id\":\"p-1\",\"process_name\":\"p\",\"event\":\"start\",\"runner_host\":\"host\","
						+ "\"sample_no\":1,\"tag\":\"t\",\"metadata\":{\"uuid\":\"5b1f\"}}",
				"{\"responder_id\":\"r-1-resp\",\"publisher_id\":\"p-1\",\"event\":\"start\",\"ras\":1,\"message\":\"done\"}");
	}

	@Test
	void objectIsRestoredFromItsSnapshot(@Autowired SnapshotSnippets snapshots) {
		DiskReport report = new DiskReport().add("sda", 5).add("sdb", 3);
		assertThat(this.exporter.emit(report).isSuccess()).isTrue();
		assertThat(snapshots.observed).containsExactly("sdb");
	}

	@Test
	void answersAreReadReactively() {
		SignalResponder.Registration registration = this.responder.on("drain",
				(signal) -> Acknowledgement.failure("busy"));
		PublishingSnippets snippets = new PublishingSnippets(this.exporter);
		assertThat(snippets.reactive().block()).isEqualTo(this.responder.getResponderId());
		assertThat(snippets.progressReactively().collectList().block()).hasSize(7)
			.contains(this.responder.getResponderId() + " busy")
			.endsWith("missing: []");
		registration.close();
	}

	@Test
	void exporterOfAnotherRedisReachesItsRespondersAlone() {
		try (OwnRedis own = new OwnRedis();
				OwnRedis other = new OwnRedis();
				ConfigurableApplicationContext responding = start(other, OtherRedis.class);
				ConfigurableApplicationContext context = start(own, OtherRedis.class, OtherRedisConfiguration.class,
						"--other-redis.url=" + url(other))) {
			responding.getBean(SignalResponder.class).on("start", (signal) -> Acknowledgement.success("other"));
			SignalExporter exporter = context.getBean("otherExporter", SignalExporter.class);
			assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(30), "start")).isTrue();
			assertThat(exporter.publish("start").messages()).containsValue("other");
			SignalExporter application = context.getBean(SignalExporter.class);
			assertThat(application.getPublisherId()).isNotEqualTo(exporter.getPublisherId());
			application.initialize("start");
			assertThat(application.publish("start").awaited()).isZero();
		}
	}

	private static String url(OwnRedis redis) {
		return "redis://127.0.0.1:" + redis.port();
	}

	private static ConfigurableApplicationContext start(OwnRedis redis, Class<?> configuration) {
		return start(redis, configuration, configuration, "");
	}

	private static ConfigurableApplicationContext start(OwnRedis redis, Class<?> one, Class<?> other, String argument) {
		return new SpringApplicationBuilder(one, other).web(WebApplicationType.NONE)
			.run("--spring.data.redis.url=" + url(redis), "--state-signals.exporter.legal-events=start", argument);
	}

	@Test
	void handlerAcknowledgesAFailureWithItsReason() {
		assertThat(publish("benchmark-stop", Map.of("uuid", "5b1f"))).extracting(Answer::ras, Answer::message)
			.containsExactly(0, "never began 5b1f");
	}

	@Test
	void handlerAcknowledgesWithAMessage() {
		SignalResult result = this.exporter.signal("cache-flip")
			.metadata("region", "eu")
			.metadata("shard", 5)
			.publish();
		assertThat(result.messages()).hasSize(1).containsValue("evicted 7");
	}

	@Test
	void handlerThatReturnsFalseHasFailed() {
		assertThat(publish("disk-check", Map.of("bytes", 1)).ras()).isOne();
		assertThat(publish("disk-check", Map.of("bytes", Long.MAX_VALUE)).ras()).isZero();
	}

	@Test
	void handlerAnswersWhenItsFutureCompletes() {
		assertThat(publish("cache-refresh", Map.of("entries", 7))).extracting(Answer::ras, Answer::message)
			.containsExactly(1, "refreshed 7");
	}

	@Test
	void handlerIsRegisteredUntilItIsClosed() {
		SignalResponder.Registration registration = new ResponderSnippets(this.responder).on();
		assertThat(publish("drain", Map.of()).message()).isEqualTo("drained 7");
		registration.close();
		assertThat(publish("drain", Map.of()).message()).isNull();
	}

	@Test
	void listenerAnswersByItselfUntilItIsClosed() {
		SignalResponder.Registration registration = new ResponderSnippets(this.responder).listen();
		assertThat(publish("drain", Map.of()).message()).isEqualTo("received drain");
		registration.close();
		assertThat(publish("drain", Map.of()).message()).isNull();
	}

	private Answer publish(String event, Map<String, Object> metadata) {
		return this.exporter.signal(event)
			.metadata(metadata)
			.publish()
			.responses()
			.get(this.responder.getResponderId());
	}

}
