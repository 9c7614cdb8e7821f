package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Responders that do not announce themselves, as those of Python, and start after the
 * exporter was initialized.
 */
@Timeout(60)
class LateRespondersTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	private final RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", TestRedis.port()));

	@AfterEach
	void disconnect() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.client-type=lettuce", "spring.data.redis.client-type=jedis",
			"channels.stored.delivery=durable" })
	void areAskedAgain(String property) {
		SignalExporter exporter = this.applications.start(Object.class, property, "heartbeat-interval=100ms")
			.getBean(SignalExporter.class);
		exporter.initialize("go");
		try (LegacyResponder first = new LegacyResponder("first");
				LegacyResponder second = new LegacyResponder("second")) {
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(exporter.getSubscribers()).contains(first.id, second.id));
			assertThat(exporter.publish("go").acted()).contains(first.id, second.id);
		}
	}

	@Test
	void areAskedAgainOnANamedChannel() {
		String channel = "channel=late-" + UUID.randomUUID();
		SignalExporter exporter = this.applications.start(Object.class, channel, "heartbeat-interval=100ms")
			.getBean(SignalExporter.class);
		exporter.initialize("go");
		this.applications.start(WithHandler.class, channel, "protocol.extensions=off", "responder.name=late");
		await().atMost(Duration.ofSeconds(20)).until(() -> !exporter.getSubscribers().isEmpty());
		assertThat(exporter.publish("go").acted()).singleElement().asString().startsWith("late-");
	}

	@Test
	void areNotAskedWithoutExtensions() {
		SignalExporter exporter = this.applications
			.start(Object.class, "protocol.extensions=off", "exporter.process-name=off")
			.getBean(SignalExporter.class);
		SignalExporter asking = this.applications
			.start(Object.class, "heartbeat-interval=100ms", "exporter.process-name=asking")
			.getBean(SignalExporter.class);
		exporter.initialize("go");
		asking.initialize("go");
		try (LegacyResponder late = new LegacyResponder("late")) {
			await().atMost(Duration.ofSeconds(20)).until(() -> !asking.getSubscribers().isEmpty());
			exporter.publish("go");
			await().atMost(Duration.ofSeconds(20)).until(() -> late.received.contains("off go"));
			assertThat(late.received).doesNotContain("off initialization");
		}
	}

	static class WithHandler {

		@OnSignal(event = "go")
		void go() {
		}

	}

	/**
	 * Answers every signal with {@code ras} 1 and nothing else.
	 */
	private final class LegacyResponder extends RedisPubSubAdapter<String, String> implements AutoCloseable {

		private final JsonMapper json = new JsonMapper();

		private final String id;

		private final List<String> received = new CopyOnWriteArrayList<>();

		private final StatefulRedisConnection<String, String> responses = LateRespondersTests.this.client.connect();

		private final StatefulRedisPubSubConnection<String, String> signals = LateRespondersTests.this.client
			.connectPubSub();

		LegacyResponder(String id) {
			this.id = id;
			this.signals.addListener(this);
			this.signals.sync().subscribe("event-signal-pubsub");
		}

		@Override
		public void message(String channel, String message) {
			JsonNode signal = this.json.readTree(message);
			this.received.add(signal.get("process_name").asString() + " " + signal.get("event").asString());
			this.responses.async()
				.publish("event-signal-response",
						"{\"responder_id\":\"%s\",\"publisher_id\":\"%s\",\"event\":\"%s\",\"ras\":1}"
							.formatted(this.id, signal.get("publisher_id").asString(), signal.get("event").asString()));
		}

		@Override
		public void close() {
			this.signals.close();
			this.responses.close();
		}

	}

}
