package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SignalScannerTests {

	private static final String ENVELOPE = "{\"publisher_id\":\"p-1\",\"process_name\":\"p\",\"event\":\"start\","
			+ "\"runner_host\":\"h\",\"sample_no\":-1,\"tag\":\"No tag specified\"";

	private static final List<String> USUAL = List.of(ENVELOPE + "}", ENVELOPE + ",\"metadata\":{}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"v\":1}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"7\",\"seq\":7,\"sent\":12345,\"timeout\":20000,"
					+ "\"reply_to\":\"event-signal-reply:{event-signal-pubsub}:1\"}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"v\":1,\"seq\":1,\"reply_to\":\"r\"}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"v\":1,\"sent\":999999999999999999}}}",
			ENVELOPE + ",\"metadata\":{\"uuid\":\"u 1\",\"n\":-7,\"long\":99999999999,\"yes\":true,\"no\":false,"
					+ "\"none\":null,\"\":0,\"zero\":-0,\"min\":-2147483648,\"more\":2147483648,\"n\":8}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"v\":1,\"id\":\"7\"},\"uuid\":1,\"_s\":\"\"}}",
			ENVELOPE.replace(":", ": ").replace(",", ", ") + "}",
			(ENVELOPE + ",\"metadata\":{\"a\":1,\"b\":null,\"c\":\"d\"}}").replace(":", ": ").replace(",", ", "));

	private final StringCache<String> strings = new StringCache<>(12, Function.identity());

	private final SignalScanner scanner = new SignalScanner(this.strings);

	private final SignalCodec codec = new SignalCodec(1_000_000);

	@Test
	void readsUsualForms() {
		for (String json : USUAL) {
			assertThat(scan(json)).as(json).isNotNull().isEqualTo(ScannerTesting.read(json, this::parse));
		}
	}

	@Test
	void readsFormsThatAreWrittenHere() throws MalformedPayloadException {
		Signal signal = new Signal("p-1", "p", "start", "host", 999_999_999_999_999_999L, "tag", Map.of());
		SignalExtension extension = new SignalExtension("12", 12, 1, 20_000, "event-signal-reply:{x}:1");
		SignalExtension traced = new SignalExtension("12", 12, 1, 20_000, "event-signal-reply:{x}:1",
				Map.of("traceparent", "00-1", "tracestate", "a=b"));
		for (SignalExtension any : Arrays.asList(null, extension, traced)) {
			String json = new String(this.codec.write(signal, any), StandardCharsets.UTF_8);
			assertThat(scan(json)).isEqualTo(new ReceivedSignal(signal, any, null));
		}
		Signal escaped = new Signal("p-1", "p", "start", "host", 1, "\"", Map.of());
		assertThat(scan(new String(this.codec.write(escaped, null), StandardCharsets.UTF_8))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"metadata\":{\"uuid\":1.0}", "\"metadata\":{\"uuid\":1e3}", "\"metadata\":{\"uuid\":[]}",
			"\"metadata\":{\"uuid\":{}}", "\"metadata\":{\"uuid\":1,}", "\"metadata\":{\"uuid\":01}",
			"\"metadata\":{\"uuid\":truex}", "\"metadata\":{\"uuid\":NaN}",
			"\"metadata\":{\"uuid\":1,\"_ss\":{\"v\":1}}", "\"metadata\":{\"_ss\":{\"v\":1},}",
			"\"metadata\":{\"u\\u0075id\":1}", "\"metadata\":{\"uuid\":\"\\n\"}",
			"\"metadata\":{\"uuid\":1234567890123456789}", "\"metadata\":{\"_ss\":{\"v\":1,\"seq\":-2}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"key\":\"k\",\"at\":-2,\"sig\":\"s\"}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"seq\":1.0}}", "\"metadata\":{\"_ss\":7}",
			"\"metadata\":{\"_ss\":{\"v\":1},\"_ss\":7}", "\"metadata\":{\"_ss\":{\"v\":1,\"trace\":[\"a\":\"b\"}}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"trace\":{\"a\",\"b\"}}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"trace\":{\"a\":\"b\"]}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"seq\":1,\"id\":\"1\"}}", "\"metadata\":{\"_ss\":{\"v\":1,\"more\":1}}",
			"\"metadata\":{\"_ss\":{\"v\":1,\"seq\":1234567890123456789}}", "\"metadata\":null", "\"more\":1" })
	void leavesTheRestToTheParser(String member) {
		assertThat(scan(ENVELOPE + "," + member + "}")).isNull();
	}

	@Test
	void leavesManyEntriesToTheParser() {
		String usual = withEntries(32);
		assertThat(scan(withEntries(33))).isNull();
		assertThat(scan(usual)).isNotNull().isEqualTo(ScannerTesting.read(usual, this::parse));
	}

	private static String withEntries(int count) {
		return IntStream.range(0, count)
			.mapToObj((i) -> "\"key%d\":%d".formatted(i, i))
			.collect(Collectors.joining(",", ENVELOPE + ",\"metadata\":{", "}}"));
	}

	private @Nullable ReceivedSignal scan(String json) {
		return ScannerTesting.read(json, (bytes) -> ScannerTesting.scan(this.scanner, bytes));
	}

	private @Nullable ReceivedSignal parse(byte[] json) {
		return (MessageReader.readSignal(json, null) instanceof ReceivedSignal read) ? read : null;
	}

}
