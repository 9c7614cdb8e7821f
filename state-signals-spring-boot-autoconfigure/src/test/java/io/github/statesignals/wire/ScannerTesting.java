package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for every {@link JsonScanner}.
 */
final class ScannerTesting {

	private static final String ALPHABET = "{}[]\",: \\0123456789-.eE+truefalsn_idpx\t\u00e9";

	private ScannerTesting() {
	}

	/**
	 * A scanner reads what the parser reads, or nothing: tried with a great many small
	 * changes to what is usual.
	 * @param usual what is usual
	 * @param scan the scanner, of an array and the length of the JSON in it
	 * @param parse the parser; gives {@code null} for what is malformed
	 */
	static void neverReadsAnythingOtherThanTheParserDoes(List<String> usual, Function<byte[], ?> scan,
			Function<byte[], ?> parse) {
		Random random = new Random(42);
		int read = 0;
		for (int i = 0; i < 200_000; i++) {
			String json = edited(usual.get(random.nextInt(usual.size())), random);
			Object scanned = read(json, scan);
			if (scanned != null) {
				read++;
				assertThat(scanned).as(json).isEqualTo(read(json, parse));
			}
		}
		assertThat(read).isGreaterThan(1_000);
	}

	private static String edited(String usual, Random random) {
		StringBuilder json = new StringBuilder(usual);
		for (int edits = random.nextInt(3); edits >= 0; edits--) {
			int at = random.nextInt(json.length());
			char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
			switch (random.nextInt(3)) {
				case 0 -> json.setCharAt(at, other);
				case 1 -> json.insert(at, other);
				default -> json.deleteCharAt(at);
			}
		}
		return json.toString();
	}

	static <T> @Nullable T read(String json, Function<byte[], @Nullable T> reader) {
		return reader.apply(json.getBytes(StandardCharsets.UTF_8));
	}

	static ReceivedSignal signal(SignalCodec codec, byte[] payload) throws MalformedPayloadException {
		return (ReceivedSignal) checked(codec.readSignal(payload));
	}

	static ReceivedResponse response(SignalCodec codec, byte[] payload) throws MalformedPayloadException {
		return (ReceivedResponse) checked(codec.readResponse(payload));
	}

	private static ReceivedMessage checked(ReceivedMessage message) throws MalformedPayloadException {
		if (message instanceof MalformedMessage malformed) {
			throw new MalformedPayloadException(malformed.problem());
		}
		return message;
	}

}
