package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The extensions as they are written and read.
 */
@Timeout(120)
class SignalExtensionCodecTests {

	private static final long NONE = SignalExtension.NONE;

	private static final String SIX_KEYS = """
			"publisher_id":"p-1","process_name":"p","event":"e","runner_host":"h","sample_no":3,"tag":"t\"""";

	private static final String THREE_KEYS = """
			"responder_id":"r-1-resp","publisher_id":"p-1","event":"e\"""";

	private final SignalCodec codec = new SignalCodec(1024 * 1024);

	// Written

	@Test
	void writesAllOtherFieldsOfASignalBeforeItsMetadata() {
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		metadata.put("uuid", "u");
		metadata.put("none", null);
		assertThat(write(signal(metadata), new SignalExtension("17", 17, 1_234, 20_000, "event-signal-reply:x")))
			.isEqualTo("{" + SIX_KEYS + """
					,"metadata":{"_ss":{"v":1,"id":"17","seq":17,"sent":1234,"timeout":20000,\
					"reply_to":"event-signal-reply:x"},"uuid":"u","none":null}}""");
	}

	@Test
	void writesATraceContextLast() {
		Map<String, String> trace = new LinkedHashMap<>();
		trace.put("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
		trace.put("tracestate", "a=1,b=2");
		SignalExtension extension = new SignalExtension("17", 17, 1_234, NONE, "r", trace);
		String expected = """
				,"metadata":{"_ss":{"v":1,"id":"17","seq":17,"sent":1234,"reply_to":"r",\
				"trace":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",\
				"tracestate":"a=1,b=2"}}""";
		assertThat(write(signal(Map.of()), extension)).isEqualTo("{" + SIX_KEYS + expected + "}}");
		assertThat(write(signal(Map.of("nested", List.of())), extension))
			.isEqualTo("{" + SIX_KEYS + expected + ",\"nested\":[]}}");
	}

	@Test
	void boundsATraceContext() throws Exception {
		Map<String, String> trace = new LinkedHashMap<>();
		trace.put("long", "x".repeat(1_025));
		trace.put("n".repeat(65), "long name");
		trace.put("", "no name");
		trace.put("control", "a\u0000b");
		trace.put("accent", "é");
		trace.put("line\nbreak", "name");
		IntStream.range(0, 17).forEach((i) -> trace.put("field" + i, "\"\\ " + "x".repeat(1_020)));
		SignalExtension sent = new SignalExtension("1", 1, 2, 3, null, trace);
		assertThat(sent.trace()).hasSize(16)
			.containsKeys("field0", "field15")
			.containsValues("\"\\ " + "x".repeat(1_020));
		assertThat(ScannerTesting.signal(this.codec, this.codec.write(signal(Map.of()), sent)).extension())
			.isEqualTo(sent);
		String json = JsonMapper.shared().writeValueAsString(trace);
		for (String separator : List.of("", " ")) {
			assertThat(readSignal(",\"metadata\":{\"_ss\":{\"v\":1,\"trace\":" + separator + json + "}}").extension()
				.trace()).isEqualTo(sent.trace());
		}
	}

	@Test
	void aTraceContextOfAnotherTypeIsNone() throws Exception {
		for (String trace : List.of("null", "1", "\"00-1-2-01\"", "[]", "{}",
				"{\"a\":1,\"b\":null,\"c\":{},\"d\":[\"e\"]}")) {
			ReceivedSignal read = readSignal(",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"7\",\"trace\":" + trace + "}}");
			assertThat(read.extension()).as(trace).isEqualTo(new SignalExtension("7", NONE, NONE, NONE, null));
		}
	}

	@Test
	void writesNothingInPlaceOfAnExtension() throws MalformedPayloadException {
		SignalExtension extension = new SignalExtension("17", 17, 1, 2, null);
		String written = write(signal(Map.of("_ss", Map.of("id", "other"), "a", 1)), extension);
		assertThat(ScannerTesting.signal(this.codec, written.getBytes(StandardCharsets.UTF_8)).extension())
			.isEqualTo(extension);
	}

	@Test
	void writesMetadataForTheExtensionAlone() {
		assertThat(write(signal(Map.of()), new SignalExtension("1", 1, 0, 0, null))).isEqualTo(
				"{" + SIX_KEYS + ",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"1\",\"seq\":1,\"sent\":0,\"timeout\":0}}}");
	}

	@Test
	void leavesOutMissingMembersOfAnExtension() {
		assertThat(write(signal(Map.of()), new SignalExtension(null, NONE, NONE, NONE, null)))
			.isEqualTo("{" + SIX_KEYS + ",\"metadata\":{\"_ss\":{\"v\":1}}}");
		assertThat(write(signal(Map.of()), new SignalExtension("1", 1, 5, NONE, null)))
			.isEqualTo("{" + SIX_KEYS + ",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"1\",\"seq\":1,\"sent\":5}}}");
	}

	@Test
	void writesNothingOfItWithoutAnExtension() {
		assertThat(write(signal(Map.of()), null)).isEqualTo("{" + SIX_KEYS + "}");
		assertThat(write(signal(Map.of("a", 1)), null)).isEqualTo("{" + SIX_KEYS + ",\"metadata\":{\"a\":1}}");
	}

	@Test
	void writesAResponsesExtensionLast() {
		Response response = new Response("r-1-resp", "p-1", "e", 1, "done");
		assertThat(write(response, new ResponseExtension("17")))
			.isEqualTo("{" + THREE_KEYS + ",\"ras\":1,\"message\":\"done\",\"_ss\":{\"v\":1,\"id\":\"17\"}}");
		assertThat(write(response, ResponseExtension.UNDERSTOOD))
			.isEqualTo("{" + THREE_KEYS + ",\"ras\":1,\"message\":\"done\",\"_ss\":{\"v\":1}}");
		assertThat(write(response, null)).isEqualTo("{" + THREE_KEYS + ",\"ras\":1,\"message\":\"done\"}");
	}

	@Test
	void writesHelloAndByeAsResponsesToAllExporters() {
		assertThat(
				write(new Response("r-1-resp", "*", Signal.INITIALIZATION, null, null), ResponseExtension.UNDERSTOOD))
			.isEqualTo(
					"{\"responder_id\":\"r-1-resp\",\"publisher_id\":\"*\",\"event\":\"initialization\",\"_ss\":{\"v\":1}}");
		assertThat(write(new Response("r-1-resp", "*", Signal.SHUTDOWN, null, null), ResponseExtension.UNDERSTOOD))
			.isEqualTo(
					"{\"responder_id\":\"r-1-resp\",\"publisher_id\":\"*\",\"event\":\"shutdown\",\"_ss\":{\"v\":1}}");
	}

	// Read

	@Test
	void readsItsOwnExtensions() throws Exception {
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		metadata.put("nested", Map.of("_ss", Map.of("id", "not ours")));
		metadata.put("ss", 1);
		for (Map<String, @Nullable Object> some : List.of(metadata, Map.<String, @Nullable Object>of())) {
			for (SignalExtension extension : extensions()) {
				ReceivedSignal received = ScannerTesting.signal(this.codec, this.codec.write(signal(some), extension));
				assertThat(received.extension()).isEqualTo(extension);
				assertThat(received.signal()).isEqualTo(signal(some));
			}
		}
		for (ResponseExtension extension : new ResponseExtension[] { null, ResponseExtension.UNDERSTOOD,
				new ResponseExtension(""), new ResponseExtension("Größe 🚀 \" \\") }) {
			Response response = new Response("r-1-resp", "p-1", "e", null, null);
			ReceivedResponse received = ScannerTesting.response(this.codec, this.codec.write(response, extension));
			assertThat(received.extension()).isEqualTo(extension);
			assertThat(received.response()).isEqualTo(response);
		}
	}

	private static List<@Nullable SignalExtension> extensions() {
		List<@Nullable SignalExtension> extensions = new ArrayList<>();
		extensions.add(null);
		extensions.add(new SignalExtension(null, NONE, NONE, NONE, null));
		extensions.add(new SignalExtension("", 0, 0, 0, ""));
		extensions.add(new SignalExtension("1", 1, 2, 3, "event-signal-reply:x"));
		extensions.add(new SignalExtension("1", 1, 2, 3, "x", Map.of("a", "1")));
		extensions.add(new SignalExtension(null, NONE, NONE, NONE, null, Map.of("a", "1", "b", "", "c", "\"\\/")));
		extensions.add(new SignalExtension("Größe 🚀 \" \\", Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, "*"));
		extensions.add(new SignalExtension("1", Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, NONE, null));
		return extensions;
	}

	@Test
	void onlyAnObjectWithAVersionIsOurs() throws Exception {
		for (String version : List.of("0", "-1", "1.0", "\"1\"", "null", "[1]", "99999999999999999999")) {
			ReceivedSignal signal = readSignal(",\"metadata\":{\"_ss\":{\"v\":" + version + ",\"id\":\"1\"}}");
			assertThat(signal.extension()).as(version).isNull();
			assertThat(signal.signal().metadata()).as(version).containsKey("_ss");
			assertThat(readResponse(",\"_ss\":{\"v\":" + version + ",\"id\":\"1\"}").extension()).isNull();
		}
		assertThat(readSignal(",\"metadata\":{\"_ss\":{\"id\":\"mine\"}}").signal().metadata())
			.isEqualTo(Map.of("_ss", Map.of("id", "mine")));
		assertThat(readResponse(",\"_ss\":{\"id\":\"1\"}").extension()).isNull();
	}

	@Test
	void everyPartOfAResponsesExtensionComesBack() throws Exception {
		Response response = new Response("r-1-resp", "p-1", "e", 1, null);
		for (ResponseExtension extension : List.of(
				new ResponseExtension("17", List.of("start", "Größe \" \\"), null, null, null),
				new ResponseExtension("17", List.of(), null, null, null),
				new ResponseExtension("17", null, "event-signal-reply:x", "seal", null),
				new ResponseExtension(null, null, null, "key", null),
				new ResponseExtension(null, null, "here", null, new ResponseExtension.Probe("nonce", null)),
				new ResponseExtension(null, null, null, null,
						new ResponseExtension.Probe("nonce", ResponseExtension.State.WORKING)),
				new ResponseExtension(null, null, null, null,
						new ResponseExtension.Probe("nonce", ResponseExtension.State.ABSENT)))) {
			assertThat(ScannerTesting.response(this.codec, this.codec.write(response, extension)))
				.isEqualTo(new ReceivedResponse(response, extension, null));
		}
		assertThat(readResponse(",\"_ss\":{\"v\":1,\"handles\":[\"a\",1,null,\"b\"]}").extension().handledEvents())
			.containsExactly("a", "b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"draining\"", "\"ABSENT\"", "\"\"", "7", "true", "[]", "{\"name\":\"absent\"}" })
	void aStateOfANewerVersionIsNoRequestAndRemovesNoResponder(String state) throws Exception {
		assertThat(readResponse(",\"_ss\":{\"v\":2,\"probe\":\"n\",\"state\":" + state + "}").extension())
			.isEqualTo(new ResponseExtension(null, null, null, null,
					new ResponseExtension.Probe("n", ResponseExtension.State.WORKING)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"events\":[\"a\"]}", "\"a\"", "true", "false", "0", "1.5" })
	void handledEventsInAFormOfANewerVersionAreNoAction(String handles) throws Exception {
		assertThat(readResponse(",\"ras\":1,\"_ss\":{\"v\":2,\"handles\":" + handles + "}").extension())
			.isEqualTo(new ResponseExtension(null, List.of(), null, null, null));
		assertThat(readResponse(",\"ras\":1,\"_ss\":{\"v\":2,\"handles\":null}").extension())
			.isEqualTo(ResponseExtension.UNDERSTOOD);
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "1", "-1", "1.5", "true", "\"17\"", "[]", "[{\"id\":\"17\"}]", "1e400", "NaN",
			"[[[[{}]]]]" })
	void anExtensionThatIsNoObjectIsNone(String json) throws Exception {
		ReceivedSignal received = readSignal(",\"metadata\":{\"a\":1,\"_ss\":" + json + ",\"b\":2}");
		assertThat(received.extension()).isNull();
		assertThat(received.signal().metadata()).as("the publisher's own").containsKeys("a", "_ss", "b");
		ReceivedResponse response = readResponse(",\"ras\":1,\"_ss\":" + json + ",\"message\":\"m\"");
		assertThat(response.extension()).isNull();
		assertThat(response.response()).isEqualTo(new Response("r-1-resp", "p-1", "e", 1, "m"));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "null", "-1", "-9223372036854775808", "9223372036854775808", "123456789012345678901234567890",
					"1.0", "1e3", "NaN", "-Infinity", "true", "\"1\"", "\"\"", "[]", "[1]", "{}", "{\"seq\":1}" })
	void aNumberThatIsNoneIsAbsent(String json) throws Exception {
		for (String key : List.of("seq", "sent", "timeout")) {
			assertThat(readExtension("{\"v\":1,\"id\":\"17\",\"" + key + "\":" + json + ",\"reply_to\":\"r\"}"))
				.isEqualTo(new SignalExtension("17", NONE, NONE, NONE, "r"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "1", "1.5", "false", "[]", "[\"17\"]", "{}", "{\"id\":\"17\"}" })
	void aTextThatIsNoneIsAbsent(String json) throws Exception {
		assertThat(readExtension("{\"v\":1,\"id\":" + json + ",\"seq\":1,\"reply_to\":" + json + ",\"sent\":2}"))
			.isEqualTo(new SignalExtension(null, 1, 2, NONE, null));
		assertThat(readResponse(",\"_ss\":{\"v\":1,\"id\":" + json + ",\"more\":1},\"ras\":1"))
			.isEqualTo(new ReceivedResponse(new Response("r-1-resp", "p-1", "e", 1, null), ResponseExtension.UNDERSTOOD,
					null));
	}

	@Test
	void aTextThatIsTooLongIsAbsent() throws Exception {
		for (String character : List.of("x", "\\u00fc")) {
			String most = "\"" + character.repeat(1_024) + "\"";
			String tooLong = "\"" + character.repeat(1_025) + "\"";
			assertThat(readExtension("{\"v\":1,\"id\":" + most + "}").id()).hasSize(1_024);
			assertThat(readExtension("{\"v\":1,\"id\":" + tooLong + ",\"seq\":1,\"reply_to\":" + tooLong + "}"))
				.isEqualTo(new SignalExtension(null, 1, NONE, NONE, null));
			assertThat(readResponse(",\"_ss\":{\"v\":1,\"id\":" + most + "}").extension().id()).hasSize(1_024);
			assertThat(readResponse(",\"_ss\":{\"v\":1,\"id\":" + tooLong + "}").extension())
				.isEqualTo(ResponseExtension.UNDERSTOOD);
			assertThat(
					readResponse(",\"_ss\":{\"v\":1,\"handles\":[\"a\"," + tooLong + "]}").extension().handledEvents())
				.containsExactly("a");
		}
	}

	@Test
	void unknownMembersAreSkipped() throws Exception {
		assertThat(readExtension(
				"{\"v\":1,\"traceparent\":\"00-1-2-01\",\"id\":\"17\",\"nested\":{\"id\":\"1\",\"seq\":[3]},\"seq\":18}"))
			.isEqualTo(new SignalExtension("17", 18, NONE, NONE, null));
		assertThat(
				readResponse(",\"_ss\":{\"v\":1,\"a\":{\"id\":\"1\"},\"id\":\"17\",\"b\":[{\"id\":\"2\"}]},\"ras\":0"))
			.isEqualTo(new ReceivedResponse(new Response("r-1-resp", "p-1", "e", 0, null), new ResponseExtension("17"),
					null));
	}

	@Test
	void theLastOfSeveralCounts() throws Exception {
		assertThat(readExtension("{\"v\":1,\"id\":\"1\",\"id\":\"2\"}").id()).isEqualTo("2");
		ReceivedSignal received = readSignal(
				",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"1\"},\"_ss\":{\"v\":1,\"id\":\"2\"}}");
		assertThat(received.extension().id()).isEqualTo("2");
		assertThat(received.signal().metadata()).isEmpty();
		assertThat(readResponse(",\"_ss\":{\"v\":1,\"id\":\"1\"},\"_ss\":{\"v\":1}").extension())
			.isEqualTo(ResponseExtension.UNDERSTOOD);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"_ss\":{\"v\":1}}", "{\"_ss\":{\"v\":2}}", "{\"_ss\":{\"v\":1,\"id\":\"1\"}}",
			"null" })
	void noHandlerEverSeesIt(String metadata) throws Exception {
		assertThat(readSignal(",\"metadata\":" + metadata).signal()).isEqualTo(signal(Map.of()));
	}

	@Test
	void onlyTheMetadatasOwnKeyIsTheExtension() throws Exception {
		ReceivedSignal received = readSignal(
				",\"_ss\":{\"v\":1,\"id\":\"1\"},\"metadata\":{\"nested\":{\"_ss\":{\"v\":1,\"id\":\"2\"}}}");
		assertThat(received.extension()).isNull();
		assertThat(received.signal().metadata()).isEqualTo(Map.of("nested", Map.of("_ss", Map.of("v", 1, "id", "2"))));
	}

	@Test
	void metadataWithoutTheExtensionIsAsItWasSent() throws Exception {
		assertThat(
				readSignal(",\"metadata\":{\"b\":[1,{\"c\":null}],\"_ss\":{\"v\":1,\"id\":\"1\"},\"a\":2.5}").signal()
					.metadata())
			.containsExactly(Map.entry("b", List.of(1, Collections.singletonMap("c", null))), Map.entry("a", 2.5));
	}

	private String write(Signal signal, @Nullable SignalExtension extension) {
		return new String(this.codec.write(signal, extension), StandardCharsets.UTF_8);
	}

	private String write(Response response, @Nullable ResponseExtension extension) {
		return new String(this.codec.write(response, extension), StandardCharsets.UTF_8);
	}

	private ReceivedSignal readSignal(String more) throws MalformedPayloadException {
		return ScannerTesting.signal(this.codec, ("{" + SIX_KEYS + more + "}").getBytes(StandardCharsets.UTF_8));
	}

	private ReceivedResponse readResponse(String more) throws MalformedPayloadException {
		return ScannerTesting.response(this.codec, ("{" + THREE_KEYS + more + "}").getBytes(StandardCharsets.UTF_8));
	}

	private SignalExtension readExtension(String json) throws MalformedPayloadException {
		ReceivedSignal received = readSignal(",\"metadata\":{\"_ss\":" + json + "}");
		assertThat(received.signal()).isEqualTo(signal(Map.of()));
		return received.extension();
	}

	private static Signal signal(Map<String, @Nullable Object> metadata) {
		return new Signal("p-1", "p", "e", "h", 3, "t", metadata);
	}

}
