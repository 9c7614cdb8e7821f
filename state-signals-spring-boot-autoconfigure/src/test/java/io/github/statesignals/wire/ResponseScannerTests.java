package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link ResponseScanner} reads the usual forms, as the parser does, and nothing else.
 */
class ResponseScannerTests {

	private static final JsonMapper jackson = JsonMapper
		.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())
		.build();

	private static final List<String> USUAL = List.of(
			"{\"responder_id\":\"r-1-resp\",\"publisher_id\":\"p-1\",\"event\":\"start\",\"ras\":1,\"_ss\":{\"v\":1,\"id\":\"17\"}}",
			"{\"responder_id\": \"r-1-resp\", \"publisher_id\": \"p-1\", \"event\": \"start\", \"ras\": 1, \"message\": \"done\"}",
			"{\"responder_id\":\"r-1-resp\",\"publisher_id\":\"*\",\"event\":\"initialization\",\"_ss\":{\"v\":1}}",
			"{\"responder_id\": \"r-1-resp\", \"publisher_id\": \"p-1\", \"event\": \"start\"}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":-5,\"message\":\"\"}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":0,\"message\":\"a b\",\"_ss\":{\"v\":1,\"id\":\"\"}}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"initialization\",\"ras\":1,"
					+ "\"_ss\":{\"v\":1,\"id\":\"3\",\"address\":\"event-signal-reply:{a}:1\",\"seal\":\"x\"}}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"*\",\"event\":\"shutdown\",\"_ss\":{\"v\":1,\"seal\":\"x\"}}");

	private final StringCache<String> strings = new StringCache<>(12, Function.identity());

	private final ResponseScanner scanner = new ResponseScanner(this.strings, false);

	private final SignalCodec codec = new SignalCodec(1_000_000);

	@Test
	void readsUsualForms() {
		for (String json : USUAL) {
			assertThat(scan(json)).as(json).isNotNull().isEqualTo(ScannerTesting.read(json, this::parse));
		}
	}

	@Test
	void readsFormsThatAreWrittenHere() {
		Response response = new Response("r-1-resp", "p-1", "start", 1, "all \"done\"");
		assertThat(scan(this.codec.write(response, null))).as("an escape takes a parser").isNull();
		Response plain = new Response("r-1-resp", "p-1", "start", 999_999_999, "done");
		assertThat(scan(this.codec.write(plain, new ResponseExtension("5"))))
			.isEqualTo(new ReceivedResponse(plain, new ResponseExtension("5"), null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "[]", "null", "{\"responder_id\":\"r\"}",
			"{\"publisher_id\":\"p\",\"responder_id\":\"r\",\"event\":\"e\"}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\"} ",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1.0}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":true}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":01}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":-}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":4294967297}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"message\":null}",
			"{\"responder_id\":\"gr\u00f6\u00dfe\",\"publisher_id\":\"p\",\"event\":\"e\"}",
			"{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"more\":1}" })
	void leavesTheRestToTheParser(String json) {
		assertThat(scan(json)).isNull();
	}

	@Test
	void stringsThatComeAgainAreTheSame() {
		byte[] bytes = bytes("start-start-other");
		assertThat(this.strings.get(bytes, 0, 5)).isSameAs(this.strings.get(bytes, 6, 11));
		assertThat(this.strings.get(bytes, 0, 5).value()).isEqualTo("start");
		assertThat(this.strings.get(bytes, 12, 17).value()).isEqualTo("other");
		assertThat(this.strings.get(bytes, 3, 3).value()).isEmpty();
		byte[] many = new byte[100_000 * 6];
		for (int i = 0; i < 100_000; i++) {
			System.arraycopy(bytes("%06d".formatted(i)), 0, many, i * 6, 6);
		}
		for (int i = 0; i < 100_000; i++) {
			assertThat(this.strings.get(many, i * 6, i * 6 + 6).value()).isEqualTo("%06d".formatted(i));
		}
	}

	@Test
	void readsAfterAnyMessage() {
		List<String> ids = List.of("r", "r1", "r2", "", "r".repeat(128), "r".repeat(129), "r".repeat(500));
		for (String before : ids) {
			for (String next : ids) {
				for (String id : List.of(before, next)) {
					Response response = new Response(id, "p" + id, "e" + id, 1, id);
					ResponseExtension extension = new ResponseExtension("7" + id);
					assertThat(scan(this.codec.write(response, extension)))
						.isEqualTo(new ReceivedResponse(response, extension, null));
				}
			}
		}
	}

	@Test
	void answersMayRepeatAnyPartOfTheOneBefore() {
		Random random = new Random(44);
		int scanned = 0;
		for (int i = 0; i < 20_000; i++) {
			Response response = new Response("r" + random.nextInt(2), "p" + random.nextInt(2), "e" + random.nextInt(2),
					random.nextBoolean() ? random.nextInt(2) : null, (random.nextInt(4) == 0) ? "m" : null);
			ResponseExtension extension = switch (random.nextInt(6)) {
				case 0 -> ResponseExtension.UNDERSTOOD;
				case 1 -> new ResponseExtension("1", null, "a", random.nextBoolean() ? "s" : null, null);
				case 2 -> new ResponseExtension("2", List.of("e0"), null, null, null);
				default -> new ResponseExtension("3" + random.nextInt(3));
			};
			byte[] json = this.codec.write(response, extension);
			ReceivedResponse written = new ReceivedResponse(response, extension, null);
			assertThat(parse(json)).isEqualTo(written);
			assertThat(scan(json)).isEqualTo((extension.handledEvents() != null) ? null : written);
			json[random.nextInt(json.length)] = (byte) "\"\\{}:,01 v\n".charAt(random.nextInt(11));
			ReceivedMessage changed = ScannerTesting.scan(this.scanner, json);
			if (changed != null) {
				scanned++;
				assertThat(changed).isEqualTo(parse(json));
			}
		}
		assertThat(scanned).isBetween(1_000, 19_000);
	}

	@Test
	void writesAsJacksonDoes() {
		Random random = new Random(43);
		String alphabet = "ab-1 \"\\/\u007f\u00e9\n{}";
		for (int i = 0; i < 20_000; i++) {
			String text = random.ints(random.nextInt(4), 0, alphabet.length())
				.mapToObj((at) -> String.valueOf(alphabet.charAt(at)))
				.collect(Collectors.joining());
			Response response = new Response(text, "p" + text, "e", random.nextBoolean() ? random.nextInt() : null,
					random.nextBoolean() ? text : null);
			ResponseExtension extension = random.nextBoolean()
					? new ResponseExtension(random.nextBoolean() ? text : null, null,
							random.nextBoolean() ? "a" + text : null, random.nextBoolean() ? text : null, null)
					: null;
			assertIsWrittenByJackson(this.codec.write(response, extension));
			Signal signal = new Signal(text, "p", "e" + text, "h", random.nextInt(), text, Map.of());
			SignalExtension asked = random.nextBoolean()
					? new SignalExtension(random.nextBoolean() ? text : null, random.nextInt(3) - 1L,
							random.nextInt(3) - 1L, random.nextInt(3) - 1L, random.nextBoolean() ? text : null)
					: null;
			assertIsWrittenByJackson(this.codec.write(signal, asked));
		}
	}

	private static void assertIsWrittenByJackson(byte[] written) {
		assertThat(written).asString().isEqualTo(jackson.writeValueAsString(jackson.readTree(written)));
	}

	private @Nullable ReceivedMessage scan(byte[] json) {
		return scan(new String(json, StandardCharsets.UTF_8));
	}

	private @Nullable ReceivedMessage scan(String json) {
		return ScannerTesting.read(json, (bytes) -> ScannerTesting.scan(this.scanner, bytes));
	}

	private @Nullable ReceivedResponse parse(byte[] json) {
		return (MessageReader.readResponse(json, null, false) instanceof ReceivedResponse read) ? read : null;
	}

	private static byte[] bytes(String json) {
		return json.getBytes(StandardCharsets.UTF_8);
	}

}
