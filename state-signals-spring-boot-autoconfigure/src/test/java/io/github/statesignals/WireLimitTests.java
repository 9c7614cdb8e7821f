package io.github.statesignals;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.statesignals.core.engine.SignalEngine;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Forged messages with huge numbers and long ids are refused at a bounded cost, and
 * signals that follow are handled.
 */
class WireLimitTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String CHANNEL = "limits-" + UUID.randomUUID();

	@RegisterExtension
	private static final Applications applications = new Applications();

	private static ConfigurableApplicationContext context;

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	@BeforeAll
	static void start() {
		context = applications.start(Receiver.class, "channel=" + CHANNEL, "responder.name=receiver");
	}

	@BeforeEach
	void subscribe() {
		context.getBean(Receiver.class).received.clear();
		this.client.listen((message) -> {
			if (message.message().contains("\"py-1\"")) {
				this.answers.add(message.message());
			}
		}, "event-signal-response:" + CHANNEL);
	}

	private static long malformed() {
		return context.getBean(SignalEngine.class).counters().malformed.sum();
	}

	private void forge(String signal) {
		this.client.redis().publish("event-signal-pubsub:" + CHANNEL, signal);
	}

	private static String signal(String event, String tag, String metadata) {
		return """
				{"publisher_id": "py-1", "process_name": "py", "event": "%s", "runner_host": "h", "sample_no": 1, \
				"tag": "%s", "metadata": %s}""".formatted(event, tag, metadata);
	}

	private void assertThatAGoodSignalIsHandled() throws InterruptedException {
		forge(signal("number", "t", "{\"n\": 1e308}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":1");
		assertThat(context.getBean(Receiver.class).received.poll(20, TimeUnit.SECONDS)).isEqualTo(1e308);
	}

	static Stream<String> hugeNumbers() {
		return Stream.of("1e100000000", "1E+1000000000", "-1e-100000000", "0e99999999999", "1e4301", "9".repeat(4_301),
				"0." + "1".repeat(4_300));
	}

	@ParameterizedTest
	@MethodSource("hugeNumbers")
	void aNumberBeyondTheLimitsIsAnsweredWithTheReason(String number) throws Exception {
		long before = malformed();
		for (String event : List.of("sum", "number", "integer", "typed")) {
			forge(signal(event, "t", "{\"n\": " + number + "}"));
			assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"event\":\"" + event + "\"", "\"ras\":0",
					"The signal can't be read: it has a number ");
		}
		// An id is answered once.
		forge(signal("sum", "t",
				"{\"_ss\": {\"v\": 1, \"id\": \"" + UUID.randomUUID() + "\", \"x\": [" + number + "]}}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":0", "it has a number ");
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(malformed() - before).isEqualTo(5));
		assertThatAGoodSignalIsHandled();
		assertThat(context.getBean(Receiver.class).received).isEmpty();
	}

	@Test
	void aStoredNumberBeyondTheLimitsIsAnsweredWithTheReason() {
		String channel = "stored-" + CHANNEL;
		ConfigurableApplicationContext storing = applications.start(Receiver.class, "channel=" + channel,
				"channels." + channel + ".delivery=durable", "responder.name=receiver");
		SignalExporter exporter = storing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "number")).isTrue();
		String entry = this.client.redis()
			.xadd("event-signal:{" + channel + "}:log", Map.of("signals", signal("sum", "t", "{\"n\": 1e100000000}")));
		DurableChannels channels = storing.getBean(DurableChannels.class);
		await().atMost(TIMEOUT).until(() -> channels.find(channel, entry + ".0").orElseThrow().isComplete());
		Response answer = channels.find(channel, entry + ".0").orElseThrow().acknowledged().get("receiver");
		assertThat(answer.ras()).isZero();
		assertThat(answer.message()).contains("it has a number with an exponent beyond 4300");
		assertThat(exporter.signal("number").metadata("n", 2.5).timeout(TIMEOUT).publish().isSuccess()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "integer, NaN, long", "integer, Infinity, long", "integer, 1e400, long", "integer, 1e4300, long",
			"integer, 9223372036854775808, long", "integer, 9.223372036854775808e18, long", "typed, 2147483648, int",
			"typed, 3e9, int", "typed, NaN, int", "double, 1e400, double", "double, -1e4300, double",
			"float, 1e39, float", "byte, 256, byte", "byte, 128, byte", "byte, 255.5, byte", "list, [1e400], double",
			"decimals, [1e400], double", "integers, [NaN], int", "optional, 1e400, OptionalDouble",
			"count, NaN, OptionalInt", "lifetime, 1e30, Duration", "lifetime, -9223372036854775808.5, Duration",
			"lifetime, NaN, Duration", "instant, 1e400, Instant", "offset, 1e400, OffsetDateTime",
			"zoned, 1e400, ZonedDateTime", "double, \"1e400\", double", "float, \"-1e39\", float",
			"optional, \"1e400\", OptionalDouble", "list, [\"1e400\"], double", "byte, \"200\", byte" })
	void aNumberThatAParameterCanNotHoldIsAnsweredWithTheReason(String event, String number, String type)
			throws Exception {
		forge(signal(event, "t", "{\"n\": " + number + "}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":0", "metadata entry 'n",
				"is out of the range of " + type);
		assertThatAGoodSignalIsHandled();
		assertThat(context.getBean(Receiver.class).received).isEmpty();
	}

	// Jackson reads them for the second time, from a buffer.
	@ParameterizedTest
	@CsvSource(quoteCharacter = '`',
			value = { "measure, `{\"n\": NaN, \"kind\": \"level\"}`, int",
					"measure, `{\"n\": 1e400, \"kind\": \"volume\"}`, double",
					"measure, `{\"n\": 1e39, \"kind\": \"mass\"}`, float",
					"reading, `{\"measure\": {\"n\": Infinity}, \"kind\": \"level\"}`, int",
					"unwrapped, `{\"n\": 1e400}`, double" })
	void aNumberThatFollowsItsTypeIsAnsweredWithTheReason(String event, String metadata, String type) throws Exception {
		forge(signal(event, "t", metadata));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":0", "n' is out of the range of " + type);
		forge(signal(event, "t", metadata.replaceAll("NaN|1e400|1e39|Infinity", "2")));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":1");
		assertThat(context.getBean(Receiver.class).received).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "NaN", "-Infinity", "\"NaN\"", "\"-Infinity\"" })
	void aDoubleMayBeInfinityOrNoNumber(String number) throws Exception {
		forge(signal("double", "t", "{\"n\": " + number + "}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":1");
		assertThat(context.getBean(Receiver.class).received).hasToString("[" + number.replace("\"", "") + "]");
	}

	@Test
	void numbersThatAParameterHoldsAreHandled() throws Exception {
		Map<String, Object> handled = Map.of("integer 9223372036854775807", Long.MAX_VALUE, "typed -2147483648",
				new Typed(Integer.MIN_VALUE), "double 1.7976931348623157e308", Double.MAX_VALUE, "double Infinity",
				Double.POSITIVE_INFINITY, "float 3.4028235e38", Float.MAX_VALUE, "byte -128", Byte.MIN_VALUE,
				"list [1, 2.5]", List.of(1.0, 2.5), "integer -9.223372036854775808e18", Long.MIN_VALUE,
				"lifetime 9223372036854775807.5", Duration.ofSeconds(Long.MAX_VALUE, 500_000_000),
				"decimals [1, Infinity]", new double[] { 1, Double.POSITIVE_INFINITY });
		for (Map.Entry<String, Object> entry : handled.entrySet()) {
			String[] parts = entry.getKey().split(" ", 2);
			forge(signal(parts[0], "t", "{\"n\": " + parts[1] + "}"));
			assertThat(this.answers.poll(20, TimeUnit.SECONDS)).as(entry.getKey()).contains("\"ras\":1");
			assertThat(context.getBean(Receiver.class).received.poll()).isEqualTo(entry.getValue());
		}
	}

	@Test
	void longIdsAreNotSentBack() throws Exception {
		long before = malformed();
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "number")).isTrue();
		String tooLong = "x".repeat(1_025);
		forge(signal("number", tooLong, "{}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":0",
				"The signal can't be read: 'tag' has more than 1024 characters");
		forge(signal(tooLong, "t", "{}"));
		forge(signal("number", "t", "{}").replace("\"py-1\"", "\"py-1" + "x".repeat(1_000_000) + "\""));
		String response = "{\"responder_id\":\"%s\",\"publisher_id\":\"%s\",\"event\":\"%s\",\"ras\":1}";
		for (String forged : List.of(response.formatted(tooLong, exporter.getPublisherId(), Signal.INITIALIZATION),
				response.formatted("r", tooLong, "number"), response.formatted("r", "p", tooLong))) {
			this.client.redis().publish("event-signal-response:" + CHANNEL, forged);
		}
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(malformed() - before).isEqualTo(6));
		assertThat(exporter.getSubscribers()).hasSize(1);
		forge(signal("number", "t", "{\"_ss\": {\"v\": 1, \"id\": \"" + tooLong + "\"}, \"n\": 1}"));
		assertThat(this.answers.poll(20, TimeUnit.SECONDS)).contains("\"ras\":1").hasSizeLessThan(200);
		context.getBean(Receiver.class).received.clear();
		assertThatAGoodSignalIsHandled();
		assertThat(this.answers).isEmpty();
	}

	@Test
	void longTextsAreRefusedBeforeTheyAreSent() {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		String most = "x".repeat(1_024);
		String tooLong = most + "x";
		assertRefused(() -> exporter.signal("e").requires(tooLong), "The name of a required responder has 1025");
		assertRefused(() -> exporter.initialization("e").expectedResponders(tooLong),
				"The id of an expected responder has 1025");
		assertRefused(() -> exporter.signal(tooLong), "The event of a signal has 1025 characters, and 1024 are");
		assertRefused(() -> exporter.signal("e").tag(tooLong), "The tag of a signal has 1025 characters");
		assertRefused(() -> exporter.initialize(tooLong), "A legal event has 1025 characters");
		assertRefused(() -> exporter.initialization("e").tag(tooLong), "The tag of a signal has 1025 characters");
		SignalResponder responder = context.getBean(SignalResponder.class);
		assertRefused(() -> responder.respond(tooLong, "e", 1, null), "The publisher id of a response has 1025");
		assertRefused(() -> responder.respond("p", tooLong, 1, null), "The event of a response has 1025 characters");
		assertRefused(() -> context.getBean(SignalExporterFactory.class).create(most),
				"The publisher id of a SignalExporter has 1061 characters");
		assertRefused(() -> context.getBean(SignalResponderFactory.class).get(most),
				"The id of a SignalResponder has 10");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, most)).isTrue();
		assertThat(exporter.signal(most).tag(most).timeout(TIMEOUT).publish().code())
			.isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	private static void assertRefused(ThrowingCallable call, String message) {
		assertThatIllegalArgumentException().isThrownBy(call)
			.withMessageContaining(message)
			.withMessageContaining("shorten");
	}

	static class Receiver {

		private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

		@OnSignal(event = "sum", condition = "metadata['n'] + 1 > 0")
		void sum(Signal signal) {
			this.received.add(signal);
		}

		@OnSignal(event = "number")
		void number(Number n) {
			this.received.add(n);
		}

		@OnSignal(event = "integer")
		void integer(long n) {
			this.received.add(n);
		}

		@OnSignal(event = "double")
		void decimal(double n) {
			this.received.add(n);
		}

		@OnSignal(event = "optional")
		void optional(OptionalDouble n) {
			this.received.add(n);
		}

		@OnSignal(event = "count")
		void count(OptionalInt n) {
			this.received.add(n);
		}

		@OnSignal(event = "lifetime")
		void lifetime(Duration n) {
			this.received.add(n);
		}

		@OnSignal(event = "instant")
		void instant(Instant n) {
			this.received.add(n);
		}

		@OnSignal(event = "offset")
		void offset(OffsetDateTime n) {
			this.received.add(n);
		}

		@OnSignal(event = "zoned")
		void zoned(ZonedDateTime n) {
			this.received.add(n);
		}

		@OnSignal(event = "float")
		void single(float n) {
			this.received.add(n);
		}

		@OnSignal(event = "byte")
		void tiny(byte n) {
			this.received.add(n);
		}

		@OnSignal(event = "list")
		void list(List<Double> n) {
			this.received.add(n);
		}

		@OnSignal(event = "decimals")
		void decimals(double[] n) {
			this.received.add(n);
		}

		@OnSignal(event = "integers")
		void integers(int[] n) {
			this.received.add(n);
		}

		@OnSignal(event = "typed")
		void typed(Typed typed) {
			this.received.add(typed);
		}

		@OnSignal(event = "measure")
		void measure(Measure measure) {
			this.received.add(measure);
		}

		@OnSignal(event = "reading")
		void reading(Reading reading) {
			this.received.add(reading);
		}

		@OnSignal(event = "unwrapped")
		void unwrapped(Unwrapped unwrapped) {
			this.received.add(unwrapped);
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Level.class, name = "level"),
			@JsonSubTypes.Type(value = Volume.class, name = "volume"),
			@JsonSubTypes.Type(value = Mass.class, name = "mass") })
	interface Measure {

	}

	record Level(int n) implements Measure {

	}

	record Volume(double n) implements Measure {

	}

	record Mass(float n) implements Measure {

	}

	record Reading(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind",
			include = JsonTypeInfo.As.EXTERNAL_PROPERTY) Measure measure) {

	}

	static class Size {

		public double n;

	}

	static class Unwrapped {

		@JsonUnwrapped
		public Size size;

	}

	record Typed(int n) {

	}

}
