package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.core.engine.SignalEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A client on the same Redis sends messages in the names of an exporter and a responder.
 */
class ForgedMessagesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final String channel = "forged-" + UUID.randomUUID();

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private ConfigurableApplicationContext publishing;

	private ConfigurableApplicationContext responding;

	private SignalExporter exporter;

	@RegisterExtension
	private final Applications applications = new Applications();

	@BeforeEach
	void start() {
		this.responding = this.applications.start(Working.class, "channel=" + this.channel, "responder.name=worker");
		this.publishing = this.applications.start(Publishing.class, "channel=" + this.channel);
		this.exporter = this.publishing.getBean(SignalExporter.class);
		assertThat(this.exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
	}

	@Test
	void forgedNumbersAndTimesNeitherSilenceNorBlameAnExporter() {
		publish();
		for (long number : List.of(Long.MAX_VALUE, 500L, 3L)) {
			for (String sent : List.of("", ", \"sent\": 0", ", \"sent\": 99999999")) {
				signal("\"seq\": " + number + sent);
				for (int i = 0; i < 3; i++) {
					publish();
				}
			}
		}
		this.exporter.shutdown();
		assertThat(this.exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		publish();
		SignalEngine engine = this.responding.getBean(SignalEngine.class);
		assertThat(engine.counters().expired.sum()).isZero();
		assertThat(engine.counters().refused()).isPositive();
	}

	@Test
	void forgedSignalsDoNotAnswerPublishesOfAnother() {
		this.responding.getBean(Working.class).busy = true;
		CompletableFuture<SignalResult> publish = this.exporter.signal("work").publishAsync();
		for (int guess = 0; guess < 50; guess++) {
			signal("\"id\": \"" + guess + "\"");
		}
		this.responding.getBean(Working.class).busy = false;
		SignalResult result = publish.join();
		assertThat(result.acted()).hasSize(1);
		assertThat(result.messages().values()).containsExactly("did it");
	}

	@Test
	void forgedByesAndHellosDoNotRemoveResponders() {
		String responder = this.exporter.getSubscribers().iterator().next();
		for (int i = 0; i < 100; i++) {
			for (String publisherId : List.of("*", this.exporter.getPublisherId())) {
				response(responder, publisherId, "shutdown", "{\"v\": 1}");
				response(responder, publisherId, "shutdown", "{\"v\": 1, \"seal\": \"forged\"}");
			}
			response("forged-" + i, "*", "initialization", "{\"v\": 1}");
		}
		for (int i = 0; i < 10; i++) {
			publish();
		}
		assertThat(this.exporter.getSubscribers()).containsExactly(responder);
		await().atMost(TIMEOUT)
			.untilAsserted(
					() -> assertThat(this.publishing.getBean(SignalEngine.class).counters().refused()).isPositive());
		publish();
	}

	private void publish() {
		SignalResult result = this.exporter.publish("work");
		assertThat(result.isSuccess()).as(result.toString()).isTrue();
	}

	private void signal(String extension) {
		this.client.redis().publish("event-signal-pubsub:" + this.channel, """
				{"publisher_id": "%s", "process_name": "forged", "event": "work", "runner_host": "elsewhere",
				"sample_no": -1, "tag": "forged", "metadata": {"_ss": {"v": 1, %s}}}
				""".formatted(this.exporter.getPublisherId(), extension));
	}

	private void response(String responderId, String publisherId, String event, String extension) {
		this.client.redis().publish("event-signal-response:" + this.channel, """
				{"responder_id": "%s", "publisher_id": "%s", "event": "%s", "_ss": %s}
				""".formatted(responderId, publisherId, event, extension));
	}

	static class Publishing {

	}

	static class Working {

		private volatile boolean busy;

		@OnSignal(event = "work")
		Acknowledgement work() {
			await().atMost(TIMEOUT).until(() -> !this.busy);
			return Acknowledgement.success("did it");
		}

	}

}
