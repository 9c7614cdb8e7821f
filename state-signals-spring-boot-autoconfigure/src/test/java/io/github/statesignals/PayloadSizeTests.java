package io.github.statesignals;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.engine.SignalEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Payloads that are too large or unreadable are answered at once.
 */
class PayloadSizeTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final String channel = "sizes-" + UUID.randomUUID();

	@RegisterExtension
	private final Applications applications = new Applications();

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private ConfigurableApplicationContext start(Class<?> configuration, String delivery, String maxPayload) {
		return this.applications.start(configuration, "channel=" + this.channel,
				"channels." + this.channel + ".delivery=" + delivery, "protocol.max-payload=" + maxPayload,
				"responder.name=" + configuration.getSimpleName().toLowerCase());
	}

	private SignalExporter exporter(String delivery, String maxPayload, String... events) {
		SignalExporter exporter = start(Object.class, delivery, maxPayload).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, events)).isTrue();
		return exporter;
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void anAnswerThatIsTooLargeArrivesShortened(String delivery) {
		start(Talking.class, delivery, "4KB");
		ConfigurableApplicationContext sender = start(Object.class, delivery, "4KB");
		SignalExporter exporter = sender.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "say", "fail")).isTrue();
		SignalResult said = exporter.signal("say").timeout(TIMEOUT).publish();
		assertThat(said.isSuccess()).isTrue();
		assertThat(said.messages().values()).singleElement()
			.asString()
			.startsWith("xxx")
			.endsWith("\u2026 (shortened from 2000000 characters)");
		SignalResult failed = exporter.signal("fail").timeout(TIMEOUT).publish();
		assertThat(failed.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(failed.messages().values()).singleElement()
			.asString()
			.startsWith("\ud83d\ude80")
			.endsWith("\u2026 (shortened from 40000 characters)");
		if (failed.id() != null) {
			Map<String, Response> stored = sender.getBean(DurableChannels.class)
				.find(this.channel, failed.id())
				.orElseThrow()
				.acknowledged();
			assertThat(stored).containsKey("talking");
			assertThat(stored.get("talking").message()).isEqualTo(failed.messages().get("talking"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void answerOfAResponderWithAnotherLimitCountsWithoutItsMessage(String delivery) {
		start(Talking.class, delivery, "4MB");
		SignalExporter exporter = exporter(delivery, "1MB", "say");
		SignalResult said = exporter.signal("say").timeout(TIMEOUT).publish();
		assertThat(said.isSuccess()).isTrue();
		assertThat(said.messages().values()).singleElement().asString().startsWith("(left out: it has 2000");
	}

	@Test
	void answerThatIsTooLargeOfAResponderWithoutAHandlerIsNoSuccess() {
		SignalExporter exporter = start(Object.class, "broadcast", "4KB").getBean(SignalExporter.class);
		exporter.initialize("say");
		String response = "{\"responder_id\": \"%s\", \"publisher_id\": \"" + exporter.getPublisherId()
				+ "\", \"event\": \"%s\", \"ras\": 1%s}";
		String responses = "event-signal-response:" + this.channel;
		this.client.redis().publish(responses, response.formatted("legacy", Signal.INITIALIZATION, ""));
		this.client.redis()
			.publish(responses, response.formatted("extended", Signal.INITIALIZATION, ", \"_ss\": {\"v\": 1}"));
		await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().size() == 2);
		CompletableFuture<SignalResult> said = exporter.signal("say").timeout(TIMEOUT).publishAsync();
		String message = ", \"message\": \"" + "x".repeat(100_000) + "\"";
		this.client.redis()
			.publish(responses,
					response.formatted("extended", "say", message + ", \"_ss\": {\"v\": 1, \"handles\": []}"));
		this.client.redis().publish(responses, response.formatted("legacy", "say", message));
		assertThat(said).succeedsWithin(TIMEOUT).satisfies((result) -> {
			assertThat(result.acted()).containsExactly("legacy");
			assertThat(result.unhandled()).containsExactly("extended");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void aSignalThatIsTooLargeFailsAtOnceAndIsNotSent(String delivery) throws Exception {
		Talking responder = start(Talking.class, delivery, "4KB").getBean(Talking.class);
		SignalExporter exporter = exporter(delivery, "4KB", "take");
		SignalSpec large = exporter.signal("take").metadata("x", "x".repeat(5_000)).timeout(Duration.ofDays(1));
		assertThatIllegalArgumentException().isThrownBy(large::publish)
			.withMessageContaining("'take' of '" + exporter.getPublisherId() + "' was not sent: it has 5")
			.withMessageContaining("state-signals.protocol.max-payload allows 4096");
		assertThat(large.publishAsync()).failsWithin(TIMEOUT)
			.withThrowableThat()
			.withCauseInstanceOf(IllegalArgumentException.class);
		// All that there is for it but the extension.
		SignalSpec nearly = exporter.signal("take").metadata("x", "x".repeat(3_850)).timeout(Duration.ofDays(1));
		assertThatIllegalArgumentException().isThrownBy(nearly::publish);
		assertThat(exporter.signal("take").metadata("x", "small").timeout(TIMEOUT).publish().isSuccess()).isTrue();
		assertThat(responder.taken.poll(20, TimeUnit.SECONDS).metadata()).isEqualTo(Map.of("x", "small"));
		assertThat(responder.taken).isEmpty();
		assertThat(responder.missed).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void aSignalThatAResponderCanNotReadIsAnsweredWithTheReason(String delivery) {
		ConfigurableApplicationContext context = start(Talking.class, delivery, "4KB");
		SignalEngine responder = context.getBean(SignalEngine.class);
		SignalExporter exporter = exporter(delivery, "1MB", "take");
		SignalResult result = exporter.signal("take").metadata("x", "x".repeat(200_000)).timeout(TIMEOUT).publish();
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.messages().values()).singleElement()
			.asString()
			.startsWith("The signal can't be read: it has 200")
			.contains("state-signals.protocol.max-payload allows 4096");
		await().untilAsserted(() -> assertThat(responder.counters().malformed.sum()).isOne());
		assertThat(exporter.signal("take").timeout(TIMEOUT).publish().isSuccess()).isTrue();
		assertThat(context.getBean(Talking.class).missed).isEmpty();
	}

	@Test
	void aSignalOfAPeerThatCanNotBeReadIsAnsweredWithTheReason() {
		SignalEngine responder = start(Talking.class, "broadcast", "1MB").getBean(SignalEngine.class);
		BlockingQueue<String> answers = new LinkedBlockingQueue<>();
		this.client.listen((message) -> answers.add(message.message()), "event-signal-response:" + this.channel);
		this.client.redis().publish("event-signal-pubsub:" + this.channel, signal(BigInteger.TWO.pow(70), ""));
		await().atMost(TIMEOUT).until(() -> !answers.isEmpty());
		assertThat(answers.remove()).contains("\"publisher_id\":\"py-1\"", "\"event\":\"take\"", "\"ras\":0",
				"'sample_no' is not a 64-bit integer");
		String deep = "{\"x\":" + "[".repeat(300) + "]".repeat(300) + "}";
		this.client.redis()
			.publish("event-signal-pubsub:" + this.channel, signal(BigInteger.ONE, ", \"metadata\": " + deep));
		await().atMost(TIMEOUT).until(() -> !answers.isEmpty());
		assertThat(answers.remove()).contains("\"ras\":0", "it is nested deeper than 256 levels");
		assertThat(responder.counters().malformed.sum()).isEqualTo(2);
	}

	@Test
	void aStoredSignalThatCanNotBeReadDoesNotStayOutstanding() {
		ConfigurableApplicationContext context = start(Talking.class, "durable", "1MB");
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "take")).isTrue();
		String log = "event-signal:{" + this.channel + "}:log";
		String large = this.client.redis()
			.xadd(log, Map.of("signals",
					signal(BigInteger.ONE, ",\"metadata\":{\"x\":\"" + "x".repeat(1_100_000) + "\"}")));
		String broken = this.client.redis().xadd(log, Map.of("signals", "no JSON"));
		DurableChannels channels = context.getBean(DurableChannels.class);
		for (String entry : new String[] { large, broken }) {
			await().atMost(TIMEOUT).until(() -> channels.find(this.channel, entry + ".0").orElseThrow().isComplete());
			Response answer = channels.find(this.channel, entry + ".0").orElseThrow().acknowledged().get("talking");
			assertThat(answer.ras()).isZero();
			assertThat(answer.message()).startsWith("The signal can't be read: it ");
		}
		await().atMost(TIMEOUT).until(() -> this.client.redis().xpending(log, "talking").getCount() == 0);
		assertThat(context.getBean(SignalEngine.class).counters().malformed.sum()).isEqualTo(2);
		assertThat(exporter.signal("take").timeout(TIMEOUT).publish().isSuccess()).isTrue();
	}

	private static String signal(BigInteger sampleNo, String more) {
		return """
				{"publisher_id": "py-1", "process_name": "py", "event": "take", "runner_host": "h", "sample_no": %d, \
				"tag": "t"%s}""".formatted(sampleNo, more);
	}

	static class Talking {

		private final BlockingQueue<Signal> taken = new LinkedBlockingQueue<>();

		private final BlockingQueue<SignalsMissedEvent> missed = new LinkedBlockingQueue<>();

		@OnSignal(event = "say")
		Acknowledgement say() {
			return Acknowledgement.success("x".repeat(2_000_000));
		}

		@OnSignal(event = "fail")
		Acknowledgement fail() {
			return Acknowledgement.failure("\ud83d\ude80".repeat(20_000));
		}

		@OnSignal(event = "take")
		void take(Signal signal) {
			this.taken.add(signal);
		}

		@org.springframework.context.event.EventListener
		void onMissed(SignalsMissedEvent event) {
			this.missed.add(event);
		}

	}

}
