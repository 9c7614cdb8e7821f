package io.github.statesignals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.github.statesignals.core.engine.SignalEngine;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Good signals are answered despite other messages on the channels.
 */
class BadInputTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final int PAYLOADS = 10_000;

	/**
	 * In every payload, and in no line of the log.
	 */
	private static final String MARKER = "s3cr3t";

	private final String channel = "bad-input-" + UUID.randomUUID();

	private final String signals = "event-signal-pubsub:" + this.channel;

	private final String responses = "event-signal-response:" + this.channel;

	private final RedisClient client = RedisClient.create(TestRedis.uri().toString());

	private final StatefulRedisConnection<String, byte[]> redis = this.client
		.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private ConfigurableApplicationContext one;

	private ConfigurableApplicationContext other;

	@RegisterExtension
	private final Applications applications = new Applications();

	@BeforeEach
	void start() {
		this.one = this.applications.start(Working.class, "channel=" + this.channel, "responder.name=one");
		this.other = this.applications.start(Working.class, "channel=" + this.channel, "responder.name=other");
		assertThat(exporter(this.one).initializeAndWait(2, TIMEOUT, "work")).isTrue();
		assertThat(exporter(this.other).initializeAndWait(2, TIMEOUT, "work")).isTrue();
		// Now: every start of an application resets the logging system.
		this.log.start();
		root().addAppender(this.log);
	}

	@AfterEach
	void stop() {
		root().detachAppender(this.log);
		this.client.shutdown(Duration.ZERO, TIMEOUT);
	}

	@Test
	void nothingStopsGoodSignalsFromBeingAnswered() {
		HostilePayloads hostile = new HostilePayloads(20260102);
		long malformed = 0;
		for (int i = 0; i < PAYLOADS; i++) {
			boolean asSignal = hostile.random.nextBoolean();
			Payload payload = (i == PAYLOADS / 2) ? hostile.huge() : hostile.next(asSignal);
			this.redis.async().publish(asSignal ? this.signals : this.responses, payload.bytes());
			malformed += payload.malformed() ? 1 : 0;
			if (i % 200 == 0) {
				assertThatGoodSignalsAreAnswered(i);
			}
		}
		assertThatGoodSignalsAreAnswered(PAYLOADS);
		long expected = malformed;
		assertThat(expected).isBetween(PAYLOADS / 2L, PAYLOADS - 1_000L);
		await().atMost(TIMEOUT).untilAsserted(() -> {
			assertThat(engine(this.one).counters().malformed.sum()).isEqualTo(expected);
			assertThat(engine(this.other).counters().malformed.sum()).isEqualTo(expected);
		});
		assertThatGoodSignalsAreAnswered(PAYLOADS + 1);
		assertThat(engine(this.one).counters().malformed.sum()).isEqualTo(expected);
		// One line a minute, of each application.
		assertThat(warnings()).hasSizeBetween(2, 8)
			.allMatch((line) -> line.contains("Skipped a malformed payload"))
			.noneMatch((line) -> line.contains(MARKER));
	}

	private void assertThatGoodSignalsAreAnswered(int number) {
		for (ConfigurableApplicationContext application : List.of(this.one, this.other)) {
			SignalResult result = exporter(application).signal("work")
				.metadata("number", number)
				.timeout(TIMEOUT)
				.publish();
			assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(result.messages().values()).containsExactly("did " + number, "did " + number);
		}
	}

	private List<String> warnings() {
		return new ArrayList<>(this.log.list).stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.map((event) -> event + " " + ThrowableProxyUtil.asString(event.getThrowableProxy()))
			.toList();
	}

	private static SignalExporter exporter(ConfigurableApplicationContext application) {
		return application.getBean(SignalExporter.class);
	}

	private static SignalEngine engine(ConfigurableApplicationContext application) {
		return application.getBean(SignalEngine.class);
	}

	private static Logger root() {
		return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
	}

	static class Working {

		@OnSignal(event = "work")
		Acknowledgement work(int number) {
			return Acknowledgement.success("did " + number);
		}

	}

	private record Payload(byte[] bytes, boolean malformed) {
	}

	/**
	 * The same ones for the same seed.
	 */
	private static final class HostilePayloads {

		private static final List<String> WRONG_STRINGS = List.of("null", "true", "5", "-1.5", "[]", "{}", "NaN",
				"[\"" + MARKER + "\"]", "{\"" + MARKER + "\":1}");

		private static final Map<String, List<String>> WRONG = Map.of("sample_no",
				List.of("null", "true", "1.0", "\"" + MARKER + "\"", "[]", "9223372036854775808", "1e99999999999"),
				"metadata",
				List.of("false", "0", "\"" + MARKER + "\"", "[]", "[{\"" + MARKER + "\":1}]",
						"{\"" + MARKER + "\":1e99999999999}", "{\"" + MARKER + "\":-INF}", "{\"" + MARKER + "\":01}",
						"{\"" + MARKER + "\":1e100000000}", "{\"" + MARKER + "\":" + "9".repeat(5_000) + "}"),
				"ras", List.of("01", "[", "{\"" + MARKER + "\"}", "9".repeat(5_000)), "message",
				List.of("-", "[\"" + MARKER + "\"", "{]"));

		private static final List<String> ODD_IDS = List.of("", " ", "*", "\\n", "\\u0000", "\\ud800", "🚀", "../..",
				"initialization", "%s%n{}");

		private final Random random;

		HostilePayloads(long seed) {
			this.random = new Random(seed);
		}

		Payload next(boolean asSignal) {
			String good = json(asSignal ? signal() : response());
			return switch (this.random.nextInt(100) / 10) {
				case 0 -> malformed(noise());
				case 1 -> malformed(Arrays.copyOf(bytes(good), this.random.nextInt(bytes(good).length)));
				case 2 -> malformed(bytes(wrongType(asSignal)));
				case 3 -> malformed(bytes(missing(asSignal)));
				case 4 -> malformed(bytes(pick(List.of("[" + good + "]", "[]", "42", "null", "true", "NaN",
						"\"" + MARKER + "\"", "{}", "{\"" + MARKER + "\":{}}", MARKER, " ", good.replace('"', '\'')))));
				case 5 -> malformed(bytes(good + pick(List.of(good, MARKER, "]", ",", "\u0000", "//" + MARKER))));
				case 6 -> malformed(invalidUtf8(good));
				case 7 -> malformed(
						bytes((this.random.nextInt(50) == 0) ? nested(good) : json(asSignal ? response() : signal())));
				default -> new Payload(bytes(good), false);
			};
		}

		/**
		 * A good signal or response, were it not for its 10 MB.
		 * @return the payload
		 */
		Payload huge() {
			Map<String, String> fields = signal();
			fields.putAll(response());
			fields.put("message", "\"" + MARKER.repeat(10 * 1024 * 1024 / MARKER.length()) + "\"");
			return malformed(bytes(json(fields)));
		}

		// Addressed to no responder: each one handles it as any signal.
		private Map<String, String> signal() {
			Map<String, String> fields = new LinkedHashMap<>();
			fields.put("publisher_id", id());
			fields.put("process_name", id());
			fields.put("event",
					(this.random.nextInt(4) == 0) ? pick(List.of("\"initialization\"", "\"shutdown\"")) : id());
			fields.put("runner_host", id());
			fields.put("sample_no", String.valueOf(this.random.nextLong()));
			fields.put("tag", id());
			if (this.random.nextBoolean()) {
				fields.put("metadata",
						pick(List.of("null", "{}", "{\"_ss\":5}", "{\"_ss\":{\"id\":[],\"reply_to\":{}}}",
								"{\"" + MARKER + "\":[NaN,-Infinity,1e400,-0.0]}",
								"{\"number\":" + "9".repeat(4_300) + "}", "{\"number\":1e4300,\"" + MARKER + "\":null}",
								"{\"@class\":\"java.lang.ProcessBuilder\",\"command\":[\"" + MARKER + "\"]}",
								"{\"a\":" + "[".repeat(150) + "]".repeat(150) + "}",
								"{\"" + "x".repeat(10_000) + "\":\"" + MARKER.repeat(100) + "\"}")));
			}
			if (this.random.nextBoolean()) {
				fields.put(pick(List.of("x", "", "_ss", "responder")),
						pick(List.of("null", "[[[{}]]]", "1e99999999999")));
			}
			return fields;
		}

		private Map<String, String> response() {
			Map<String, String> fields = new LinkedHashMap<>();
			fields.put("responder_id", id());
			fields.put("publisher_id", id());
			fields.put("event", pick(List.of("\"work\"", "\"initialization\"", "\"shutdown\"", id())));
			if (this.random.nextBoolean()) {
				fields.put("ras", pick(List.of("1", "0", "true", "null", "1e400", "NaN", "9".repeat(4_300))));
			}
			if (this.random.nextBoolean()) {
				fields.put("message", pick(List.of("null", "\"\"", "\"" + MARKER.repeat(1_000) + "\"")));
			}
			if (this.random.nextBoolean()) {
				fields.put("_ss", pick(List.of("null", "5", "{\"id\":[{}]}", "\"" + MARKER + "\"")));
			}
			return fields;
		}

		private String wrongType(boolean asSignal) {
			Map<String, String> fields = asSignal ? signal() : response();
			String key = pick(asSignal
					? List.of("publisher_id", "process_name", "event", "runner_host", "tag", "sample_no", "metadata")
					: List.of("responder_id", "publisher_id", "event", "ras", "message"));
			fields.put(key, pick(WRONG.getOrDefault(key, WRONG_STRINGS)));
			return json(fields);
		}

		private String missing(boolean asSignal) {
			Map<String, String> fields = asSignal ? signal() : response();
			fields.remove(
					pick(asSignal ? List.of("publisher_id", "process_name", "event", "runner_host", "tag", "sample_no")
							: List.of("responder_id", "publisher_id", "event")));
			return json(fields);
		}

		private String nested(String good) {
			int depth = 100_000;
			return pick(List.of("[".repeat(depth), "{\"n\":".repeat(depth),
					good.substring(0, good.length() - 1) + ",\"x\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
		}

		private byte[] noise() {
			byte[] noise = new byte[this.random.nextInt(200)];
			this.random.nextBytes(noise);
			ByteArrayOutputStream payload = new ByteArrayOutputStream();
			payload.writeBytes(bytes(MARKER));
			payload.writeBytes(noise);
			return (this.random.nextInt(10) == 0) ? new byte[0] : payload.toByteArray();
		}

		private byte[] invalidUtf8(String good) {
			ByteArrayOutputStream payload = new ByteArrayOutputStream();
			payload.writeBytes(bytes(good.substring(0, good.length() - 1) + ",\"x\":\"" + MARKER));
			payload.writeBytes(pick(List.of(new byte[] { (byte) 0xff }, new byte[] { (byte) 0xc3 },
					new byte[] { (byte) 0xe2, (byte) 0x82 }, new byte[] { (byte) 0x80 })));
			payload.writeBytes(bytes("\"}"));
			return payload.toByteArray();
		}

		private String id() {
			return "\"" + pick(ODD_IDS)
					+ ((this.random.nextInt(5) == 0) ? "" : "-" + MARKER + this.random.nextInt(1_000)) + "\"";
		}

		private <T> T pick(List<T> values) {
			return values.get(this.random.nextInt(values.size()));
		}

		private static Payload malformed(byte[] bytes) {
			return new Payload(bytes, true);
		}

		private static String json(Map<String, String> fields) {
			return fields.entrySet()
				.stream()
				.map((field) -> "\"" + field.getKey() + "\":" + field.getValue())
				.collect(Collectors.joining(",", "{", "}"));
		}

		private static byte[] bytes(String text) {
			return text.getBytes(StandardCharsets.UTF_8);
		}

	}

}
