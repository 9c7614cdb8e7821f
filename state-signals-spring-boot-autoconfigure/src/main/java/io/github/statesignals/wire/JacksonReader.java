package io.github.statesignals.wire;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads any signal and any response with Jackson's parser.
 */
final class JacksonReader {

	private static final JsonFactory factory = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(Limits.NESTING_DEPTH)
			.maxNumberLength(Limits.NUMBER_LENGTH)
			.build())
		// As Python's json module does.
		.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
		.build();

	private JacksonReader() {
	}

	static JsonParser createParser(byte[] payload, int length) {
		return factory.createParser(ObjectReadContext.empty(), payload, 0, length);
	}

	static ReceivedSignal readSignal(byte[] payload) throws MalformedPayloadException {
		try (JsonParser json = open(payload)) {
			String publisherId = null;
			String processName = null;
			String event = null;
			String runnerHost = null;
			Long sampleNo = null;
			String tag = null;
			Map<String, @Nullable Object> metadata = Map.of();
			for (String key = json.nextName(); key != null; key = json.nextName()) {
				json.nextToken();
				switch (key) {
					case FieldNames.PUBLISHER_ID -> publisherId = readText(json, key);
					case FieldNames.PROCESS_NAME -> processName = readText(json, key);
					case FieldNames.EVENT -> event = readText(json, key);
					case FieldNames.RUNNER_HOST -> runnerHost = readText(json, key);
					case FieldNames.SAMPLE_NO -> sampleNo = readLong(json, key);
					case FieldNames.TAG -> tag = readText(json, key);
					case FieldNames.METADATA -> metadata = readMetadata(json);
					default -> json.skipChildren();
				}
			}
			requireEnd(json);
			SignalExtension extension = metadata.isEmpty() ? null : signalExtension(metadata.get(FieldNames.EXTENSION));
			Signature signature = null;
			if (extension != null && metadata.remove(FieldNames.EXTENSION) instanceof Map<?, ?> members) {
				signature = signature(members);
			}
			return new ReceivedSignal(new Signal(required(publisherId, FieldNames.PUBLISHER_ID),
					required(processName, FieldNames.PROCESS_NAME), required(event, FieldNames.EVENT),
					required(runnerHost, FieldNames.RUNNER_HOST), required(sampleNo, FieldNames.SAMPLE_NO),
					required(tag, FieldNames.TAG), metadata), extension, signature);
		}
		catch (JacksonException ex) {
			throw MalformedPayloadException.of(ex);
		}
	}

	static ReceivedResponse readResponse(byte[] payload) throws MalformedPayloadException {
		try (JsonParser json = open(payload)) {
			String responderId = null;
			String publisherId = null;
			String event = null;
			Integer ras = null;
			String message = null;
			ResponseExtension extension = null;
			Signature signature = null;
			for (String key = json.nextName(); key != null; key = json.nextName()) {
				json.nextToken();
				switch (key) {
					case FieldNames.RESPONDER_ID -> responderId = readText(json, key);
					case FieldNames.PUBLISHER_ID -> publisherId = readText(json, key);
					case FieldNames.EVENT -> event = readText(json, key);
					case FieldNames.RAS -> ras = readRas(json);
					case FieldNames.MESSAGE -> message = readMessage(json);
					case FieldNames.EXTENSION -> {
						Map<String, @Nullable Object> members = readExtension(json);
						extension = (members != null) ? responseExtension(members) : null;
						signature = (members != null) ? signature(members) : null;
					}
					default -> json.skipChildren();
				}
			}
			requireEnd(json);
			return new ReceivedResponse(new Response(required(responderId, FieldNames.RESPONDER_ID),
					required(publisherId, FieldNames.PUBLISHER_ID), required(event, FieldNames.EVENT), ras, message),
					extension, signature);
		}
		catch (JacksonException ex) {
			throw MalformedPayloadException.of(ex);
		}
	}

	private static JsonParser open(byte[] payload) throws MalformedPayloadException {
		JsonParser json = createParser(payload, payload.length);
		if (json.nextToken() != JsonToken.START_OBJECT) {
			throw MalformedPayloadException.notAnObject("it is not a JSON object");
		}
		return json;
	}

	private static void requireEnd(JsonParser json) throws MalformedPayloadException {
		if (json.nextToken() != null) {
			throw MalformedPayloadException.notAnObject("something follows the JSON object");
		}
	}

	private static <T> T required(@Nullable T value, String key) throws MalformedPayloadException {
		if (value == null) {
			throw new MalformedPayloadException("'" + key + "' is missing");
		}
		return value;
	}

	private static String readText(JsonParser json, String key) throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.VALUE_STRING)) {
			throw new MalformedPayloadException("'" + key + "' is not a string");
		}
		// Asking the parser for the length first costs an eighth of reading a signal.
		String text = json.getString();
		if (text.length() > Limits.TEXT_LENGTH) {
			throw new MalformedPayloadException("'" + key + "' has more than " + Limits.TEXT_LENGTH + " characters");
		}
		return text;
	}

	private static long readLong(JsonParser json, String key) throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.VALUE_NUMBER_INT) || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
			throw new MalformedPayloadException("'" + key + "' is not a 64-bit integer");
		}
		return json.getLongValue();
	}

	// Python takes a message of any type. What is no string is written as JSON.
	private static @Nullable String readMessage(JsonParser json) {
		if (json.hasToken(JsonToken.VALUE_NULL)) {
			return null;
		}
		if (json.currentToken().isScalarValue()) {
			return json.getString();
		}
		StringWriter text = new StringWriter();
		try (JsonGenerator generator = factory.createGenerator(ObjectWriteContext.empty(), text)) {
			generator.copyCurrentStructure(json);
		}
		return text.toString();
	}

	// A value that equals 1 in Python is success; any other is a failure, also "1".
	static Integer readRas(JsonParser json) {
		return switch (json.currentToken()) {
			case VALUE_TRUE -> Acknowledgement.SUCCESS;
			case VALUE_FALSE, VALUE_NULL -> Acknowledgement.FAILURE;
			case VALUE_NUMBER_INT ->
				(json.getNumberType() == JsonParser.NumberType.INT) ? json.getIntValue() : Acknowledgement.FAILURE;
			case VALUE_NUMBER_FLOAT ->
				(json.getDoubleValue() == Acknowledgement.SUCCESS) ? Acknowledgement.SUCCESS : Acknowledgement.FAILURE;
			default -> {
				json.skipChildren();
				yield Acknowledgement.FAILURE;
			}
		};
	}

	private static Map<String, @Nullable Object> readMetadata(JsonParser json) throws MalformedPayloadException {
		if (json.hasToken(JsonToken.VALUE_NULL)) {
			return Map.of();
		}
		if (!json.hasToken(JsonToken.START_OBJECT)) {
			throw new MalformedPayloadException("'metadata' is not an object");
		}
		return readObject(json);
	}

	// A member that is of the wrong type or too long counts as absent: it is no reason to
	// lose the signal.
	static @Nullable SignalExtension signalExtension(@Nullable Object value) {
		if (!(value instanceof Map<?, ?> extension)
				|| number(extension.get(FieldNames.VERSION)) < FieldNames.EXTENSION_VERSION) {
			// The publisher's own: Python has no reserved key.
			return null;
		}
		return new SignalExtension(text(extension.get(FieldNames.ID)), number(extension.get(FieldNames.SEQUENCE)),
				number(extension.get(FieldNames.SENT)), number(extension.get(FieldNames.TIMEOUT)),
				text(extension.get(FieldNames.REPLY_TO)), trace(extension.get(FieldNames.TRACE)));
	}

	private static Map<String, String> trace(@Nullable Object value) {
		if (!(value instanceof Map<?, ?> fields)) {
			return Map.of();
		}
		Map<String, String> texts = new LinkedHashMap<>();
		fields.forEach((name, field) -> {
			if (name instanceof String key && field instanceof String text) {
				texts.put(key, text);
			}
		});
		return texts;
	}

	static @Nullable ResponseExtension readResponseExtension(JsonParser json) throws MalformedPayloadException {
		Map<String, @Nullable Object> members = readExtension(json);
		return (members != null) ? responseExtension(members) : null;
	}

	private static @Nullable Map<String, @Nullable Object> readExtension(JsonParser json)
			throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.START_OBJECT)) {
			json.skipChildren();
			return null;
		}
		Map<String, @Nullable Object> members = readObject(json);
		return (number(members.get(FieldNames.VERSION)) < FieldNames.EXTENSION_VERSION) ? null : members;
	}

	private static @Nullable Signature signature(Map<?, ?> members) {
		String key = text(members.get(FieldNames.KEY));
		String value = text(members.get(FieldNames.SIGNATURE));
		return (key != null && value != null) ? new Signature(key, number(members.get(FieldNames.SIGNED_AT)), value,
				text(members.get(FieldNames.REPLAY_FOR))) : null;
	}

	private static ResponseExtension responseExtension(Map<?, ?> members) {
		ResponseExtension extension = new ResponseExtension(text(members.get(FieldNames.ID)),
				handledEvents(members.get(FieldNames.HANDLED_EVENTS)), text(members.get(FieldNames.ADDRESS)),
				text(members.get(FieldNames.SEAL)),
				probe(text(members.get(FieldNames.PROBE)), members.get(FieldNames.STATE)));
		return extension.equals(ResponseExtension.UNDERSTOOD) ? ResponseExtension.UNDERSTOOD : extension;
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value instanceof String text && text.length() <= Limits.TEXT_LENGTH) ? text : null;
	}

	// In a form that is not known, too: a responder without a handler has not acted.
	private static @Nullable List<String> handledEvents(@Nullable Object value) {
		if (!(value instanceof List<?> values)) {
			return (value != null) ? List.of() : null;
		}
		return values.stream().filter((each) -> text(each) != null).map(String.class::cast).toList();
	}

	private static long number(@Nullable Object value) {
		if (value instanceof Integer || value instanceof Long) {
			return Math.max(((Number) value).longValue(), SignalExtension.NONE);
		}
		return SignalExtension.NONE;
	}

	// A newer version may answer with further states: only a known one removes a
	// responder.
	private static @Nullable Probe probe(@Nullable String nonce, @Nullable Object state) {
		if (nonce == null || state == null) {
			return (nonce != null) ? new Probe(nonce, null) : null;
		}
		boolean absent = state instanceof String name && name.equalsIgnoreCase(State.ABSENT.name());
		return new Probe(nonce, absent ? State.ABSENT : State.WORKING);
	}

	private static Map<String, @Nullable Object> readObject(JsonParser json) throws MalformedPayloadException {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		for (String key = json.nextName(); key != null; key = json.nextName()) {
			json.nextToken();
			object.put(key, readValue(json));
		}
		return object;
	}

	static @Nullable Object readValue(JsonParser json) throws MalformedPayloadException {
		return switch (json.currentToken()) {
			case START_OBJECT -> readObject(json);
			case START_ARRAY -> {
				List<@Nullable Object> array = new ArrayList<>();
				while (json.nextToken() != JsonToken.END_ARRAY) {
					array.add(readValue(json));
				}
				yield array;
			}
			case VALUE_STRING -> json.getString();
			case VALUE_TRUE -> Boolean.TRUE;
			case VALUE_FALSE -> Boolean.FALSE;
			case VALUE_NUMBER_INT -> json.getNumberValue();
			case VALUE_NUMBER_FLOAT -> JsonNumbers.read(json.getString());
			default -> null;
		};
	}

}
