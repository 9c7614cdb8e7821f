package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages in the tests of the codec.
 */
final class ScannerTesting {

	private ScannerTesting() {
	}

	static <T> @Nullable T read(String json, Function<byte[], @Nullable T> reader) {
		return reader.apply(json.getBytes(StandardCharsets.UTF_8));
	}

	static <M extends ReceivedMessage> @Nullable M scan(JsonScanner<M> scanner, byte[] json) {
		M message = scanner.scan(json, 0, json.length);
		return (scanner.position() == json.length) ? message : null;
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
