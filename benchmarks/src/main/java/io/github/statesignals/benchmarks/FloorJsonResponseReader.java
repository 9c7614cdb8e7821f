package io.github.statesignals.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.async.ByteArrayFeeder;

/**
 * Reads responses with streaming JSON: all with one parser, which is fed one payload
 * after the other, and with no string of a value that is only compared.
 */
final class FloorJsonResponseReader extends FloorResponseReader {

	private static final char[] INITIALIZATION = "initialization".toCharArray();

	private final JsonParser json = FloorJson.JSON.createNonBlockingByteArrayParser(ObjectReadContext.empty());

	private final ByteArrayFeeder feeder = (ByteArrayFeeder) this.json.nonBlockingInputFeeder();

	private final Map<String, Integer> responders = new ConcurrentHashMap<>();

	private final char[] publisherId;

	private String responderId = "";

	private boolean own;

	FloorJsonResponseReader(String publisherId) {
		this.publisherId = publisherId.toCharArray();
	}

	@Override
	boolean read(byte[] payload) {
		this.own = false;
		this.initialization = false;
		this.ras = 0;
		this.id = 0;
		this.feeder.feedInput(payload, 0, payload.length);
		int depth = 0;
		do {
			JsonToken token = this.json.nextToken();
			if (token == JsonToken.START_OBJECT) {
				depth++;
			}
			else if (token == JsonToken.END_OBJECT) {
				depth--;
			}
			else if (token == JsonToken.NOT_AVAILABLE) {
				throw new IllegalArgumentException("Half a response");
			}
			else if (token.isScalarValue()) {
				readValue(this.json.currentName());
			}
		}
		while (depth > 0);
		if (this.own && this.initialization) {
			this.responders.putIfAbsent(this.responderId, this.responders.size());
		}
		return this.own;
	}

	private void readValue(String key) {
		switch (key) {
			case "publisher_id" -> this.own = is(this.publisherId);
			case "event" -> this.initialization = is(INITIALIZATION);
			case "responder_id" -> this.responderId = this.json.getString();
			case "ras" -> this.ras = this.json.getIntValue();
			case "id" -> this.id = readLong();
			default -> {
				// Nothing that this side needs.
			}
		}
	}

	private boolean is(char[] expected) {
		int offset = this.json.getStringOffset();
		return Arrays.equals(this.json.getStringCharacters(), offset, offset + this.json.getStringLength(), expected, 0,
				expected.length);
	}

	private long readLong() {
		char[] digits = this.json.getStringCharacters();
		int offset = this.json.getStringOffset();
		long value = 0;
		for (int i = 0; i < this.json.getStringLength(); i++) {
			value = value * 10 + (digits[offset + i] - '0');
		}
		return value;
	}

	@Override
	int responder() {
		return this.responders.getOrDefault(this.responderId, -1);
	}

	@Override
	int responders() {
		return this.responders.size();
	}

}
