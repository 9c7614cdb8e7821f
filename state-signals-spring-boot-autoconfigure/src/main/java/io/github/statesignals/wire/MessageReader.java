package io.github.statesignals.wire;

import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads any signal and any response with Jackson's parser. Of a malformed or too large
 * message it has the members that it takes to answer or count it: as far as it is JSON,
 * and of a too large one no more than the first {@value #PREFIX} bytes, and the extension
 * of a response. Its problems quote nothing of the message.
 */
final class MessageReader {

	static final int PREFIX = 64 * 1024;

	// The parser reports an incomplete token up to this number of characters before the
	// end.
	private static final int TOKEN_LENGTH = 16;

	private static final JsonFactory factory = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(Limits.NESTING_DEPTH)
			.maxNumberLength(Limits.NUMBER_LENGTH)
			.maxNameLength(Integer.MAX_VALUE)
			.maxStringLength(Integer.MAX_VALUE)
			.build())
		// It would store thousands of keys of any length.
		.disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
		// As Python's json module does.
		.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
		.build();

	private final Map<String, Object> members = new HashMap<>();

	private final boolean signal;

	// Whether combined answers are read.
	private final boolean combined;

	// The first.
	private @Nullable String problem;

	// As far as it was read. If it is not, no part of it is to be trusted.
	private boolean json;

	private MessageReader(boolean signal, boolean combined, byte[] payload, @Nullable String tooLarge) {
		this.signal = signal;
		this.combined = combined;
		this.problem = tooLarge;
		int available = (tooLarge != null) ? Math.min(payload.length, PREFIX) : payload.length;
		CharBuffer text = JsonLines.decode(payload, available);
		if (text == null) {
			note("it is not readable as UTF-8");
			return;
		}
		try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text.array(), text.position(),
				text.remaining())) {
			read(parser);
		}
		catch (StreamConstraintsException ex) {
			// The part before it is JSON.
			this.json = true;
			note(String.valueOf(ex.getOriginalMessage()).startsWith("Number") ? Limits.TOO_MANY_DIGITS
					: Limits.TOO_DEEP);
		}
		catch (JacksonException ex) {
			// The parser's own message may quote the payload.
			note("it is not readable as JSON (%s)".formatted(ex.getClass().getSimpleName()));
			TokenStreamLocation location = ex.getLocation();
			this.json = available < payload.length && location != null
					&& location.getCharOffset() >= text.remaining() - TOKEN_LENGTH;
		}
	}

	// tooLarge: the problem of a payload that is not to be read completely.
	static ReceivedMessage readSignal(byte[] payload, @Nullable String tooLarge) {
		MessageReader reader = new MessageReader(true, false, payload, tooLarge);
		Map<String, @Nullable Object> metadata = reader.object(FieldNames.METADATA);
		SignalExtension extension = ExtensionReader.signal(metadata.get(FieldNames.EXTENSION));
		String problem = reader.problem(FieldNames.PUBLISHER_ID, FieldNames.PROCESS_NAME, FieldNames.EVENT,
				FieldNames.RUNNER_HOST, FieldNames.SAMPLE_NO, FieldNames.TAG);
		if (problem != null) {
			return new MalformedMessage(problem, reader.unreadable(problem, extension), null);
		}
		Signature signature = (extension != null && metadata.remove(FieldNames.EXTENSION) instanceof Map<?, ?> members)
				? ExtensionReader.signature(members) : null;
		return new ReceivedSignal(new Signal(reader.text(FieldNames.PUBLISHER_ID), reader.text(FieldNames.PROCESS_NAME),
				reader.text(FieldNames.EVENT), reader.text(FieldNames.RUNNER_HOST),
				(Long) Objects.requireNonNull(reader.members.get(FieldNames.SAMPLE_NO)), reader.text(FieldNames.TAG),
				metadata), extension, signature);
	}

	// A response is no signal, and is not answered.
	private @Nullable UnreadableSignal unreadable(String problem, @Nullable SignalExtension extension) {
		return (this.json && has(FieldNames.PUBLISHER_ID, FieldNames.EVENT) && !has(FieldNames.RESPONDER_ID))
				? new UnreadableSignal(text(FieldNames.PUBLISHER_ID), text(FieldNames.EVENT),
						(String) this.members.get(FieldNames.TAG), extension, problem)
				: null;
	}

	static ReceivedMessage readResponse(byte[] payload, @Nullable String tooLarge, boolean combined) {
		MessageReader reader = new MessageReader(false, combined, payload, tooLarge);
		if (tooLarge != null) {
			boolean countable = reader.json && reader.members.get(FieldNames.RESPONDER_ID) instanceof String
					&& reader.has(FieldNames.PUBLISHER_ID, FieldNames.EVENT, FieldNames.RAS);
			return new MalformedMessage(tooLarge, null,
					countable ? new ReceivedResponse(reader.response("(left out: " + tooLarge + ")"),
							findExtension(payload), null) : null);
		}
		String problem = reader.problem(FieldNames.RESPONDER_ID, FieldNames.PUBLISHER_ID, FieldNames.EVENT);
		if (problem != null) {
			return new MalformedMessage(problem, null, null);
		}
		Map<String, @Nullable Object> extension = reader.object(FieldNames.EXTENSION);
		List<String> responders = ResponseValues.ids(reader.members.get(FieldNames.RESPONDER_ID));
		List<String> signals = (combined && ExtensionReader.response(extension) != null)
				? ResponseValues.ids(extension.get(FieldNames.ID)) : List.of();
		if (!responders.isEmpty() && !signals.isEmpty()) {
			return new MalformedMessage("it combines answers of several responders to several signals", null, null);
		}
		if (!responders.isEmpty()) {
			return reader.combined(reader.members, FieldNames.RESPONDER_ID, responders);
		}
		return !signals.isEmpty() ? reader.combined(extension, FieldNames.ID, signals) : reader.received();
	}

	private ReceivedFrame combined(Map<String, ? super String> members, String key, List<String> values) {
		List<ReceivedMessage> answers = new ArrayList<>();
		for (String value : values) {
			members.put(key, value);
			answers.add(received());
		}
		return new ReceivedFrame(answers);
	}

	private ReceivedResponse received() {
		Map<String, @Nullable Object> members = object(FieldNames.EXTENSION);
		ResponseExtension extension = ExtensionReader.response(members);
		return new ReceivedResponse(response((String) this.members.get(FieldNames.MESSAGE)), extension,
				(extension != null) ? ExtensionReader.signature(members) : null);
	}

	private Response response(@Nullable String message) {
		return new Response(text(FieldNames.RESPONDER_ID), text(FieldNames.PUBLISHER_ID), text(FieldNames.EVENT),
				(Integer) this.members.get(FieldNames.RAS), message);
	}

	// The extension follows the message. Within a string its key would be escaped.
	private static @Nullable ResponseExtension findExtension(byte[] payload) {
		int start = ResponseValues.findExtensionKey(payload, 0);
		if (start < 0) {
			return null;
		}
		byte[] object = Arrays.copyOfRange(payload, start - 1, Math.min(payload.length, start + PREFIX));
		object[0] = '{';
		return (new MessageReader(false, false, object, "").members
			.get(FieldNames.EXTENSION) instanceof Map<?, ?> members
				&& ResponseValues.findExtensionKey(payload, start + 1) < 0) ? ExtensionReader.response(members)
						: ExtensionReader.UNREADABLE;
	}

	private void note(String problem) {
		if (this.problem == null) {
			this.problem = problem;
		}
	}

	private @Nullable String problem(String... required) {
		for (String key : required) {
			if (!this.members.containsKey(key)) {
				note("'" + key + "' is missing");
			}
		}
		return this.problem;
	}

	private boolean has(String... keys) {
		return this.members.keySet().containsAll(List.of(keys));
	}

	private String text(String key) {
		return (String) Objects.requireNonNull(this.members.get(key));
	}

	@SuppressWarnings("unchecked")
	private Map<String, @Nullable Object> object(String key) {
		return (Map<String, @Nullable Object>) this.members.getOrDefault(key, Map.of());
	}

	private void read(JsonParser parser) {
		if (parser.nextToken() != JsonToken.START_OBJECT) {
			note("it is not a JSON object");
			return;
		}
		for (String key = parser.nextName(); key != null; key = parser.nextName()) {
			parser.nextToken();
			Object value = readMember(parser, key);
			if (value != null) {
				this.members.put(key, value);
			}
			else {
				// The last of several counts.
				this.members.remove(key);
				parser.skipChildren();
			}
		}
		this.json = parser.nextToken() == null;
		if (!this.json) {
			note("something follows the JSON object");
		}
	}

	private @Nullable Object readMember(JsonParser parser, String key) {
		return switch (key) {
			case FieldNames.PUBLISHER_ID, FieldNames.EVENT -> readText(parser, key, true);
			case FieldNames.PROCESS_NAME, FieldNames.RUNNER_HOST, FieldNames.TAG -> readText(parser, key, this.signal);
			case FieldNames.RESPONDER_ID -> readResponders(parser);
			case FieldNames.SAMPLE_NO -> this.signal ? readSampleNo(parser) : null;
			case FieldNames.METADATA -> this.signal ? readMetadata(parser) : null;
			case FieldNames.RAS -> this.signal ? null : ResponseValues.ras(parser);
			case FieldNames.MESSAGE -> this.signal ? null : ResponseValues.message(parser, factory);
			case FieldNames.EXTENSION ->
				(this.signal || !parser.hasToken(JsonToken.START_OBJECT)) ? null : readObject(parser);
			default -> null;
		};
	}

	private @Nullable String readText(JsonParser parser, String key, boolean required) {
		// Asking the parser for the length first costs an eighth of reading a signal.
		String text = parser.hasToken(JsonToken.VALUE_STRING) ? parser.getString() : null;
		if (text != null && text.length() <= Limits.TEXT_LENGTH) {
			return text;
		}
		if (required) {
			note("'" + key + "' "
					+ ((text != null) ? "has more than " + Limits.TEXT_LENGTH + " characters" : "is not a string"));
		}
		return null;
	}

	private @Nullable Object readResponders(JsonParser parser) {
		if (!this.combined || !parser.hasToken(JsonToken.START_ARRAY)) {
			return readText(parser, FieldNames.RESPONDER_ID, !this.signal);
		}
		Object ids = readValue(parser);
		if (ResponseValues.ids(ids).isEmpty()) {
			note("'" + FieldNames.RESPONDER_ID + "' is neither a string nor an array of 1 to " + Limits.FRAME_MESSAGES
					+ " strings");
		}
		return ids;
	}

	private @Nullable Long readSampleNo(JsonParser parser) {
		if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)
				&& parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
			return parser.getLongValue();
		}
		note("'" + FieldNames.SAMPLE_NO + "' is not a 64-bit integer");
		return null;
	}

	private @Nullable Map<String, @Nullable Object> readMetadata(JsonParser parser) {
		if (!parser.hasToken(JsonToken.START_OBJECT)) {
			if (!parser.hasToken(JsonToken.VALUE_NULL)) {
				note("'metadata' is not an object");
			}
			return null;
		}
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		// Its extension counts even if an entry behind it can't be read.
		this.members.put(FieldNames.METADATA, metadata);
		for (String key = parser.nextName(); key != null; key = parser.nextName()) {
			parser.nextToken();
			if (this.problem == null || key.equals(FieldNames.EXTENSION)) {
				metadata.put(key, readValue(parser));
			}
			else {
				parser.skipChildren();
			}
		}
		return metadata;
	}

	private Map<String, @Nullable Object> readObject(JsonParser parser) {
		Map<String, @Nullable Object> object = new LinkedHashMap<>();
		for (String key = parser.nextName(); key != null; key = parser.nextName()) {
			parser.nextToken();
			object.put(key, readValue(parser));
		}
		return object;
	}

	private @Nullable Object readValue(JsonParser parser) {
		return switch (parser.currentToken()) {
			case START_OBJECT -> readObject(parser);
			case START_ARRAY -> {
				List<@Nullable Object> array = new ArrayList<>();
				while (parser.nextToken() != JsonToken.END_ARRAY) {
					array.add(readValue(parser));
				}
				yield array;
			}
			case VALUE_STRING -> parser.getString();
			case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
			case VALUE_NUMBER_INT -> parser.getNumberValue();
			case VALUE_NUMBER_FLOAT -> readDecimal(parser);
			default -> null;
		};
	}

	private @Nullable Number readDecimal(JsonParser parser) {
		try {
			return (this.problem == null) ? JsonNumbers.read(parser.getString()) : null;
		}
		catch (IllegalArgumentException ex) {
			note(String.valueOf(ex.getMessage()));
			return null;
		}
	}

}
