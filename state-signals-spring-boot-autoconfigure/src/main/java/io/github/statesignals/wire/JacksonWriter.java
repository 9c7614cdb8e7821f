package io.github.statesignals.wire;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes any signal and any response with Jackson's generator.
 */
final class JacksonWriter {

	private static final JsonFactory factory = JsonFactory.builder()
		// As Python does; and half a surrogate pair, which UTF-8 can't carry, survives.
		.enable(JsonWriteFeature.ESCAPE_NON_ASCII)
		// The same digits on every JDK.
		.enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
		.build();

	// For values that JSON has no type for.
	private static final JsonMapper mapper = JsonMapper.builder(factory).build();

	private JacksonWriter() {
	}

	static byte[] write(Signal signal, @Nullable SignalExtension extension, @Nullable Signature signature) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
		try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty(FieldNames.PUBLISHER_ID, signal.publisherId());
			json.writeStringProperty(FieldNames.PROCESS_NAME, signal.processName());
			json.writeStringProperty(FieldNames.EVENT, signal.event());
			json.writeStringProperty(FieldNames.RUNNER_HOST, signal.runnerHost());
			json.writeNumberProperty(FieldNames.SAMPLE_NO, signal.sampleNo());
			json.writeStringProperty(FieldNames.TAG, signal.tag());
			if (!signal.metadata().isEmpty() || extension != null) {
				json.writeObjectPropertyStart(FieldNames.METADATA);
				// First, where a reader finds it even if the rest exceeds its limit.
				if (extension != null) {
					write(json, extension, signature);
					writeEntries(json, withoutExtension(signal.metadata()));
				}
				else {
					writeEntries(json, signal.metadata());
				}
				json.writeEndObject();
			}
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private static Map<String, @Nullable Object> withoutExtension(Map<String, @Nullable Object> metadata) {
		if (!metadata.containsKey(FieldNames.EXTENSION)) {
			return metadata;
		}
		Map<String, @Nullable Object> others = new LinkedHashMap<>(metadata);
		others.remove(FieldNames.EXTENSION);
		return others;
	}

	private static void write(JsonGenerator json, SignalExtension extension, @Nullable Signature signature) {
		json.writeObjectPropertyStart(FieldNames.EXTENSION);
		json.writeNumberProperty(FieldNames.VERSION, FieldNames.EXTENSION_VERSION);
		writeText(json, FieldNames.ID, extension.id());
		writeNumber(json, FieldNames.SEQUENCE, extension.sequence());
		writeNumber(json, FieldNames.SENT, extension.sentMillis());
		writeNumber(json, FieldNames.TIMEOUT, extension.timeoutMillis());
		writeText(json, FieldNames.REPLY_TO, extension.replyTo());
		write(json, signature);
		// Behind the signature, whose place is the first one that looks like it.
		if (!extension.trace().isEmpty()) {
			json.writeObjectPropertyStart(FieldNames.TRACE);
			extension.trace().forEach(json::writeStringProperty);
			json.writeEndObject();
		}
		json.writeEndObject();
	}

	private static void write(JsonGenerator json, @Nullable Signature signature) {
		if (signature != null) {
			json.writeStringProperty(FieldNames.KEY, signature.key());
			json.writeNumberProperty(FieldNames.SIGNED_AT, signature.time());
			writeText(json, FieldNames.REPLAY_FOR, signature.replayFor());
			json.writeStringProperty(FieldNames.SIGNATURE, signature.value());
		}
	}

	private static void writeText(JsonGenerator json, String name, @Nullable String text) {
		if (text != null) {
			json.writeStringProperty(name, text);
		}
	}

	private static void writeNumber(JsonGenerator json, String name, long number) {
		if (number != SignalExtension.NONE) {
			json.writeNumberProperty(name, number);
		}
	}

	static byte[] write(Response response, @Nullable ResponseExtension extension, @Nullable Signature signature) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
		try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty(FieldNames.RESPONDER_ID, response.responderId());
			json.writeStringProperty(FieldNames.PUBLISHER_ID, response.publisherId());
			json.writeStringProperty(FieldNames.EVENT, response.event());
			Integer ras = response.ras();
			if (ras != null) {
				json.writeNumberProperty(FieldNames.RAS, ras);
			}
			writeText(json, FieldNames.MESSAGE, response.message());
			if (extension != null) {
				write(json, extension, signature);
			}
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private static void write(JsonGenerator json, ResponseExtension extension, @Nullable Signature signature) {
		json.writeObjectPropertyStart(FieldNames.EXTENSION);
		json.writeNumberProperty(FieldNames.VERSION, FieldNames.EXTENSION_VERSION);
		writeText(json, FieldNames.ID, extension.id());
		if (extension.handledEvents() != null) {
			json.writeArrayPropertyStart(FieldNames.HANDLED_EVENTS);
			extension.handledEvents().forEach(json::writeString);
			json.writeEndArray();
		}
		writeText(json, FieldNames.ADDRESS, extension.address());
		writeText(json, FieldNames.SEAL, extension.seal());
		Probe probe = extension.probe();
		if (probe != null) {
			json.writeStringProperty(FieldNames.PROBE, probe.nonce());
			writeText(json, FieldNames.STATE,
					(probe.state() != null) ? probe.state().name().toLowerCase(Locale.ROOT) : null);
		}
		write(json, signature);
		json.writeEndObject();
	}

	private static void writeEntries(JsonGenerator json, Map<?, ?> map) {
		map.forEach((key, value) -> {
			json.writeName(String.valueOf(key));
			writeValue(json, value);
		});
	}

	private static void writeValue(JsonGenerator json, @Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			json.writeStartObject();
			writeEntries(json, map);
			json.writeEndObject();
		}
		else if (value instanceof Iterable<?> values) {
			json.writeStartArray();
			values.forEach((nested) -> writeValue(json, nested));
			json.writeEndArray();
		}
		else if (value instanceof String text) {
			json.writeString(text);
		}
		else if (value instanceof Integer number) {
			json.writeNumber(number);
		}
		else if (value instanceof BigDecimal number) {
			json.writeNumber(JsonNumbers.write(number));
		}
		else if (value instanceof BigInteger number) {
			json.writeNumber(JsonNumbers.write(number));
		}
		else if (value instanceof Boolean bool) {
			json.writeBoolean(bool);
		}
		else if (value == null) {
			json.writeNull();
		}
		else {
			json.writeRawValue(mapper.writeValueAsString(value));
		}
	}

}
