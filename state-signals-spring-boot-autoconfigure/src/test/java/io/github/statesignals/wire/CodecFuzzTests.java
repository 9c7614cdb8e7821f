package io.github.statesignals.wire;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The codec agrees with Jackson about any payload: its scanners read what Jackson's
 * parser reads, or nothing; its values are in the tree that Jackson reads, and come back
 * when it is written. To repeat a failure, set the system property {@code test.fuzz.seed}
 * to the seed in its message.
 */
class CodecFuzzTests {

	private static final Logger logger = LoggerFactory.getLogger(CodecFuzzTests.class);

	private static final int PAYLOADS = 10_000;

	private static final int MANY_PAYLOADS = 500_000;

	private static final List<String> TEXTS = List.of("publisher_id", "process_name", "event", "runner_host", "tag");

	private static final JsonMapper trees = JsonMapper.builder(factory().build()).build();

	private static final JsonMapper writer = JsonMapper
		.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
		.build();

	private static final JsonMapper withoutDuplicates = JsonMapper
		.builder(factory().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
		.build();

	private final SignalCodec codec = new SignalCodec(1_000_000);

	private final StringCache<String> strings = new StringCache<>(12, Function.identity());

	private final SignalScanner signalScanner = new SignalScanner(this.strings);

	private final ResponseScanner responseScanner = new ResponseScanner(this.strings, false);

	private int scanned;

	private int read;

	private int malformed;

	@Test
	void agreesWithJackson() {
		long seed = Long.getLong("test.fuzz.seed", 42);
		for (int i = 0; i < PAYLOADS; i++) {
			check(seed + i);
		}
		// Each way is taken by many.
		assertThat(this.scanned).isGreaterThan(PAYLOADS / 5);
		assertThat(this.read - this.scanned).isGreaterThan(PAYLOADS / 10);
		assertThat(this.malformed).isGreaterThan(PAYLOADS / 5);
	}

	@Test
	@Tag("faults")
	void agreesWithJacksonAboutManyMorePayloads() {
		long seed = Long.getLong("test.fuzz.seed", 1_000_000);
		for (int i = 0; i < MANY_PAYLOADS; i++) {
			check(seed + i);
		}
		logger.info("Read {} payloads: {} by scanners, {} by Jackson, {} malformed", MANY_PAYLOADS, this.scanned,
				this.read - this.scanned, this.malformed);
	}

	private void check(long seed) {
		RandomPayloads payloads = new RandomPayloads(seed);
		byte[] signal = payloads.signal();
		byte[] response = payloads.response();
		try {
			checkSignal(signal);
			checkResponse(response);
			checkLines(response, payloads.response(), this.codec::readResponses, this.codec::readResponse);
			checkLines(signal, payloads.signal(), this.codec::readSignals, this.codec::readSignal);
		}
		catch (AssertionError | RuntimeException ex) {
			throw new AssertionError(
					"Seed %d (test.fuzz.seed), signal %s, response %s".formatted(seed, text(signal), text(response)),
					ex);
		}
	}

	private void checkSignal(byte[] payload) {
		ReceivedSignal scanned = ScannerTesting.scan(this.signalScanner, payload);
		ReceivedSignal parsed = parseSignal(payload);
		count(scanned, parsed);
		if (scanned != null) {
			same(scanned, parsed);
		}
		ReceivedMessage message = this.codec.readSignal(payload);
		if (parsed == null) {
			String problem = ((MalformedMessage) message).problem();
			// A tree has infinity for a number that is too large.
			if (!problem.startsWith("it has a number") && isText(payload)
					&& isSignal(tree(withoutDuplicates, payload))) {
				throw new AssertionError("A signal was refused: " + problem);
			}
			return;
		}
		same(message, parsed);
		same(isText(payload), true);
		JsonNode tree = Objects.requireNonNull(tree(trees, payload));
		Signal signal = parsed.signal();
		same(List.of(signal.publisherId(), signal.processName(), signal.event(), signal.runnerHost(), signal.tag()),
				TEXTS.stream().map((name) -> tree.get(name).asString()).toList());
		same(signal.sampleNo(), tree.get("sample_no").longValue());
		assertSameEntries(signal.metadata(), tree.path("metadata"), parsed.extension() != null);
		if (isWritable(signal.metadata())) {
			byte[] written = this.codec.write(signal, parsed.extension());
			sameDigits(this.codec.readSignal(written), parsed);
			if (signal.metadata().isEmpty()) {
				same(text(written), writer.writeValueAsString(tree(trees, written)));
			}
		}
	}

	private void checkResponse(byte[] payload) {
		ReceivedMessage scanned = ScannerTesting.scan(this.responseScanner, payload);
		ReceivedResponse parsed = parseResponse(payload);
		count(scanned, parsed);
		if (scanned != null) {
			same(scanned, parsed);
		}
		ReceivedMessage message = this.codec.readResponse(payload);
		if (parsed == null) {
			same(message instanceof MalformedMessage, true);
			return;
		}
		same(message, parsed);
		same(isText(payload), true);
		Response response = parsed.response();
		JsonNode tree = Objects.requireNonNull(tree(trees, payload));
		same(List.of(response.responderId(), response.publisherId(), response.event()),
				List.of(tree.get("responder_id").asString(), tree.get("publisher_id").asString(),
						tree.get("event").asString()));
		same(response.ras() != null, tree.has("ras"));
		JsonNode sent = tree.path("message");
		if (sent.isString() || sent.isNull() || sent.isMissingNode()) {
			same(response.message(), sent.isString() ? sent.asString() : null);
		}
		byte[] written = this.codec.write(response, parsed.extension());
		same(this.codec.readResponse(written), parsed);
		same(text(written), writer.writeValueAsString(tree(trees, written)));
	}

	private static void checkLines(byte[] first, byte[] second, Function<byte[], ReceivedMessage> several,
			Function<byte[], ReceivedMessage> one) {
		byte[] lines = JsonLines.join(List.of(first, second));
		ReceivedMessage message = several.apply(lines);
		if (message instanceof ReceivedFrame frame) {
			same(frame.messages(), JsonLines.split(lines).stream().map(one).toList());
		}
		else {
			same(message, one.apply(lines));
		}
	}

	private void count(@Nullable Object scanned, @Nullable Object parsed) {
		this.scanned += (scanned != null) ? 1 : 0;
		this.read += (parsed != null) ? 1 : 0;
		this.malformed += (parsed == null) ? 1 : 0;
	}

	private @Nullable ReceivedSignal parseSignal(byte[] payload) {
		return (MessageReader.readSignal(payload, null) instanceof ReceivedSignal read) ? read : null;
	}

	private @Nullable ReceivedResponse parseResponse(byte[] payload) {
		return (MessageReader.readResponse(payload, null, false) instanceof ReceivedResponse read) ? read : null;
	}

	private static JsonFactoryBuilder factory() {
		return JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(256).maxNumberLength(4_300).build())
			.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);
	}

	private static @Nullable JsonNode tree(JsonMapper mapper, byte[] payload) {
		try {
			// The parser of bytes refuses keys with half a surrogate pair.
			return mapper.readTree(text(payload).replaceFirst("^\ufeff", ""));
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private static boolean isSignal(@Nullable JsonNode tree) {
		return tree != null && tree.isObject()
				&& TEXTS.stream()
					.allMatch((name) -> tree.path(name).isString() && tree.path(name).asString().length() <= 1_024)
				&& tree.path("sample_no").isIntegralNumber() && tree.path("sample_no").canConvertToLong()
				&& (tree.path("metadata").isMissingNode() || tree.path("metadata").isNull()
						|| tree.path("metadata").isObject());
	}

	private static void assertSameEntries(Map<String, @Nullable Object> entries, JsonNode object, boolean extension) {
		List<String> names = object.propertyStream()
			.map(Map.Entry::getKey)
			.filter((name) -> !extension || !name.equals("_ss"))
			.toList();
		same(List.copyOf(entries.keySet()), names);
		entries.forEach((name, value) -> assertSame(value, object.get(name)));
	}

	private static void assertSame(@Nullable Object value, JsonNode node) {
		if (value instanceof Map<?, ?> map) {
			same(map.size(), node.size());
			map.forEach((name, nested) -> assertSame(nested, node.get((String) name)));
		}
		else if (value instanceof List<?> list) {
			same(list.size(), node.size());
			for (int i = 0; i < list.size(); i++) {
				assertSame(list.get(i), node.get(i));
			}
		}
		else if (value instanceof BigDecimal decimal) {
			same(decimal.doubleValue(), node.doubleValue());
		}
		else {
			same(value, switch (node.getNodeType()) {
				case NUMBER -> node.numberValue();
				case STRING -> node.asString();
				case BOOLEAN -> node.asBoolean();
				default -> null;
			});
		}
	}

	// AssertJ takes ten times the time of all the rest.
	private static void same(@Nullable Object actual, @Nullable Object expected) {
		if (!Objects.equals(actual, expected)) {
			throw new AssertionError("Expected %s, and was %s".formatted(expected, actual));
		}
	}

	// A decimal that is written as the text of a double is read as that double.
	private static void sameDigits(ReceivedMessage actual, ReceivedMessage expected) {
		if (!actual.equals(expected)) {
			same(actual.toString(), expected.toString());
		}
	}

	// Infinity is written as a string, and 12E4300 would be written as 1.2E4301.
	private static boolean isWritable(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			return map.values().stream().allMatch(CodecFuzzTests::isWritable);
		}
		if (value instanceof List<?> list) {
			return list.stream().allMatch(CodecFuzzTests::isWritable);
		}
		if (value instanceof BigDecimal decimal) {
			return Math.abs((long) decimal.precision() - decimal.scale() - 1) <= Limits.EXPONENT;
		}
		return !(value instanceof Double number) || Double.isFinite(number);
	}

	private static boolean isText(byte[] payload) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
			return true;
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

	private static String text(byte[] payload) {
		return new String(payload, StandardCharsets.UTF_8);
	}

}
