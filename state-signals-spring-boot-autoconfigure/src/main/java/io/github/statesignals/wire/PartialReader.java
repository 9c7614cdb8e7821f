package io.github.statesignals.wire;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Reads from a malformed or too large message the members that it takes to answer or
 * count it: as far as it is JSON, and of a too large one no more than the first
 * {@value #PREFIX} bytes, and the extension of a response.
 */
final class PartialReader {

	static final int PREFIX = 64 * 1024;

	// The parser reports an incomplete token up to this number of bytes before the end.
	private static final int TOKEN_LENGTH = 16;

	private static final byte[] EXTENSION_KEY = FieldBytes.ascii("\"" + FieldNames.EXTENSION + "\"");

	// It may have a handles or another id: no success may follow from it.
	private static final ResponseExtension UNREADABLE = new ResponseExtension(null, List.of(), null, null, null);

	private final Map<String, String> strings = new LinkedHashMap<>();

	private final int length;

	private final boolean cut;

	private @Nullable Integer ras;

	private @Nullable SignalExtension extension;

	private PartialReader(int length, boolean cut) {
		this.length = length;
		this.cut = cut;
	}

	// Null if it is no signal, or its publisher or event is missing or too long.
	static @Nullable UnreadableSignal readSignal(byte[] payload, boolean tooLarge, String problem) {
		PartialReader members = read(payload, tooLarge);
		String publisherId = (members != null) ? members.strings.get(FieldNames.PUBLISHER_ID) : null;
		String event = (members != null) ? members.strings.get(FieldNames.EVENT) : null;
		// A response is no signal, and is not answered.
		if (members == null || publisherId == null || event == null
				|| members.strings.containsKey(FieldNames.RESPONDER_ID)) {
			return null;
		}
		return new UnreadableSignal(publisherId, event, members.strings.get(FieldNames.TAG), members.extension,
				problem);
	}

	// Reads a response that is too large without its message. Null if it is none, or one
	// of its ids, its event or its ras does not come before its message.
	static @Nullable ReceivedResponse readResponse(byte[] payload, String problem) {
		PartialReader members = read(payload, true);
		if (members == null || members.ras == null) {
			return null;
		}
		String responderId = members.strings.get(FieldNames.RESPONDER_ID);
		String publisherId = members.strings.get(FieldNames.PUBLISHER_ID);
		String event = members.strings.get(FieldNames.EVENT);
		return (responderId != null && publisherId != null && event != null) ? new ReceivedResponse(
				new Response(responderId, publisherId, event, members.ras, "(left out: " + problem + ")"),
				findExtension(payload)) : null;
	}

	// The extension follows the message. Within a string its key would be escaped.
	private static @Nullable ResponseExtension findExtension(byte[] payload) {
		int start = findKey(payload, 0);
		if (start < 0) {
			return null;
		}
		byte[] object = Arrays.copyOfRange(payload, start - 1, Math.min(payload.length, start + PREFIX));
		object[0] = '{';
		try (JsonParser json = JacksonReader.createParser(object, object.length)) {
			json.nextToken();
			json.nextName();
			json.nextToken();
			ResponseExtension extension = JacksonReader.readResponseExtension(json);
			return (findKey(payload, start + 1) < 0) ? extension : UNREADABLE;
		}
		catch (JacksonException | MalformedPayloadException ex) {
			return UNREADABLE;
		}
	}

	private static int findKey(byte[] payload, int from) {
		for (int i = from; i <= payload.length - EXTENSION_KEY.length; i++) {
			if (Arrays.equals(payload, i, i + EXTENSION_KEY.length, EXTENSION_KEY, 0, EXTENSION_KEY.length)) {
				return i;
			}
		}
		return -1;
	}

	private static @Nullable PartialReader read(byte[] payload, boolean tooLarge) {
		int available = tooLarge ? Math.min(payload.length, PREFIX) : payload.length;
		PartialReader members = new PartialReader(available, available < payload.length);
		try (JsonParser json = JacksonReader.createParser(payload, available)) {
			return (json.nextToken() == JsonToken.START_OBJECT && members.read(json)) ? members : null;
		}
		catch (StreamConstraintsException | MalformedPayloadException ex) {
			// The part before it is JSON.
			return members;
		}
		catch (JacksonException ex) {
			return members.isCutOff(ex) ? members : null;
		}
	}

	private boolean isCutOff(JacksonException ex) {
		TokenStreamLocation location = ex.getLocation();
		return this.cut && location != null && location.getByteOffset() >= this.length - TOKEN_LENGTH;
	}

	private boolean read(JsonParser json) throws MalformedPayloadException {
		for (String key = json.nextName(); key != null; key = json.nextName()) {
			JsonToken value = json.nextToken();
			switch (key) {
				case FieldNames.RESPONDER_ID, FieldNames.PUBLISHER_ID, FieldNames.EVENT, FieldNames.TAG ->
					readString(json, key);
				case FieldNames.RAS -> {
					if (this.strings.containsKey(FieldNames.RESPONDER_ID)) {
						this.ras = JacksonReader.readRas(json);
					}
					else {
						json.skipChildren();
					}
				}
				case FieldNames.METADATA -> {
					if (value == JsonToken.START_OBJECT) {
						readMetadata(json);
					}
					else {
						json.skipChildren();
					}
				}
				default -> json.skipChildren();
			}
		}
		return json.nextToken() == null;
	}

	private void readString(JsonParser json, String key) {
		this.strings.remove(key);
		if (json.hasToken(JsonToken.VALUE_STRING) && json.getStringLength() <= Limits.TEXT_LENGTH) {
			this.strings.put(key, json.getString());
		}
		else {
			json.skipChildren();
		}
	}

	private void readMetadata(JsonParser json) throws MalformedPayloadException {
		for (String key = json.nextName(); key != null; key = json.nextName()) {
			json.nextToken();
			if (key.equals(FieldNames.EXTENSION)) {
				this.extension = JacksonReader.signalExtension(JacksonReader.readValue(json));
			}
			else {
				json.skipChildren();
			}
		}
	}

}
