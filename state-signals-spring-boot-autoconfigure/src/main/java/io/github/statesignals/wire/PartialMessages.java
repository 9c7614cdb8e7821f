package io.github.statesignals.wire;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.SignalCodec.HeardResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads of a message that can't be read as a whole the members that it takes to answer
 * it, or to count it. Only what is JSON up to there is read, and no more than the first
 * {@value #PREFIX} bytes of what is too large.
 */
final class PartialMessages {

	/**
	 * How many bytes of a payload are read that is too large.
	 */
	static final int PREFIX = 64 * 1024;

	/**
	 * Longer ids and events are not sent back.
	 */
	private static final int LONGEST_ID = 512;

	/**
	 * How many bytes before the cut a token may have begun that is cut off.
	 */
	private static final int LONGEST_TOKEN = 16;

	private final Map<String, String> strings = new LinkedHashMap<>();

	private final int length;

	private final boolean cut;

	private @Nullable Integer ras;

	private @Nullable SignalExtension extension;

	private PartialMessages(int length, boolean cut) {
		this.length = length;
		this.cut = cut;
	}

	/**
	 * Reads what there is of a signal.
	 * @param factory creates the parser
	 * @param payload holds the payload, or at least its beginning
	 * @param length how many bytes the payload has
	 * @param tooLarge whether it is too large to be read as a whole
	 * @param problem why it can't be read
	 * @return what could be read, or {@code null} if it is no signal, or its publisher or
	 * its event is missing or too long
	 */
	static @Nullable UnreadableSignal signal(JsonFactory factory, byte[] payload, int length, boolean tooLarge,
			String problem) {
		PartialMessages members = read(factory, payload, length, tooLarge);
		String publisherId = (members != null) ? members.strings.get("publisher_id") : null;
		String event = (members != null) ? members.strings.get("event") : null;
		// A response is no signal, and is not answered.
		if (members == null || publisherId == null || event == null || members.strings.containsKey("responder_id")) {
			return null;
		}
		return new UnreadableSignal(publisherId, event, members.strings.get("tag"), members.extension, problem);
	}

	/**
	 * Reads what there is of a response that is too large.
	 * @param factory creates the parser
	 * @param payload holds the beginning of the payload
	 * @param length how many bytes the payload has
	 * @param message stands for the message, which is left out
	 * @return the response, or {@code null} if it is none, or one of its ids, its event
	 * or its {@code ras} does not come before its message
	 */
	static @Nullable HeardResponse response(JsonFactory factory, byte[] payload, int length, String message) {
		PartialMessages members = read(factory, payload, length, true);
		if (members == null || members.ras == null) {
			return null;
		}
		String responderId = members.strings.get("responder_id");
		String publisherId = members.strings.get("publisher_id");
		String event = members.strings.get("event");
		return (responderId != null && publisherId != null && event != null)
				? new HeardResponse(new Response(responderId, publisherId, event, members.ras, message), null) : null;
	}

	private static @Nullable PartialMessages read(JsonFactory factory, byte[] payload, int length, boolean tooLarge) {
		int available = tooLarge ? Math.min(length, PREFIX) : length;
		PartialMessages members = new PartialMessages(available, available < length);
		try (JsonParser json = factory.createParser(ObjectReadContext.empty(), payload, 0, available)) {
			return (json.nextToken() == JsonToken.START_OBJECT && members.read(json)) ? members : null;
		}
		catch (StreamConstraintsException ex) {
			// What comes before is JSON.
			return members;
		}
		catch (JacksonException ex) {
			return members.isCutOff(ex) ? members : null;
		}
		catch (MalformedPayloadException ex) {
			return null;
		}
	}

	private boolean isCutOff(JacksonException ex) {
		TokenStreamLocation location = ex.getLocation();
		return this.cut && location != null && location.getByteOffset() >= this.length - LONGEST_TOKEN;
	}

	private boolean read(JsonParser json) throws MalformedPayloadException {
		for (String key = json.nextName(); key != null; key = json.nextName()) {
			JsonToken value = json.nextToken();
			switch (key) {
				case "responder_id", "publisher_id", "event", "tag" -> readString(json, key);
				case "ras" -> {
					if (this.strings.containsKey("responder_id")) {
						this.ras = SignalCodec.readRas(json);
					}
					else {
						json.skipChildren();
					}
				}
				case "metadata" -> {
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
		if (json.hasToken(JsonToken.VALUE_STRING) && json.getStringLength() <= LONGEST_ID) {
			this.strings.put(key, json.getString());
		}
		else {
			json.skipChildren();
		}
	}

	private void readMetadata(JsonParser json) throws MalformedPayloadException {
		for (String key = json.nextName(); key != null; key = json.nextName()) {
			json.nextToken();
			if (key.equals(Signal.RESERVED_METADATA_KEY)) {
				SignalExtension read = SignalCodec.signalExtension(SignalCodec.readValue(json));
				this.extension = (read == null || isTooLong(read.id()) || isTooLong(read.replyTo())) ? null : read;
			}
			else {
				json.skipChildren();
			}
		}
	}

	private static boolean isTooLong(@Nullable String id) {
		return id != null && id.length() > LONGEST_ID;
	}

}
