package io.github.statesignals.wire;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Signals and responses as the JSON that the Python package {@code state-signals} 1.0.1
 * writes and reads. Has a mapper of its own, so that no setting of the application's
 * renames a field; safe for use by many threads.
 */
public final class SignalCodec {

	/**
	 * The version of the extensions that is written. A higher one is read as far as it is
	 * known.
	 */
	static final int EXTENSION_VERSION = 1;

	private static final String VERSION = "v";

	private static final String ID = "id";

	private static final String SEQUENCE = "seq";

	private static final String SENT = "sent";

	private static final String TIMEOUT = "timeout";

	private static final String REPLY_TO = "reply_to";

	private static final String HANDLED_EVENTS = "handles";

	private static final String ADDRESS = "address";

	private static final String SEAL = "seal";

	private static final String NONCE = "probe";

	private static final String STATE = "state";

	private static final int WRITER_SIZE = 512;

	/**
	 * A larger one is not kept.
	 */
	private static final int LARGEST_WRITER = 4_096;

	static final int MAX_DEPTH = 256;

	static final int MAX_NUMBER_LENGTH = 10_000;

	private final StringCache strings = new StringCache();

	private final QuotedStrings quoted = new QuotedStrings();

	private final Spare<AsciiJson> writers = new Spare<>(() -> new AsciiJson(WRITER_SIZE, this.quoted));

	private final Spare<SignalScanner> signalScanners = new Spare<>(() -> new SignalScanner(this.strings));

	private final Spare<ResponseScanner> responseScanners = new Spare<>(() -> new ResponseScanner(this.strings));

	private final JsonFactory factory = JsonFactory.builder()
		.streamReadConstraints(
				StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNumberLength(MAX_NUMBER_LENGTH).build())
		// As Python's json module does.
		.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
		// As it does, too; and half a surrogate pair, which UTF-8 can't carry, survives.
		.enable(JsonWriteFeature.ESCAPE_NON_ASCII)
		// The same digits on every JDK.
		.enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
		.build();

	/**
	 * Only for values that are none of JSON's own.
	 */
	private final JsonMapper mapper = JsonMapper.builder(this.factory).build();

	private final long maxPayload;

	/**
	 * Create a codec.
	 * @param maxPayload the size in bytes beyond which a payload is not even looked at
	 */
	public SignalCodec(long maxPayload) {
		this.maxPayload = maxPayload;
	}

	/**
	 * Writes a signal.
	 * @param signal the signal
	 * @param extension its extension, if any
	 * @return the signal in JSON
	 * @throws IllegalArgumentException if it is larger than readers take
	 */
	public byte[] write(Signal signal, @Nullable SignalExtension extension) {
		byte[] written = encode(signal, extension);
		if (written.length > this.maxPayload) {
			throw new IllegalArgumentException(
					("'%s' of '%s' was not sent: it has %d bytes, and state-signals.protocol.max-payload allows %d. Send "
							+ "less metadata, or raise the property in every application of the channel")
						.formatted(signal.event(), signal.publisherId(), written.length, this.maxPayload));
		}
		return written;
	}

	private byte[] encode(Signal signal, @Nullable SignalExtension extension) {
		if (!signal.metadata().isEmpty()) {
			return generate(signal, extension);
		}
		AsciiJson json = this.writers.take();
		byte[] plain = PlainMessages.write(json, signal, extension);
		giveBack(json);
		return (plain != null) ? plain : generate(signal, extension);
	}

	private void giveBack(AsciiJson json) {
		if (json.size() <= LARGEST_WRITER) {
			json.reset();
			this.writers.giveBack(json);
		}
	}

	byte[] generate(Signal signal, @Nullable SignalExtension extension) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
		try (JsonGenerator json = this.factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty("publisher_id", signal.publisherId());
			json.writeStringProperty("process_name", signal.processName());
			json.writeStringProperty("event", signal.event());
			json.writeStringProperty("runner_host", signal.runnerHost());
			json.writeNumberProperty("sample_no", signal.sampleNo());
			json.writeStringProperty("tag", signal.tag());
			if (!signal.metadata().isEmpty() || extension != null) {
				json.writeName("metadata");
				json.writeStartObject();
				// First, where a reader finds it even if the rest is more than it takes.
				if (extension != null) {
					write(json, extension);
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
		if (!metadata.containsKey(Signal.RESERVED_METADATA_KEY)) {
			return metadata;
		}
		Map<String, @Nullable Object> others = new LinkedHashMap<>(metadata);
		others.remove(Signal.RESERVED_METADATA_KEY);
		return others;
	}

	private static void write(JsonGenerator json, SignalExtension extension) {
		json.writeObjectPropertyStart(Signal.RESERVED_METADATA_KEY);
		json.writeNumberProperty(VERSION, EXTENSION_VERSION);
		writeText(json, ID, extension.id());
		writeNumber(json, SEQUENCE, extension.sequence());
		writeNumber(json, SENT, extension.sentMillis());
		writeNumber(json, TIMEOUT, extension.timeoutMillis());
		writeText(json, REPLY_TO, extension.replyTo());
		json.writeEndObject();
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

	/**
	 * Writes a response. If it is larger than readers take, its message is shortened.
	 * @param response the response
	 * @param extension its extension, if any
	 * @return the response in JSON
	 */
	public byte[] write(Response response, @Nullable ResponseExtension extension) {
		String message = response.message();
		if (message == null || message.length() <= this.maxPayload) {
			byte[] written = encode(response, extension);
			if (message == null || written.length <= this.maxPayload) {
				return written;
			}
		}
		long room = this.maxPayload - encode(withMessage(response, ""), extension).length;
		return encode(withMessage(response, ShortenedMessages.shorten(message, room)), extension);
	}

	private static Response withMessage(Response response, @Nullable String message) {
		return new Response(response.responderId(), response.publisherId(), response.event(), response.ras(), message);
	}

	private byte[] encode(Response response, @Nullable ResponseExtension extension) {
		AsciiJson json = this.writers.take();
		byte[] plain = (extension == null || extension.isPlain()) ? PlainMessages.write(json, response, extension)
				: null;
		giveBack(json);
		return (plain != null) ? plain : generate(response, extension);
	}

	byte[] generate(Response response, @Nullable ResponseExtension extension) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
		try (JsonGenerator json = this.factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty("responder_id", response.responderId());
			json.writeStringProperty("publisher_id", response.publisherId());
			json.writeStringProperty("event", response.event());
			Integer ras = response.ras();
			if (ras != null) {
				json.writeNumberProperty("ras", ras);
			}
			writeText(json, "message", response.message());
			if (extension != null) {
				write(json, extension);
			}
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	private static void write(JsonGenerator json, ResponseExtension extension) {
		json.writeObjectPropertyStart(Signal.RESERVED_METADATA_KEY);
		json.writeNumberProperty(VERSION, EXTENSION_VERSION);
		writeText(json, ID, extension.id());
		if (extension.handledEvents() != null) {
			json.writeArrayPropertyStart(HANDLED_EVENTS);
			extension.handledEvents().forEach(json::writeString);
			json.writeEndArray();
		}
		writeText(json, ADDRESS, extension.address());
		writeText(json, SEAL, extension.seal());
		Probe probe = extension.probe();
		if (probe != null) {
			json.writeStringProperty(NONCE, probe.nonce());
			writeText(json, STATE, (probe.state() != null) ? probe.state().name().toLowerCase(Locale.ROOT) : null);
		}
		json.writeEndObject();
	}

	private void writeValue(JsonGenerator json, @Nullable Object value) {
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
		else if (value instanceof Boolean bool) {
			json.writeBoolean(bool);
		}
		else if (value == null) {
			json.writeNull();
		}
		else {
			json.writeRawValue(this.mapper.writeValueAsString(value));
		}
	}

	private void writeEntries(JsonGenerator json, Map<?, ?> map) {
		map.forEach((key, value) -> {
			json.writeName(String.valueOf(key));
			writeValue(json, value);
		});
	}

	/**
	 * The size in bytes beyond which a payload is not even looked at.
	 * @return the size
	 */
	public long maxPayload() {
		return this.maxPayload;
	}

	public HeardSignal readSignal(byte[] payload) throws MalformedPayloadException {
		return readSignal(payload, payload.length);
	}

	public HeardSignal readSignal(byte[] payload, int length) throws MalformedPayloadException {
		HeardSignal usual = (length <= this.maxPayload) ? scanSignal(payload, length) : null;
		if (usual != null) {
			return usual;
		}
		try {
			return parseSignal(payload, length);
		}
		catch (MalformedPayloadException ex) {
			throw ex.isJson() ? ex.withSignal(
					PartialMessages.signal(this.factory, payload, length, length > this.maxPayload, ex.problem())) : ex;
		}
	}

	private @Nullable HeardSignal scanSignal(byte[] payload, int length) {
		SignalScanner scanner = this.signalScanners.take();
		HeardSignal scanned = scanner.scan(payload, length);
		this.signalScanners.giveBack(scanner);
		return scanned;
	}

	HeardSignal parseSignal(byte[] payload, int length) throws MalformedPayloadException {
		try (JsonParser json = open(payload, length)) {
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
					case "publisher_id" -> publisherId = readString(json, key);
					case "process_name" -> processName = readString(json, key);
					case "event" -> event = readString(json, key);
					case "runner_host" -> runnerHost = readString(json, key);
					case "sample_no" -> sampleNo = readLong(json, key);
					case "tag" -> tag = readString(json, key);
					case "metadata" -> metadata = readMetadata(json);
					default -> json.skipChildren();
				}
			}
			requireEnd(json);
			SignalExtension extension = metadata.isEmpty() ? null
					: signalExtension(metadata.get(Signal.RESERVED_METADATA_KEY));
			if (extension != null) {
				metadata.remove(Signal.RESERVED_METADATA_KEY);
			}
			return new HeardSignal(
					new Signal(required(publisherId, "publisher_id"), required(processName, "process_name"),
							required(event, "event"), required(runnerHost, "runner_host"),
							required(sampleNo, "sample_no"), required(tag, "tag"), metadata),
					extension);
		}
		catch (JacksonException ex) {
			throw MalformedPayloadException.of(ex);
		}
	}

	// What makes no sense is as good as not there: it is no reason to lose the signal.
	static @Nullable SignalExtension signalExtension(@Nullable Object value) {
		if (!(value instanceof Map<?, ?> extension) || number(extension.get(VERSION)) < EXTENSION_VERSION) {
			// The publisher's own: Python knows no reserved key.
			return null;
		}
		return new SignalExtension(text(extension.get(ID)), number(extension.get(SEQUENCE)),
				number(extension.get(SENT)), number(extension.get(TIMEOUT)), text(extension.get(REPLY_TO)));
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value instanceof String text) ? text : null;
	}

	private static long number(@Nullable Object value) {
		if (value instanceof Integer || value instanceof Long) {
			return Math.max(((Number) value).longValue(), SignalExtension.NONE);
		}
		return SignalExtension.NONE;
	}

	public HeardResponse readResponse(byte[] payload) throws MalformedPayloadException {
		return readResponse(payload, payload.length);
	}

	public HeardResponse readResponse(byte[] payload, int length) throws MalformedPayloadException {
		HeardResponse usual = scanResponse(payload, length);
		return (usual != null) ? usual : parseResponse(payload, length);
	}

	/**
	 * Read a response as it usually is.
	 * @param payload the payload
	 * @param length its length
	 * @return the response, or {@code null} where it takes a parser
	 */
	public @Nullable HeardResponse scanResponse(byte[] payload, int length) {
		if (length > this.maxPayload) {
			return null;
		}
		ResponseScanner scanner = this.responseScanners.take();
		HeardResponse scanned = scanner.scan(payload, length);
		this.responseScanners.giveBack(scanner);
		return scanned;
	}

	public HeardResponse parseResponse(byte[] payload, int length) throws MalformedPayloadException {
		try (JsonParser json = open(payload, length)) {
			String responderId = null;
			String publisherId = null;
			String event = null;
			Integer ras = null;
			String message = null;
			ResponseExtension extension = null;
			for (String key = json.nextName(); key != null; key = json.nextName()) {
				json.nextToken();
				switch (key) {
					case "responder_id" -> responderId = readString(json, key);
					case "publisher_id" -> publisherId = readString(json, key);
					case "event" -> event = readString(json, key);
					case "ras" -> ras = readRas(json);
					case "message" -> message = json.hasToken(JsonToken.VALUE_NULL) ? null : readString(json, key);
					case Signal.RESERVED_METADATA_KEY -> extension = readResponseExtension(json);
					default -> json.skipChildren();
				}
			}
			requireEnd(json);
			return new HeardResponse(new Response(required(responderId, "responder_id"),
					required(publisherId, "publisher_id"), required(event, "event"), ras, message), extension);
		}
		catch (JacksonException ex) {
			throw MalformedPayloadException.of(ex);
		}
	}

	private JsonParser open(byte[] payload, int length) throws MalformedPayloadException {
		if (length > this.maxPayload) {
			throw new MalformedPayloadException(tooLarge(length));
		}
		JsonParser json = this.factory.createParser(ObjectReadContext.empty(), payload, 0, length);
		if (json.nextToken() != JsonToken.START_OBJECT) {
			throw MalformedPayloadException.notAnObject("it is not a JSON object");
		}
		return json;
	}

	/**
	 * Describes a payload that is too large.
	 * @param length how many bytes it has
	 * @return the problem
	 */
	public String tooLarge(int length) {
		return "it has %d bytes, and state-signals.protocol.max-payload allows %d".formatted(length, this.maxPayload);
	}

	/**
	 * Reads a response that is too large without its message.
	 * @param payload holds the beginning of the payload
	 * @param length how many bytes the payload has
	 * @return the response, or {@code null} if it can't be counted
	 */
	public @Nullable HeardResponse readTooLargeResponse(byte[] payload, int length) {
		return PartialMessages.response(this.factory, payload, length, "(left out: " + tooLarge(length) + ")");
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

	private static String readString(JsonParser json, String key) throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.VALUE_STRING)) {
			throw new MalformedPayloadException("'" + key + "' is not a string");
		}
		return json.getString();
	}

	private static long readLong(JsonParser json, String key) throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.VALUE_NUMBER_INT) || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
			throw new MalformedPayloadException("'" + key + "' is not a 64-bit integer");
		}
		return json.getLongValue();
	}

	// What equals 1 in Python is success, and any other number, true, false or null is
	// not.
	static Integer readRas(JsonParser json) throws MalformedPayloadException {
		return switch (json.currentToken()) {
			case VALUE_TRUE -> Acknowledgement.SUCCESS;
			case VALUE_FALSE, VALUE_NULL -> Acknowledgement.FAILURE;
			case VALUE_NUMBER_INT ->
				(json.getNumberType() == JsonParser.NumberType.INT) ? json.getIntValue() : Acknowledgement.FAILURE;
			case VALUE_NUMBER_FLOAT ->
				(json.getDoubleValue() == Acknowledgement.SUCCESS) ? Acknowledgement.SUCCESS : Acknowledgement.FAILURE;
			default -> throw new MalformedPayloadException("'ras' is not a number");
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

	private static @Nullable ResponseExtension readResponseExtension(JsonParser json) throws MalformedPayloadException {
		if (!json.hasToken(JsonToken.START_OBJECT)) {
			json.skipChildren();
			return null;
		}
		Map<String, @Nullable Object> members = readObject(json);
		if (number(members.get(VERSION)) < EXTENSION_VERSION) {
			return null;
		}
		ResponseExtension extension = new ResponseExtension(text(members.get(ID)), texts(members.get(HANDLED_EVENTS)),
				text(members.get(ADDRESS)), text(members.get(SEAL)),
				probe(text(members.get(NONCE)), text(members.get(STATE))));
		return extension.equals(ResponseExtension.UNDERSTOOD) ? ResponseExtension.UNDERSTOOD : extension;
	}

	private static @Nullable List<String> texts(@Nullable Object value) {
		return (value instanceof List<?> values)
				? values.stream().filter(String.class::isInstance).map(String.class::cast).toList() : null;
	}

	private static @Nullable Probe probe(@Nullable String nonce, @Nullable String state) {
		if (nonce == null) {
			return null;
		}
		if (state == null) {
			return new Probe(nonce, null);
		}
		for (State known : State.values()) {
			if (known.name().equalsIgnoreCase(state)) {
				return new Probe(nonce, known);
			}
		}
		return null;
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

	/**
	 * A signal and what it says to those who understand.
	 *
	 * @param signal the signal
	 * @param extension the extension, if it has one
	 */
	public record HeardSignal(Signal signal, @Nullable SignalExtension extension) {
	}

	/**
	 * A response and what it says to those who understand.
	 *
	 * @param response the response
	 * @param extension the extension, if it has one
	 */
	public record HeardResponse(Response response, @Nullable ResponseExtension extension) {
	}

}
