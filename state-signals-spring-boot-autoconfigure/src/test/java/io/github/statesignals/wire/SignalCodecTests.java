package io.github.statesignals.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The JSON of the wire, compared with messages that the Python package wrote and read
 * when it was asked ({@code src/test/resources/wire}), and with any other input.
 */
class SignalCodecTests {

	private static final long MAX_PAYLOAD = 1024 * 1024;

	/**
	 * Part of every malformed payload, and of no message about one.
	 */
	private static final String MARKER = "s3cr3t";

	private static final String SIX_KEYS = """
			"publisher_id":"p-1","process_name":"p","event":"e","runner_host":"h","sample_no":3,"tag":"t\"""";

	private static final String THREE_KEYS = """
			"responder_id":"r-1-resp","publisher_id":"p-1","event":"e\"""";

	/**
	 * Reads any JSON as it is, numbers without loss.
	 */
	private static final JsonMapper mapper = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(
					StreamReadConstraints.builder().maxNestingDepth(100_000).maxNumberLength(100_000).build())
			.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
			.build())
		.enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final List<Map<String, @Nullable Object>> pythonReads = rows("python-reads");

	private final SignalCodec codec = new SignalCodec(MAX_PAYLOAD);

	private byte[] write(Signal signal) {
		return this.codec.write(signal, null);
	}

	private byte[] write(Response response) {
		return this.codec.write(response, null);
	}

	private Signal readSignal(byte[] payload) throws MalformedPayloadException {
		return ScannerTesting.signal(this.codec, payload).signal();
	}

	private Response readResponse(byte[] payload) throws MalformedPayloadException {
		return ScannerTesting.response(this.codec, payload).response();
	}

	@Test
	void writesASignalWithItsFirstSixKeysAlways() {
		assertThat(text(write(new Signal("p-1", "p", "e", "h", 0, "", Map.of())))).isEqualTo("""
				{"publisher_id":"p-1","process_name":"p","event":"e","runner_host":"h","sample_no":0,"tag":""}""");
	}

	@Test
	void writesMetadataLastAndAsItIs() {
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		metadata.put("group", "default");
		metadata.put("directory", null);
		metadata.put("args", Map.of("interrupt", false));
		metadata.put("list", List.of(1, 2.5, "x", List.of(), Map.of()));
		assertThat(text(write(new Signal("p-1", "p", "e", "h", -1, "t", metadata)))).isEqualTo(
				"""
						{"publisher_id":"p-1","process_name":"p","event":"e","runner_host":"h","sample_no":-1,"tag":"t",\
						"metadata":{"group":"default","directory":null,"args":{"interrupt":false},"list":[1,2.5,"x",[],{}]}}""");
	}

	@Test
	void writesAResponseWithoutMissingFields() {
		assertThat(text(write(new Response("r-1-resp", "p-1", "e", null, null)))).isEqualTo("{" + THREE_KEYS + "}");
		assertThat(text(write(new Response("r-1-resp", "p-1", "e", 1, null))))
			.isEqualTo("{" + THREE_KEYS + ",\"ras\":1}");
		assertThat(text(write(new Response("r-1-resp", "p-1", "e", null, "here"))))
			.isEqualTo("{" + THREE_KEYS + ",\"message\":\"here\"}");
		assertThat(text(write(new Response("r-1-resp", "p-1", "e", -1, ""))))
			.isEqualTo("{" + THREE_KEYS + ",\"ras\":-1,\"message\":\"\"}");
	}

	@Test
	void writesAnyStringInAscii() throws MalformedPayloadException {
		String anything = "Größe 状態 🚀 \ud800 \u0000 \u007f \u2028 \" \\ / \t\n";
		// Half a character is nothing that Jackson reads in a key.
		String key = anything.replace("\ud800", "");
		byte[] signal = write(new Signal(anything, anything, anything, anything, 1, anything,
				Map.of(key, List.of(Map.of(key, anything)))));
		byte[] response = write(new Response(anything, anything, anything, 1, anything));
		for (byte[] payload : List.of(signal, response)) {
			assertThat(text(payload)).matches("[ -\u007f]+");
		}
		assertThat(parse(signal).values()).filteredOn(String.class::isInstance).containsOnly(anything);
		assertThat(parse(response).values()).filteredOn(String.class::isInstance).containsOnly(anything);
		assertThat(readSignal(signal).metadata()).isEqualTo(Map.of(key, List.of(Map.of(key, anything))));
	}

	@ParameterizedTest
	@MethodSource("signalsThatPythonReceived")
	void writesSignalsOfAFormThatPythonReceived(Map<String, @Nullable Object> row) {
		Map<String, @Nullable Object> received = parse(payload(row));
		Signal signal = signalOf(received);
		Map<String, @Nullable Object> written = parse(write(signal));
		assertThat(written.keySet()).startsWith("publisher_id", "process_name", "event", "runner_host", "sample_no",
				"tag");
		if (signal.metadata().isEmpty()) {
			received.remove("metadata");
		}
		assertThat(written).isEqualTo(received);
		assertThat(forms("signal", "heard")).contains(form(written));
	}

	static Stream<Named<Map<String, @Nullable Object>>> signalsThatPythonReceived() {
		return pythonReads.stream()
			.filter((row) -> row.get("to").equals("signal") && row.get("python").equals("heard"))
			// Never written by Java: see Signal.sampleNo, the extensions and
			// MetadataConverter.
			.filter((row) -> !name(row).matches("sample_no (2\\*\\*70|true)|.*_ss.*|.*NaN.*|.*500 deep"))
			.map(SignalCodecTests::named);
	}

	@ParameterizedTest
	@MethodSource("responsesThatPythonCounted")
	void writesResponsesOfAFormThatPythonCounted(Map<String, @Nullable Object> row) {
		Map<String, @Nullable Object> counted = parse(payload(row));
		Map<String, @Nullable Object> written = parse(write(responseOf(counted)));
		assertThat(written).isEqualTo(counted);
		assertThat(forms("response", "counted-success", "counted-failure", "heard")).contains(form(written));
	}

	static Stream<Named<Map<String, @Nullable Object>>> responsesThatPythonCounted() {
		return pythonReads.stream()
			.filter((row) -> row.get("to").equals("response"))
			.filter((row) -> String.valueOf(row.get("python")).matches("heard|counted-.*"))
			// Never written by Java: see Response and the extensions.
			.filter((row) -> name(row).matches("(?!.*_ss).*") && !form(parse(payload(row)))
				.matches(".*(NULL|BOOLEAN|FLOAT|OBJECT|ARRAY|(_id|event)=INTEGER" + "|ras=STRING|message=INTEGER).*"))
			.filter((row) -> !name(row).contains("1180591620717411303424"))
			.map(SignalCodecTests::named);
	}

	@ParameterizedTest
	@MethodSource("signalsOfPython")
	void readsMessagesOfPython(Map<String, @Nullable Object> row) throws MalformedPayloadException {
		assertReads(payload(row));
	}

	static Stream<Named<Map<String, @Nullable Object>>> signalsOfPython() {
		return rows("python-signals").stream()
			.filter((row) -> !name(row).matches("big sample|sample True.*"))
			.map(SignalCodecTests::named);
	}

	@ParameterizedTest
	@ValueSource(longs = { 2147483648L, -2147483649L, Long.MAX_VALUE, Long.MIN_VALUE })
	void readsASampleNumberOf64Bits(long number) throws MalformedPayloadException {
		Signal signal = new Signal("p-1", "p", "e", "h", number, "t", Map.of());
		assertThat(readSignal(write(signal))).isEqualTo(signal);
	}

	@Test
	void refusesASampleNumberThatIsNot64Bits() {
		List<Map<String, @Nullable Object>> rows = rows("python-signals").stream()
			.filter((row) -> name(row).matches("big sample|sample True.*"))
			.toList();
		assertThat(rows).hasSize(2).allSatisfy((row) -> assertMalformedSignal(payload(row)));
	}

	@ParameterizedTest
	@MethodSource("responsesOfPython")
	void readsTheResponsesThatPythonWrote(Map<String, @Nullable Object> row) throws MalformedPayloadException {
		Map<String, @Nullable Object> expected = parse(payload(row));
		Response response = readResponse(payload(row));
		assertThat(response.responderId()).isEqualTo(expected.get("responder_id"));
		assertThat(response.publisherId()).isEqualTo(expected.get("publisher_id"));
		assertThat(response.event()).isEqualTo(expected.get("event"));
		assertThat(response.message()).isEqualTo(expected.get("message"));
		Object ras = expected.get("ras");
		if (ras instanceof BigInteger number && number.bitLength() < 32) {
			assertThat(response.ras()).isEqualTo(number.intValueExact());
		}
		else if (expected.containsKey("ras")) {
			assertThat(response.ras()).isEqualTo(Boolean.TRUE.equals(ras) ? 1 : 0);
		}
		else {
			assertThat(response.ras()).isNull();
		}
	}

	static Stream<Named<Map<String, @Nullable Object>>> responsesOfPython() {
		return rows("python-responses").stream().map(SignalCodecTests::named);
	}

	@ParameterizedTest
	@MethodSource("signalsThatPythonReads")
	void readsAllThatPythonReads(Map<String, @Nullable Object> row) throws MalformedPayloadException {
		assertReads(payload(row));
	}

	static Stream<Named<Map<String, @Nullable Object>>> signalsThatPythonReads() {
		return pythonReads.stream()
			.filter((row) -> row.get("to").equals("signal") && row.get("python").equals("heard"))
			.filter((row) -> !name(row).matches("sample_no (2\\*\\*70|true)|metadata nested 500 deep"))
			.map(SignalCodecTests::named);
	}

	@Test
	void countsTheResponsesThatPythonCounts() throws MalformedPayloadException {
		for (Map<String, @Nullable Object> row : pythonReads) {
			if (String.valueOf(row.get("python")).startsWith("counted-")) {
				Response response = readResponse(payload(row));
				assertThat(response.ras()).as(name(row)).isNotNull();
				assertThat(response.ras() == 1).as(name(row)).isEqualTo(row.get("python").equals("counted-success"));
			}
		}
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', delimiter = ';', value = { "5; 5", "true; true", "1.50; 1.50", "NaN; NaN", "null;",
			"[ 1, \"a\"]; [1,\"a\"]", "{\"a\": [1, {}], \"b\":null}; {\"a\":[1,{}],\"b\":null}" })
	void readsAMessageOfAnyType(String sent, @Nullable String expected) throws MalformedPayloadException {
		assertThat(readResponse(response(",\"message\":" + sent + ",\"ras\":1")))
			.isEqualTo(new Response("r-1-resp", "p-1", "e", 1, expected));
	}

	@Test
	void readsOrRefusesAllThatWasTriedOnPython() {
		assertThat(pythonReads).hasSizeGreaterThan(180).allSatisfy((row) -> {
			try {
				readSignal(payload(row));
			}
			catch (MalformedPayloadException ex) {
				assertThat(ex).hasMessageNotContaining("java-bench");
			}
			try {
				readResponse(payload(row));
			}
			catch (MalformedPayloadException ex) {
				assertThat(ex).hasMessageNotContaining("java-cpu");
			}
		});
	}

	@ParameterizedTest
	@MethodSource
	void readsANumberAsItWasSent(String sent, Number expected) throws MalformedPayloadException {
		Object read = readEntry(sent);
		assertThat(read).isEqualTo(expected);
		// It is sent on as it came.
		byte[] written = write(new Signal("p-1", "p", "e", "h", 3, "t", Map.of("n", expected)));
		assertThat(readSignal(written).metadata()).isEqualTo(Map.of("n", expected));
	}

	static Stream<Object[]> readsANumberAsItWasSent() {
		return Stream.of(new Object[] { "0", 0 }, new Object[] { "-0", 0 }, new Object[] { "2147483647", 2147483647 },
				new Object[] { "2147483648", 2147483648L },
				new Object[] { "-9223372036854775808", -9223372036854775808L },
				new Object[] { "9223372036854775808", BigInteger.ONE.shiftLeft(63) },
				new Object[] { "1180591620717411303424", BigInteger.TWO.pow(70) },
				new Object[] { "-1180591620717411303424", BigInteger.TWO.pow(70).negate() },
				new Object[] { "9".repeat(4300), BigInteger.TEN.pow(4300).subtract(BigInteger.ONE) },
				new Object[] { "0.1", 0.1 }, new Object[] { "0.10", new BigDecimal("0.10") },
				new Object[] { "1.0", 1.0 }, new Object[] { "1e0", 1.0 }, new Object[] { "1e+300", 1e300 },
				new Object[] { "1.0E300", 1e300 }, new Object[] { "-0.0", -0.0 },
				new Object[] { "0.3333333333333333", 0.3333333333333333 }, new Object[] { "1e16", 1e16 },
				new Object[] { "1.7976931348623157e+308", Double.MAX_VALUE },
				new Object[] { "4.9E-324", Double.MIN_VALUE }, new Object[] { "1e400", new BigDecimal("1e400") },
				new Object[] { "-1e400", new BigDecimal("-1e400") },
				new Object[] { "1e-400", new BigDecimal("1e-400") },
				new Object[] { "1E+4300", new BigDecimal("1E+4300") },
				new Object[] { "1e-4300", new BigDecimal("1E-4300") },
				new Object[] { "0.1234567890123456789012345678901234567891",
						new BigDecimal("0.1234567890123456789012345678901234567891") },
				new Object[] { "1.00000000000000000001", new BigDecimal("1.00000000000000000001") },
				new Object[] { "10.00", new BigDecimal("10.00") }, new Object[] { "0.00", new BigDecimal("0.00") },
				new Object[] { "-0.00", -0.0 }, new Object[] { "-10.50", new BigDecimal("-10.50") },
				new Object[] { "1E+2", new BigDecimal("1E+2") }, new Object[] { "1E2", new BigDecimal("1E+2") },
				new Object[] { "1E-7", new BigDecimal("1E-7") }, new Object[] { "1.0E-7", 1.0E-7 },
				new Object[] { "1e-07", 1.0E-7 }, new Object[] { "0.0001", 1.0E-4 },
				new Object[] { "1700000000.0", 1.7E9 },
				new Object[] { "1700000000.50", new BigDecimal("1700000000.50") },
				new Object[] { "0.10000000000000001", new BigDecimal("0.10000000000000001") },
				new Object[] { "1.50e3", new BigDecimal("1.50e3") }, new Object[] { "1.0e16", 1e16 },
				new Object[] { "0E+3", new BigDecimal("0E+3") }, new Object[] { "5e-323", 4.9E-323 });
	}

	@ParameterizedTest
	@ValueSource(strings = { "10.00", "10.0", "10", "0.10", "0.1", "0.0001", "0.000", "0", "0.0", "1E+2", "1E-7",
			"1.0E-7", "1.0E+10", "10000000.0", "12345678.90", "-1.50", "99999999999999999999.99", "1E+400", "1E-400",
			"0E+3", "0E-10", "123456789012345678901234567890", "2.0E+23", "1E+4300", "1E-4300" })
	void aDecimalHasTheSameDigitsAndScaleWhenRead(String text) throws MalformedPayloadException {
		BigDecimal decimal = new BigDecimal(text);
		byte[] written = write(new Signal("p-1", "p", "e", "h", 3, "t", Map.of("n", List.of(Map.of("m", decimal)))));
		Object read = ((Map<?, ?>) ((List<?>) readSignal(written).metadata().get("n")).get(0)).get("m");
		// As any converter does it.
		assertThat((read instanceof Double number) ? BigDecimal.valueOf(number) : new BigDecimal(read.toString()))
			.isEqualTo(decimal);
	}

	// On some JDKs Double.toString does not give the shortest decimal: 2.0E23 is one of
	// its 10,000 cases.
	@ParameterizedTest
	@ValueSource(strings = { "2e+23", "5e-324", "5.684341886080802e-14", "8.41e+21", "9.5367431640625e-07" })
	void readsEachDoubleThatPythonWritesAsThatDouble(String repr) throws MalformedPayloadException {
		assertThat(readEntry(repr)).isEqualTo(Double.valueOf(repr));
	}

	@ParameterizedTest
	@MethodSource("unreadableNumbers")
	void refusesToWriteANumberThatCanNotBeRead(Number number) {
		Signal signal = new Signal("p-1", "p", "start", "h", 1, "t", Map.of("x", List.of(Map.of("n", number))));
		assertThatIllegalArgumentException().isThrownBy(() -> write(signal))
			.withMessageContaining("'start' of 'p-1' was not sent")
			.withMessageContaining("4300")
			.withMessageContaining("Send it as a string");
	}

	static Stream<Number> unreadableNumbers() {
		return Stream.of(BigInteger.TEN.pow(4_300), BigInteger.TEN.pow(4_300).negate(), new BigDecimal("1E+4301"),
				new BigDecimal("1E-4301"), new BigDecimal("1.5E+100000000"), new BigDecimal("0E+4301"),
				new BigDecimal("0." + "1".repeat(4_300)), BigDecimal.TEN.pow(4_299).add(new BigDecimal("0.11")));
	}

	@Test
	void writesAnyNumberThatCanBeRead() throws MalformedPayloadException {
		for (Number number : List.of(BigInteger.TEN.pow(4_300).subtract(BigInteger.ONE), new BigDecimal("1E+4300"),
				new BigDecimal("0." + "1".repeat(4_299)), new BigDecimal("-9.99E-4300"))) {
			Map<String, @Nullable Object> metadata = Map.of("n", number);
			assertThat(readSignal(write(new Signal("p-1", "p", "e", "h", 1, "t", metadata))).metadata())
				.isEqualTo(metadata);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "5e-324", "4.9E-324", "1e308", "2.2250738585072014e-308", "1e-4300", "0.1" })
	void readingANumberAllocatesABoundedNumberOfBytes(String number) throws MalformedPayloadException {
		int count = 10_000;
		byte[] payload = signal(",\"metadata\":{\"n\":[" + (number + ",").repeat(count - 1) + number + "]}");
		readSignal(payload);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		readSignal(payload);
		assertThat((threads.getCurrentThreadAllocatedBytes() - before) / count).isLessThan(6_000);
	}

	@Test
	void readsNaN() throws MalformedPayloadException {
		assertThat(readEntry("[NaN,Infinity,-Infinity]"))
			.isEqualTo(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\ud800", "\udc00", "a\udc00\ud800b", "\ud83d\ude80\ud83d" })
	void readsKeysWithHalfASurrogatePair(String key) throws MalformedPayloadException {
		Map<String, @Nullable Object> metadata = Map.of(key, Map.of(key, key));
		assertThat(readSignal(write(new Signal("p-1", "p", "e", "h", 1, "t", metadata))).metadata())
			.isEqualTo(metadata);
	}

	@Test
	void readsKeysOfAnyLength() throws MalformedPayloadException {
		Map<String, @Nullable Object> metadata = Map.of("k".repeat(60_000), List.of());
		assertThat(readSignal(write(new Signal("p-1", "p", "e", "h", 1, "t", metadata))).metadata())
			.isEqualTo(metadata);
	}

	// By default Jackson's parsers store thousands of them, of any length.
	@Test
	void doesNotStoreKeys() throws MalformedPayloadException {
		MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
		long[] used = new long[2];
		for (int i = 0; i < 2_000; i++) {
			if (i == 1_000) {
				memory.gc();
				used[0] = memory.getHeapMemoryUsage().getUsed();
			}
			readSignal(signal(",\"metadata\":{\"" + "k".repeat(40_000) + i + "\":[]}"));
		}
		memory.gc();
		used[1] = memory.getHeapMemoryUsage().getUsed();
		assertThat(used[1] - used[0]).isLessThan(20_000_000);
	}

	@Test
	void readsNothingForMetadataThatIsNone() throws MalformedPayloadException {
		assertThat(readSignal(signal("")).metadata()).isEmpty();
		assertThat(readSignal(signal(",\"metadata\":null")).metadata()).isEmpty();
		assertThat(readSignal(signal(",\"metadata\":{}")).metadata()).isEmpty();
	}

	@Test
	void doesNotPassTheReservedKeyToHandlers() throws MalformedPayloadException {
		assertThat(readSignal(signal(",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"1\"}}")).metadata()).isEmpty();
		assertThat(readSignal(signal(",\"metadata\":{\"a\":1,\"_ss\":7,\"b\":{\"_ss\":\"mine\"}}")).metadata())
			.as("without a version it is the publisher's own")
			.isEqualTo(Map.of("a", 1, "_ss", 7, "b", Map.of("_ss", "mine")));
	}

	@Test
	void toleratesKeysItDoesNotKnow() throws MalformedPayloadException {
		String unknown = ",\"_ss\":{\"v\":1,\"id\":\"1\",\"x\":[1,{\"event\":\"other\"}]},\"Tag\":5,\"\":null,\"x\":[[]]";
		assertThat(readSignal(signal(unknown + ",\"metadata\":{\"a\":1}")))
			.isEqualTo(new Signal("p-1", "p", "e", "h", 3, "t", Map.of("a", 1)));
		assertThat(readResponse(response(unknown + ",\"ras\":1")))
			.isEqualTo(new Response("r-1-resp", "p-1", "e", 1, null));
	}

	@Test
	void takesTheLastOfDuplicateKeys() throws MalformedPayloadException {
		assertThat(readSignal(
				signal(",\"tag\":\"last\",\"sample_no\":4,\"metadata\":{\"a\":1},\"metadata\":{\"b\":1,\"b\":2}"))
			.toString()).isEqualTo(new Signal("p-1", "p", "e", "h", 4, "last", Map.of("b", 2)).toString());
		assertThat(readSignal(signal(",\"metadata\":{\"a\":1},\"metadata\":null")).metadata()).isEmpty();
		assertThat(readResponse(response(",\"ras\":0,\"message\":\"a\",\"ras\":1,\"message\":null,\"event\":\"last\"")))
			.isEqualTo(new Response("r-1-resp", "p-1", "last", 1, null));
	}

	@ParameterizedTest
	@CsvSource({ "true,1", "1,1", "1.0,1", "1e0,1", "10e-1,1", "false,0", "null,0", "0,0", "0.0,0", "-0.0,0", "2,2",
			"-1,-1", "2147483647,2147483647", "1.5,0", "2.0,0", "-1.0,0", "2147483648,0", "1180591620717411303424,0",
			"-1180591620717411303424,0", "1e400,0", "1e99999999999,0", "NaN,0", "Infinity,0", "-Infinity,0", "\"1\",0",
			"\"true\",0", "[1],0", "{\"ras\":1},0" })
	void takesForSuccessAllThatEqualsOneInPython(String sent, int expected) throws MalformedPayloadException {
		assertThat(readResponse(response(",\"ras\":" + sent)).ras()).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "\u00fc" })
	void readsTextsOfUpTo1024Characters(String character) throws MalformedPayloadException {
		String text = character.repeat(1_024);
		Signal signal = new Signal(text, text, text, text, 1, text, Map.of());
		assertThat(readSignal(write(signal))).isEqualTo(signal);
		Response response = new Response(text, text, text, 1, text.repeat(10));
		assertThat(readResponse(write(response))).isEqualTo(response);
	}

	@Test
	void readsNoRasWhereThereIsNone() throws MalformedPayloadException {
		assertThat(readResponse(response(""))).isEqualTo(new Response("r-1-resp", "p-1", "e", null, null));
	}

	@Test
	void readsAllEncodingsOfJson() throws MalformedPayloadException {
		byte[] raw = "\ufeff\r\n {\"tag\":\"Größe 🚀\\uD83D\\ude80 \\/\",%s} \t".formatted(SIX_KEYS.replace("tag", "x"))
			.getBytes(StandardCharsets.UTF_8);
		assertThat(readSignal(raw).tag()).isEqualTo("Größe 🚀🚀 /");
	}

	@ParameterizedTest
	@MethodSource
	void refusesAMalformedSignalAndQuotesNothing(byte[] payload) {
		assertMalformedSignal(payload);
	}

	static Stream<Named<byte[]>> refusesAMalformedSignalAndQuotesNothing() {
		Map<String, String> fields = new LinkedHashMap<>();
		for (String key : List.of("publisher_id", "process_name", "event", "runner_host", "tag")) {
			fields.put(key, "\"" + MARKER + "\"");
		}
		fields.put("sample_no", "3");
		Map<String, byte[]> payloads = notEvenJson(SIX_KEYS);
		for (String key : fields.keySet()) {
			List<String> wrong = key.equals("sample_no")
					? List.of("null", "true", "1.0", "1e0", "NaN", "\"1\"", "[]", "{}", "9223372036854775808",
							"-9223372036854775809", "1180591620717411303424", "-INF", "1e99999999999")
					: List.of("null", "false", "5", "1.5", "[]", "[\"" + MARKER + "\"]", "{}", "NaN",
							"\"" + MARKER + "x".repeat(1_024) + "\"", "\"" + MARKER + "\\u00fc".repeat(1_024) + "\"");
			addBroken(payloads, fields, key, wrong);
		}
		for (String wrong : List.of("[]", "\"" + MARKER + "\"", "1", "false", "[{\"" + MARKER + "\":1}]", "1.5")) {
			payloads.put("metadata " + wrong, signal(",\"" + MARKER + "\":1,\"metadata\":" + wrong));
		}
		for (String number : List.of("-INF", "1e99999999999", "0e99999999999", "1e-99999999999", "1e2147483649",
				"1e2147483647", "1e4301", "1E+4301", "-1.5e-4301", "0e4301", "9".repeat(4_301),
				"0." + "9".repeat(4_301), "01", "1.", ".5", "+1", "0x10", "1_000", "--1")) {
			payloads.put("number " + abbreviate(number), signal(",\"metadata\":{\"" + MARKER + "\":[" + number + "]}"));
		}
		payloads.put("response", bytes("{" + THREE_KEYS + ",\"message\":\"" + MARKER + "\"}"));
		return allNamed(payloads);
	}

	@ParameterizedTest
	@MethodSource
	void refusesAMalformedResponseAndQuotesNothing(byte[] payload) {
		assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> readResponse(payload))
			.satisfies(SignalCodecTests::quotesNothing);
	}

	static Stream<Named<byte[]>> refusesAMalformedResponseAndQuotesNothing() {
		Map<String, String> fields = new LinkedHashMap<>();
		for (String key : List.of("responder_id", "publisher_id", "event")) {
			fields.put(key, "\"" + MARKER + "\"");
		}
		Map<String, byte[]> payloads = notEvenJson("\"ras\":1," + THREE_KEYS);
		for (String key : fields.keySet()) {
			addBroken(payloads, fields, key, List.of("null", "true", "5", "1.5", "[]", "[\"" + MARKER + "\"]", "{}",
					"\"" + MARKER + "x".repeat(1_024) + "\"", "\"" + MARKER + "\\u00fc".repeat(1_024) + "\""));
		}
		for (String wrong : List.of("01", "[", "{\"" + MARKER + "\"}")) {
			payloads.put("ras " + wrong, response(",\"message\":\"" + MARKER + "\",\"ras\":" + wrong));
			payloads.put("message " + wrong, response(",\"" + MARKER + "\":1,\"message\":" + wrong));
		}
		payloads.put("signal", bytes("{" + SIX_KEYS + ",\"metadata\":{\"" + MARKER + "\":1}}"));
		return allNamed(payloads);
	}

	@Test
	void refusesAPayloadThatIsCutOffAnywhere() {
		byte[] signal = signal(",\"metadata\":{\"" + MARKER + "\":[1.5,{\"Größe\":null}]}");
		byte[] response = response(",\"ras\":1,\"message\":\"" + MARKER + "\"");
		for (int length = 0; length < signal.length; length++) {
			assertMalformedSignal(Arrays.copyOf(signal, length));
		}
		for (int length = 0; length < response.length; length++) {
			byte[] part = Arrays.copyOf(response, length);
			assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> readResponse(part))
				.satisfies(SignalCodecTests::quotesNothing);
		}
		assertThatNoException().isThrownBy(() -> readSignal(signal));
		assertThatNoException().isThrownBy(() -> readResponse(response));
	}

	@Test
	void refusesAPayloadThatIsTooLarge() throws MalformedPayloadException {
		byte[] signal = signal(",\"metadata\":{\"x\":\"" + MARKER + "\"}");
		byte[] response = response(",\"message\":\"" + MARKER + "\"");
		SignalCodec exact = new SignalCodec(signal.length);
		assertThat(ScannerTesting.signal(exact, signal).signal().metadata()).isEqualTo(Map.of("x", MARKER));
		assertThatExceptionOfType(MalformedPayloadException.class)
			.isThrownBy(() -> ScannerTesting.signal(new SignalCodec(signal.length - 1), signal))
			.withMessageContaining("state-signals.protocol.max-payload")
			.satisfies(SignalCodecTests::quotesNothing);
		assertThatExceptionOfType(MalformedPayloadException.class)
			.isThrownBy(() -> ScannerTesting.response(new SignalCodec(response.length - 1), response))
			.withMessageContaining("state-signals.protocol.max-payload")
			.satisfies(SignalCodecTests::quotesNothing);
	}

	@ParameterizedTest
	@MethodSource
	void reportsThePublisherOfASignalThatItCanNotRead(byte[] payload, String problem) {
		assertThat(unreadable(this.codec, payload)).isEqualTo(new UnreadableSignal("p-1", "e", "t", null, problem));
	}

	static Stream<Arguments> reportsThePublisherOfASignalThatItCanNotRead() {
		String keys = "{" + SIX_KEYS;
		return Stream.of(
				Arguments.of(Named.of("64 bits", bytes(keys.replace(":3,", ":9223372036854775808,") + "}")),
						"'sample_no' is not a 64-bit integer"),
				Arguments.of(Named.of("type", bytes(keys + ",\"runner_host\":[{\"a\":1}]}")),
						"'runner_host' is not a string"),
				Arguments.of(Named.of("missing", bytes(keys.replace("process_name", "x") + "}")),
						"'process_name' is missing"),
				Arguments.of(Named.of("length", bytes(keys.replace("\"h\"", "\"" + "h".repeat(1_025) + "\"") + "}")),
						"'runner_host' has more than 1024 characters"),
				Arguments.of(Named.of("metadata", bytes(keys + ",\"metadata\":[1]}")), "'metadata' is not an object"),
				Arguments.of(Named.of("number", bytes(keys + ",\"metadata\":{\"n\":1e99999999999}}")),
						"it has a number with an exponent beyond 4300"),
				Arguments.of(Named.of("digits", bytes(keys + ",\"metadata\":{\"n\":" + "9".repeat(4_301) + "}}")),
						"it has a number of more than 4300 digits"),
				Arguments.of(Named.of("depth", bytes(keys + ",\"x\":" + "[".repeat(300) + "]".repeat(300) + "}")),
						"it is nested deeper than 256 levels"));
	}

	@Test
	void reportsNothingOfSignalsThatAreNotToBeAnswered() {
		String wrong = "{" + SIX_KEYS.replace(":3,", ":null,");
		for (String json : List.of("[" + wrong + "}]", wrong, wrong + "} x", wrong + ",}", wrong + ",\"x\":01}",
				wrong + ",\"responder_id\":\"r\"}", wrong.replace("p-1", "p".repeat(1_025)) + "}",
				wrong.replace("\"e\"", "\"" + "e".repeat(1_025) + "\"") + "}", wrong.replace("\"e\"", "5") + "}",
				wrong.replace("publisher_id", "x") + "}", "{" + THREE_KEYS + ",\"ras\":1}")) {
			assertThat(unreadable(this.codec, bytes(json))).as(json).isNull();
		}
	}

	@Test
	void readsTheBeginningOfALargeSignalWhereverItIsCut() {
		String ids = "{\"publisher_id\":\"p-1\",\"event\":\"e\",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"17\"},";
		List<String> parts = List.of("\"a\":true,", "\"b\":-1234.5e10,",
				"\"\u00e4\u72b6\":\"\ud83d\ude80\u00e4\\u00e4\",", "\"c\":[null,{}],");
		SignalCodec small = new SignalCodec(1_024);
		for (int i = 0; i < 200; i++) {
			StringBuilder json = new StringBuilder(ids).append("\"x\":\"").append("x".repeat(i)).append("\",");
			for (int j = 0; json.length() < 2 * MessageReader.PREFIX; j++) {
				json.append(parts.get(j % parts.size()));
			}
			byte[] payload = bytes(json.toString());
			UnreadableSignal signal = unreadable(small, payload);
			assertThat(signal).isNotNull();
			assertThat(signal.publisherId()).isEqualTo("p-1");
			assertThat(signal.extension().id()).isEqualTo("17");
			assertThat(signal.problem()).contains(payload.length + " bytes");
		}
	}

	@Test
	void readsTheExtensionOfAResponseThatIsTooLargeWhereverItIs() {
		String extension = "\"_ss\" : {\"v\": 1, \"id\": \"17\", \"handles\": [\"a\"]}";
		String ids = "\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1";
		String message = "\"message\":\"\\\"_ss\\\": {\\\"v\\\": 1}" + "x".repeat(2 * MessageReader.PREFIX) + "\"";
		String further = "\"further\":[\"" + "x".repeat(2 * MessageReader.PREFIX) + "\"]";
		for (List<String> members : List.of(List.of(extension, ids, message), List.of(ids, extension, message),
				List.of(ids, message, extension), List.of(ids, message, extension, further))) {
			ResponseExtension read = tooLarge(members).extension();
			assertThat(read).isNotNull();
			assertThat(read.id()).isEqualTo("17");
			assertThat(read.handledEvents()).containsExactly("a");
		}
		assertThat(tooLarge(List.of(ids, message)).extension()).isNull();
		assertThat(tooLarge(List.of(ids, message, "\"_ss\":{\"id\":\"17\"}")).extension()).isNull();
	}

	@Test
	void responseThatIsTooLargeAndWhoseExtensionCanNotBeReadIsOneOfAResponderThatDidNotAct() {
		String members = "\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1,\"message\":\""
				+ "x".repeat(2 * MessageReader.PREFIX) + "\"";
		for (String extension : List.of(
				"\"_ss\":{\"v\":1,\"handles\":[\"" + "x".repeat(2 * MessageReader.PREFIX) + "\"]}",
				"\"_ss\":{\"v\":1,\"handles\":[01]}",
				"\"_ss\":{\"v\":1,\"handles\":[]},\"further\":{\"_ss\":{\"v\":1}}",
				"\"_ss\":{\"v\":1,\"handles\":[\"a\"")) {
			ResponseExtension read = tooLarge(List.of(members, extension)).extension();
			assertThat(read).isNotNull();
			assertThat(read.id()).isNull();
			assertThat(read.handledEvents()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"responder_id\":[\"r\"],\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1",
			"\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1",
			"\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\"" })
	void responseThatIsTooLargeAndIsNoAnswerOfOneResponderIsNotCounted(String members) {
		byte[] payload = bytes("{" + members + ",\"message\":\"" + "x".repeat(2_000) + "\"}");
		MalformedMessage read = (MalformedMessage) new SignalCodec(1_024).readReplies(payload);
		assertThat(read.problem()).contains("bytes");
		assertThat(read.response()).isNull();
	}

	@Test
	void bytesBehindAMessageThatAreNoCharacterMakeItMalformed() {
		for (int last : new int[] { 0xFF, 0xC3 }) {
			byte[] signal = signal("");
			byte[] followed = Arrays.copyOf(signal, signal.length + 1);
			followed[signal.length] = (byte) last;
			assertThat(this.codec.readSignal(followed))
				.isEqualTo(new MalformedMessage("it is not readable as UTF-8", null, null));
		}
		assertThat(((MalformedMessage) this.codec.readSignal(bytes("[{}]"))).problem())
			.isEqualTo("it is not a JSON object");
	}

	@Test
	void membersOfAResponseThatOnlySignalsHaveMayHaveAnyValue() throws MalformedPayloadException {
		byte[] response = response(",\"sample_no\":\"x\",\"metadata\":7,\"tag\":[],\"process_name\":{}");
		assertThat(readResponse(response)).isEqualTo(readResponse(response("")));
	}

	@Test
	void numbersAreWrittenWhereverTheBufferEnds() throws MalformedPayloadException {
		for (int length = 300; length < 500; length++) {
			Signal signal = new Signal("p-1", "x".repeat(length), "e", "h", Long.MAX_VALUE, "t", Map.of());
			assertThat(readSignal(new SignalCodec(MAX_PAYLOAD).write(signal, null))).isEqualTo(signal);
		}
	}

	@Test
	void asciiIsWrittenAloneAndUnescaped() throws MalformedPayloadException {
		Signal signal = new Signal("p-1", "p", "e", "h", 1, " ~\u007f\u0080\u001f", Map.of());
		byte[] written = this.codec.write(signal, null);
		assertThat(new String(written, StandardCharsets.ISO_8859_1)).contains(" ~\u007f\\u0080\\u001F");
		assertThat(readSignal(written)).isEqualTo(signal);
	}

	@Test
	void theDeepestMetadataThatIsWrittenIsRead() throws MalformedPayloadException {
		Object value = 1;
		// The message and its metadata are levels as well.
		for (int depth = 2; depth < Limits.NESTING_DEPTH; depth++) {
			value = List.of(value);
		}
		Signal deepest = new Signal("p-1", "p", "e", "h", 1, "t", Map.of("deep", value));
		assertThat(readSignal(this.codec.write(deepest, null))).isEqualTo(deepest);
		List<Object> itself = new ArrayList<>();
		itself.add(itself);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.codec.write(new Signal("p-1", "p", "e", "h", 1, "t", Map.of("deep", itself)), null))
			.withMessageContaining(Limits.TOO_DEEP);
	}

	@Test
	void messageOfWhichOnlyTheNoteFitsIsTheNote() {
		String message = "\ud83d\ude80".repeat(50);
		String note = ShortenedMessages.shorten(message, 1_000_000).substring(message.length());
		long bytes = note.length() + 5;
		assertThat(ShortenedMessages.shorten(message, bytes)).isEqualTo(note);
		assertThat(ShortenedMessages.shorten(message, bytes - 1)).isNull();
		assertThat(ShortenedMessages.shorten(message, bytes + 6)).isEqualTo(note);
		assertThat(ShortenedMessages.shorten(message, bytes + 12)).isEqualTo("\ud83d\ude80" + note);
	}

	private static ReceivedResponse tooLarge(List<String> members) {
		byte[] payload = bytes("{" + String.join(",", members) + "}");
		ReceivedResponse response = ((MalformedMessage) new SignalCodec(1_024).readResponse(payload)).response();
		assertThat(response).isNotNull();
		assertThat(response.response().ras()).isOne();
		assertThat(response.response().message()).startsWith("(left out: it has ");
		return response;
	}

	private static @Nullable UnreadableSignal unreadable(SignalCodec codec, byte[] payload) {
		return ((MalformedMessage) codec.readSignal(payload)).signal();
	}

	@Test
	void writesAResponseThatIsTooLargeWithAShortenedMessage() throws MalformedPayloadException {
		List<String> parts = List.of("x", "/", "\"", "\\", "\n", "\u0001", "\u007f", "\u00fc", "\u72b6", "\ud83d\ude80",
				"\ud83d", "word ");
		Random random = new Random(20260203);
		for (int i = 0; i < 2_000; i++) {
			SignalCodec small = new SignalCodec(1_024 + random.nextInt(1_000));
			StringBuilder message = new StringBuilder();
			boolean plain = random.nextBoolean();
			while (message.length() < 300 + random.nextInt(2_000)) {
				message.append(plain ? "word " : parts.get(random.nextInt(parts.size())));
			}
			Response response = new Response("r-resp", plain ? "p" : "p-\u00fc", "e", 0, message.toString());
			ResponseExtension extension = random.nextBoolean() ? new ResponseExtension("17") : null;
			byte[] whole = new SignalCodec(MAX_PAYLOAD).write(response, extension);
			byte[] written = small.write(response, extension);
			if (whole.length <= small.maxPayload()) {
				assertThat(written).isEqualTo(whole);
				continue;
			}
			assertThat(written.length).isBetween((int) small.maxPayload() - 12, (int) small.maxPayload());
			String note = "\u2026 (shortened from " + message.length() + " characters)";
			ReceivedResponse read = ScannerTesting.response(small, written);
			String shortened = read.response().message();
			assertThat(shortened).endsWith(note);
			String beginning = shortened.substring(0, shortened.length() - note.length());
			assertThat(message).startsWith(beginning);
			int end = beginning.length();
			assertThat(Character.isSurrogatePair(message.charAt(end - 1), message.charAt(end))).isFalse();
			assertThat(read.response().ras()).isZero();
			assertThat(read.extension()).isEqualTo(extension);
		}
	}

	@Test
	void writesAResponseWithoutAMessageIfItWouldExceedTheLimit() throws MalformedPayloadException {
		Response response = new Response("r-resp", "p", "e".repeat(950), 0, "m".repeat(2_000));
		byte[] written = new SignalCodec(1_024).write(response, null);
		assertThat(readResponse(written)).isEqualTo(new Response("r-resp", "p", "e".repeat(950), 0, null));
		byte[] hopeless = new SignalCodec(1_024).write(new Response("r", "p".repeat(1_000), "e".repeat(1_000), 1, "m"),
				null);
		assertThat(readResponse(hopeless).ras()).isOne();
	}

	@Test
	void refusesToWriteASignalThatIsTooLarge() {
		Signal signal = new Signal("p-1", "p", "start", "h", 1, "t", Map.of("x", "\u72b6".repeat(100)));
		int size = write(signal).length;
		assertThatNoException().isThrownBy(() -> new SignalCodec(size).write(signal, null));
		assertThatIllegalArgumentException().isThrownBy(() -> new SignalCodec(size - 1).write(signal, null))
			.withMessageContaining("'start' of 'p-1' was not sent")
			.withMessageContaining(size + " bytes")
			.withMessageContaining("state-signals.protocol.max-payload allows " + (size - 1));
	}

	@Test
	void readsAnOtherwiseGoodPayloadAfterAnyNumberOfBadOnes() throws MalformedPayloadException {
		byte[] good = signal(",\"metadata\":{\"a\":[1,2.5,\"x\"],\"b\":{\"c\":null}},\"x\":1");
		Signal expected = readSignal(good);
		Random random = new Random(20260101);
		byte[] wild = bytes("0123456789eE+-.INFa{}[],:\"\\ntr");
		int malformed = 0;
		for (int i = 0; i < 20_000; i++) {
			byte[] payload = good.clone();
			for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
				payload[random.nextInt(payload.length)] = random.nextBoolean() ? (byte) random.nextInt()
						: wild[random.nextInt(wild.length)];
			}
			try {
				readSignal(payload);
			}
			catch (MalformedPayloadException ex) {
				malformed++;
			}
		}
		assertThat(malformed).isBetween(10_000, 19_999);
		assertThat(readSignal(good)).isEqualTo(expected);
	}

	@Test
	void readsItsOwnMessages() throws MalformedPayloadException {
		RandomSignals random = new RandomSignals(42);
		for (int i = 0; i < 1_000; i++) {
			Signal signal = random.signal();
			byte[] payload = write(signal);
			Signal read = readSignal(payload);
			assertThat(read).isEqualTo(signal);
			// Its keys in their order, too.
			assertThat(write(read)).isEqualTo(payload);
			Response response = new Response(signal.publisherId(), signal.event(), signal.tag(),
					random.nullable((int) signal.sampleNo()), random.nullable(signal.runnerHost()));
			assertThat(readResponse(write(response))).isEqualTo(response);
		}
	}

	@Test
	void neitherTheDefaultCharsetNorTheLocaleMatters() throws Exception {
		byte[] raw = signal(",\"metadata\":{\"Größe\":[1234567.5,1e400,12345678901234567890,\"I\\u0130i🚀\"]}");
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		Process process = new ProcessBuilder(java.toString(), "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-16BE",
				"-Duser.language=ar", "-Duser.country=EG", "-cp", System.getProperty("java.class.path"),
				ElsewhereMain.class.getName(), HexFormat.of().formatHex(raw))
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String written;
		try (InputStream output = process.getInputStream()) {
			written = text(output.readAllBytes());
		}
		assertThat(process.waitFor()).isZero();
		assertThat(written).isEqualTo("UTF-16BE ar_EG " + text(write(readSignal(raw))));
		assertThat(readSignal(raw).metadata()).isEqualTo(Map.of("Größe",
				List.of(1234567.5, new BigDecimal("1e400"), new BigInteger("12345678901234567890"), "I\u0130i🚀")));
	}

	private void assertReads(byte[] payload) throws MalformedPayloadException {
		Map<String, @Nullable Object> expected = parse(payload);
		Signal signal = readSignal(payload);
		assertThat(signal.publisherId()).isEqualTo(expected.get("publisher_id"));
		assertThat(signal.processName()).isEqualTo(expected.get("process_name"));
		assertThat(signal.event()).isEqualTo(expected.get("event"));
		assertThat(signal.runnerHost()).isEqualTo(expected.get("runner_host"));
		assertThat(BigInteger.valueOf(signal.sampleNo())).isEqualTo(expected.get("sample_no"));
		assertThat(signal.tag()).isEqualTo(expected.get("tag"));
		Map<Object, @Nullable Object> metadata = new LinkedHashMap<>();
		if (expected.get("metadata") instanceof Map<?, ?> map) {
			metadata.putAll(map);
			if (map.get("_ss") instanceof Map<?, ?> extension && extension.containsKey("v")) {
				metadata.remove("_ss");
			}
		}
		assertThat(exact(signal.metadata())).isEqualTo(exact(metadata));
	}

	private void assertMalformedSignal(byte[] payload) {
		assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> readSignal(payload))
			.satisfies(SignalCodecTests::quotesNothing);
	}

	private @Nullable Object readEntry(String json) throws MalformedPayloadException {
		return readSignal(signal(",\"metadata\":{\"n\":" + json + "}")).metadata().get("n");
	}

	private static void quotesNothing(MalformedPayloadException ex) {
		assertThat(ex.getMessage()).isNotBlank().doesNotContain(MARKER).hasSizeLessThan(200);
		assertThat(ex).hasNoCause().hasNoSuppressedExceptions();
	}

	private static void addBroken(Map<String, byte[]> payloads, Map<String, String> fields, String key,
			List<String> wrong) {
		Map<String, String> others = new LinkedHashMap<>(fields);
		others.remove(key);
		payloads.put("missing " + key, object(others));
		for (String value : wrong) {
			others.put(key, value);
			payloads.put(key + " " + abbreviate(value), object(others));
		}
	}

	private static Map<String, byte[]> notEvenJson(String keys) {
		String object = "{" + keys + ",\"x\":\"" + MARKER + "\"}";
		Map<String, byte[]> payloads = new LinkedHashMap<>();
		for (String json : List.of("", " ", "null", "true", "42", "-1.5", "NaN", "\"\"", "\"" + MARKER + "\"", "[]",
				"[" + object + "]", "{}", "{\"" + MARKER + "\":1}", MARKER, "\u0000", "}", object + " " + MARKER,
				object + object, object + ",", object + "]", object + "\u0000", object.replace('"', '\''),
				object.replace("}", ",}"), object.replace("}", "/*" + MARKER + "*/}"), object.replace("\"x\"", "x"),
				object.replace(MARKER, MARKER + "\t"), object.replace(MARKER, MARKER + "\\x"),
				object.replace(MARKER, MARKER + "\\ud8"), object.replace(",", ";"), object.replace(":", "="),
				object.replace("\"" + MARKER, MARKER), "{" + object.substring(1).replace("\",", "\",,"))) {
			payloads.put("text " + abbreviate(json), bytes(json));
		}
		payloads.put("two lines", bytes(object + "\n" + object));
		// At the end of a string that is read, of one that is skipped, and of a key.
		for (String invalid : List.of("ff", "80", "c328", "e28228", "f09f9a")) {
			byte[] wrong = HexFormat.of().parseHex(invalid);
			payloads.put("UTF-8 " + invalid + " in a value", spliced(object, "\",\"x\"", wrong));
			payloads.put("UTF-8 " + invalid + " in an unknown value", spliced(object, "\"}", wrong));
			payloads.put("UTF-8 " + invalid + " in an unknown key", spliced(object, "\":\"" + MARKER, wrong));
			payloads.put("UTF-8 " + invalid + " outside", spliced(object, "}", wrong));
		}
		int deep = 100_000;
		payloads.put("deep arrays", bytes("[".repeat(deep) + MARKER));
		payloads.put("deep objects", bytes(("{\"" + MARKER + "\":").repeat(deep)));
		payloads.put("deep and closed",
				bytes(object.replace("\"" + MARKER + "\"", "[".repeat(deep) + "]".repeat(deep))));
		payloads.put("deep metadata", bytes(object.replace("\"x\":\"" + MARKER + "\"",
				"\"metadata\":{\"" + MARKER + "\":" + "{\"n\":".repeat(deep) + "1" + "}".repeat(deep) + "}")));
		return payloads;
	}

	private static byte[] spliced(String json, String before, byte[] bytes) {
		int position = bytes(json.substring(0, json.lastIndexOf(before))).length;
		byte[] whole = bytes(json);
		ByteArrayOutputStream spliced = new ByteArrayOutputStream();
		spliced.write(whole, 0, position);
		spliced.writeBytes(bytes);
		spliced.write(whole, position, whole.length - position);
		return spliced.toByteArray();
	}

	private static byte[] object(Map<String, String> fields) {
		return bytes(fields.entrySet()
			.stream()
			.map((field) -> "\"" + field.getKey() + "\":" + field.getValue())
			.collect(Collectors.joining(",", "{", "}")));
	}

	private static byte[] signal(String more) {
		return bytes("{" + SIX_KEYS + more + "}");
	}

	private static byte[] response(String more) {
		return bytes("{" + THREE_KEYS + more + "}");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static String abbreviate(String text) {
		return (text.length() <= 60) ? text
				: text.substring(0, 20) + ".." + text.substring(text.length() - 36) + " (" + text.length() + ")";
	}

	private static Stream<Named<byte[]>> allNamed(Map<String, byte[]> payloads) {
		return payloads.entrySet().stream().map((entry) -> Named.of(entry.getKey(), entry.getValue()));
	}

	private static Named<Map<String, @Nullable Object>> named(Map<String, @Nullable Object> row) {
		return Named.of(name(row), row);
	}

	private static String name(Map<String, @Nullable Object> row) {
		return String.valueOf(row.get("name"));
	}

	private static byte[] payload(Map<String, @Nullable Object> row) {
		return bytes(String.valueOf(row.get("payload")));
	}

	private static List<Map<String, @Nullable Object>> rows(String resource) {
		try (InputStream lines = SignalCodecTests.class.getResourceAsStream("/wire/" + resource + ".jsonl")) {
			return text(lines.readAllBytes()).lines().map((line) -> parse(bytes(line))).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, @Nullable Object> parse(byte[] payload) {
		return mapper.readValue(payload, LinkedHashMap.class);
	}

	@SuppressWarnings("unchecked")
	private static Signal signalOf(Map<String, @Nullable Object> json) {
		Object metadata = json.get("metadata");
		return new Signal((String) json.get("publisher_id"), (String) json.get("process_name"),
				(String) json.get("event"), (String) json.get("runner_host"),
				((BigInteger) json.get("sample_no")).longValueExact(), (String) json.get("tag"),
				(metadata != null) ? (Map<String, @Nullable Object>) metadata : Map.of());
	}

	private static Response responseOf(Map<String, @Nullable Object> json) {
		BigInteger ras = (BigInteger) json.get("ras");
		return new Response((String) json.get("responder_id"), (String) json.get("publisher_id"),
				(String) json.get("event"), (ras != null) ? ras.intValueExact() : null, (String) json.get("message"));
	}

	private static Set<String> forms(String to, String... outcomes) {
		return pythonReads.stream()
			.filter((row) -> row.get("to").equals(to) && List.of(outcomes).contains(row.get("python")))
			.map((row) -> form(parse(payload(row))))
			.collect(Collectors.toSet());
	}

	/**
	 * The keys of an object, and their types.
	 */
	private static String form(Map<String, @Nullable Object> json) {
		Map<String, String> types = new TreeMap<>();
		json.forEach((key, value) -> {
			String type = "STRING";
			if (value == null) {
				type = "NULL";
			}
			else if (value instanceof BigInteger) {
				type = "INTEGER";
			}
			else if (value instanceof Number) {
				type = "FLOAT";
			}
			else if (value instanceof Boolean) {
				type = "BOOLEAN";
			}
			else if (value instanceof Map) {
				type = "OBJECT";
			}
			else if (value instanceof List) {
				type = "ARRAY";
			}
			types.put(key, type);
		});
		return types.toString();
	}

	/**
	 * A value in which numbers are equal if they are the same number, of any class: any
	 * decimal of up to 17 digits is taken to be a double.
	 */
	private static @Nullable Object exact(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
			map.forEach((key, nested) -> copy.put(key, exact(nested)));
			return copy;
		}
		if (value instanceof List<?> list) {
			List<@Nullable Object> copy = new ArrayList<>();
			list.forEach((nested) -> copy.add(exact(nested)));
			return copy;
		}
		if (value instanceof Integer || value instanceof Long) {
			return BigInteger.valueOf(((Number) value).longValue());
		}
		if (value instanceof BigDecimal number && number.precision() <= 17) {
			return number.doubleValue();
		}
		return (value instanceof Double number) ? number + 0.0 : value;
	}

	/**
	 * Reads and writes a signal in a JVM whose defaults were changed.
	 */
	static final class ElsewhereMain {

		private ElsewhereMain() {
		}

		public static void main(String[] args) throws Exception {
			SignalCodec codec = new SignalCodec(MAX_PAYLOAD);
			byte[] written = codec.write(ScannerTesting.signal(codec, HexFormat.of().parseHex(args[0])).signal(), null);
			System.out.writeBytes(bytes(Charset.defaultCharset() + " " + Locale.getDefault() + " "));
			System.out.writeBytes(written);
			System.out.flush();
		}

	}

	/**
	 * Signals of all kinds, the same ones for the same seed. Their numbers are of the
	 * class that a reader chooses.
	 */
	private static final class RandomSignals {

		private final Random random;

		RandomSignals(long seed) {
			this.random = new Random(seed);
		}

		Signal signal() {
			return new Signal(string(), string(), string(), string(), this.random.nextLong(), string(), map(0));
		}

		<T> @Nullable T nullable(T value) {
			return this.random.nextBoolean() ? value : null;
		}

		private Map<String, @Nullable Object> map(int depth) {
			Map<String, @Nullable Object> map = new LinkedHashMap<>();
			for (int i = this.random.nextInt(6 - depth); i > 0; i--) {
				map.put("k" + string().replaceAll("\\p{Cs}", ""), value(depth + 1));
			}
			return map;
		}

		private @Nullable Object value(int depth) {
			return switch (this.random.nextInt((depth < 5) ? 11 : 9)) {
				case 0 -> null;
				case 1 -> this.random.nextBoolean();
				case 2, 3 -> string();
				case 4 -> this.random.nextInt();
				case 5 -> (this.random.nextLong() | (1L << 62)) & Long.MAX_VALUE;
				case 6 -> new BigInteger(this.random.nextInt(900), this.random).setBit(64 + this.random.nextInt(900));
				case 7 -> finite();
				case 8 -> new BigDecimal(new BigInteger(200, this.random).setBit(200).shiftLeft(1).add(BigInteger.ONE),
						1 + this.random.nextInt(800));
				case 9 -> map(depth);
				default -> list(depth);
			};
		}

		private List<@Nullable Object> list(int depth) {
			List<@Nullable Object> list = new ArrayList<>();
			for (int i = this.random.nextInt(6 - depth); i > 0; i--) {
				list.add(value(depth + 1));
			}
			return Collections.unmodifiableList(list);
		}

		private Double finite() {
			double value = Double.longBitsToDouble(this.random.nextLong());
			return Double.isFinite(value) ? value : -0.0;
		}

		// Half of any character, too.
		private String string() {
			StringBuilder string = new StringBuilder();
			for (int i = this.random.nextInt(12); i > 0; i--) {
				string
					.append((char) (this.random.nextBoolean() ? this.random.nextInt(128) : this.random.nextInt(65536)));
			}
			return string.toString();
		}

	}

}
