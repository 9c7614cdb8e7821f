package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.github.statesignals.Signal;
import io.github.statesignals.core.SignalExtension;
import io.github.statesignals.redis.SignalCodec.HeardSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SignalScannerTests {

	private static final String ENVELOPE = "{\"publisher_id\":\"p-1\",\"process_name\":\"p\",\"event\":\"start\","
			+ "\"runner_host\":\"h\",\"sample_no\":-1,\"tag\":\"No tag specified\"";

	private static final List<String> USUAL = List.of(ENVELOPE + "}", ENVELOPE + ",\"metadata\":{}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"id\":\"7\",\"seq\":7,\"sent\":12345,\"timeout\":20000,"
					+ "\"reply_to\":\"event-signal-reply:{event-signal-pubsub}:1\"}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"seq\":1,\"reply_to\":\"r\"}}}",
			ENVELOPE + ",\"metadata\":{\"_ss\":{\"sent\":999999999999999999}}}",
			ENVELOPE.replace(":", ": ").replace(",", ", ") + "}");

	private final StringCache strings = new StringCache();

	private final SignalScanner scanner = new SignalScanner(this.strings);

	private final SignalCodec codec = new SignalCodec(1_000_000);

	@Test
	void readsWhatIsUsual() throws MalformedPayloadException {
		for (String json : USUAL) {
			assertThat(scan(json)).as(json).isNotNull().isEqualTo(parse(json));
		}
	}

	@Test
	void readsWhatIsWrittenHere() throws MalformedPayloadException {
		Signal signal = new Signal("p-1", "p", "start", "host", 999_999_999, "tag", Map.of());
		SignalExtension extension = new SignalExtension("12", 12, 1, 20_000, "event-signal-reply:{x}:1");
		for (SignalExtension any : Arrays.asList(null, extension)) {
			String json = new String(this.codec.write(signal, any), StandardCharsets.UTF_8);
			assertThat(scan(json)).isEqualTo(new HeardSignal(signal, any));
		}
		Signal escaped = new Signal("p-1", "p", "start", "host", 1, "\"", Map.of());
		assertThat(scan(new String(this.codec.write(escaped, null), StandardCharsets.UTF_8))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"metadata\":{\"uuid\":1}", "\"metadata\":{\"_ss\":{},\"uuid\":1}",
			"\"metadata\":{\"_ss\":{\"seq\":-2}}", "\"metadata\":{\"_ss\":{\"seq\":1.0}}", "\"metadata\":{\"_ss\":7}",
			"\"metadata\":{\"_ss\":{\"seq\":1,\"id\":\"1\"}}", "\"metadata\":{\"_ss\":{\"more\":1}}",
			"\"metadata\":{\"_ss\":{\"seq\":1234567890123456789}}", "\"metadata\":null", "\"more\":1" })
	void leavesTheRestToTheParser(String member) {
		assertThat(scan(ENVELOPE + "," + member + "}")).isNull();
	}

	@Test
	void neverReadsAnythingOtherThanTheParserDoes() {
		Random random = new Random(44);
		String alphabet = "{}[]\",: \\0123456789-.eE+truefalsn_idpx\t\u00e9";
		int read = 0;
		for (int i = 0; i < 200_000; i++) {
			StringBuilder json = new StringBuilder(USUAL.get(random.nextInt(USUAL.size())));
			for (int edits = random.nextInt(3); edits >= 0; edits--) {
				int at = random.nextInt(json.length());
				char other = alphabet.charAt(random.nextInt(alphabet.length()));
				switch (random.nextInt(3)) {
					case 0 -> json.setCharAt(at, other);
					case 1 -> json.insert(at, other);
					default -> json.deleteCharAt(at);
				}
			}
			HeardSignal scanned = scan(json.toString());
			if (scanned != null) {
				read++;
				assertThat(scanned).as(json.toString()).isEqualTo(parsed(json.toString()));
			}
		}
		assertThat(read).isGreaterThan(1_000);
	}

	private @Nullable HeardSignal parsed(String json) {
		try {
			return parse(json);
		}
		catch (MalformedPayloadException ex) {
			return null;
		}
	}

	private HeardSignal parse(String json) throws MalformedPayloadException {
		byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
		return this.codec.parseSignal(inUsedArray(bytes), bytes.length);
	}

	private @Nullable HeardSignal scan(String json) {
		byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
		return this.scanner.scan(inUsedArray(bytes), bytes.length);
	}

	// With the rest of a longer one behind it.
	private static byte[] inUsedArray(byte[] json) {
		byte[] array = Arrays.copyOf(json, json.length + 20);
		Arrays.fill(array, json.length, array.length, (byte) '}');
		return array;
	}

}
