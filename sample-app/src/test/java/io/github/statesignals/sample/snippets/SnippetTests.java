package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
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
		assertThat(this.exporter.initializeAndWait(5, Duration.ofSeconds(30), "benchmark-start", "benchmark-stop",
				"cache-flip", "cache-refresh", "disk-check", "drain"))
			.isTrue();
	}

	@AfterEach
	void shutdown() {
		this.exporter.shutdown();
	}

	@Test
	void barrier() {
		new ExporterSnippets(this.exporter).barrier();
		assertThat(this.exporter.publish("success").responses()).hasSize(5);
	}

	@Test
	void publish() throws Exception {
		ExporterSnippets snippets = new ExporterSnippets(this.exporter);
		assertThat(snippets.publish().code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(this.handlers.sampler.runs).containsEntry("run-7", "5b1f");
		snippets.publishAsync().get(30, TimeUnit.SECONDS);
		assertThat(this.handlers.sampler.runs).doesNotContainKey("run-7");
	}

	@Test
	void durable(@Autowired SignalExporterFactory exporters, @Autowired SignalResponderFactory responders,
			@Autowired DurableChannels channels) {
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
	void failure() {
		assertThat(publish("benchmark-stop", Map.of("uuid", "5b1f"))).extracting(Answer::ras, Answer::message)
			.containsExactly(0, "never began 5b1f");
	}

	@Test
	void acknowledgement() {
		SignalResult result = this.exporter.signal("cache-flip")
			.metadata("region", "eu")
			.metadata("shard", 5)
			.publish();
		assertThat(result.messages()).hasSize(1).containsValue("evicted 7");
	}

	@Test
	void booleans() {
		assertThat(publish("disk-check", Map.of("bytes", 1)).ras()).isOne();
		assertThat(publish("disk-check", Map.of("bytes", Long.MAX_VALUE)).ras()).isZero();
	}

	@Test
	void future() {
		assertThat(publish("cache-refresh", Map.of("entries", 7))).extracting(Answer::ras, Answer::message)
			.containsExactly(1, "refreshed 7");
	}

	@Test
	void on() {
		SignalResponder.Registration registration = new ResponderSnippets(this.responder).on();
		assertThat(publish("drain", Map.of()).message()).isEqualTo("drained 7");
		registration.close();
		assertThat(publish("drain", Map.of()).message()).isNull();
	}

	@Test
	void listen() {
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
