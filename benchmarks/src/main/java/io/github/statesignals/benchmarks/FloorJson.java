package io.github.statesignals.benchmarks;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Writes the protocol's signals and responses, and reads its signals, as streams of
 * tokens.
 */
final class FloorJson {

	static final JsonFactory JSON = JsonFactory.builder().recyclerPool(JsonRecyclerPools.threadLocalPool()).build();

	private FloorJson() {
	}

	static byte[] write(FloorSignal signal) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(320);
		try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty("publisher_id", signal.publisherId());
			json.writeStringProperty("process_name", signal.processName());
			json.writeStringProperty("event", signal.event());
			json.writeStringProperty("runner_host", signal.runnerHost());
			json.writeNumberProperty("sample_no", signal.sampleNo());
			json.writeStringProperty("tag", signal.tag());
			json.writeObjectPropertyStart("metadata");
			json.writeStringProperty("phase", "steady");
			json.writeNumberProperty("pods", 3);
			json.writeObjectPropertyStart("_ss");
			json.writeStringProperty("id", signal.id());
			if (signal.replyTo() != null) {
				json.writeStringProperty("reply_to", signal.replyTo());
			}
			json.writeEndObject();
			json.writeEndObject();
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	static byte[] write(FloorResponse response) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
		try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
			json.writeStartObject();
			json.writeStringProperty("responder_id", response.responderId());
			json.writeStringProperty("publisher_id", response.publisherId());
			json.writeStringProperty("event", response.event());
			json.writeNumberProperty("ras", response.ras());
			json.writeObjectPropertyStart("_ss");
			json.writeStringProperty("id", response.id());
			json.writeEndObject();
			json.writeEndObject();
		}
		return bytes.toByteArray();
	}

	static FloorSignal readSignal(byte[] payload) {
		String publisherId = "";
		String processName = "";
		String event = "";
		String runnerHost = "";
		long sampleNo = -1;
		String tag = "";
		String id = "";
		String replyTo = null;
		Map<String, String> metadata = new HashMap<>();
		try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), payload)) {
			json.nextToken();
			int depth = 1;
			while (depth > 0) {
				String key = json.nextName();
				if (key == null) {
					depth--;
					continue;
				}
				json.nextToken();
				switch (key) {
					case "publisher_id" -> publisherId = json.getString();
					case "process_name" -> processName = json.getString();
					case "event" -> event = json.getString();
					case "runner_host" -> runnerHost = json.getString();
					case "sample_no" -> sampleNo = json.getLongValue();
					case "tag" -> tag = json.getString();
					case "id" -> id = json.getString();
					case "reply_to" -> replyTo = json.getString();
					case "phase", "pods" -> metadata.put(key, json.getString());
					case "metadata", "_ss" -> depth += json.hasToken(JsonToken.START_OBJECT) ? 1 : 0;
					default -> json.skipChildren();
				}
			}
		}
		return new FloorSignal(publisherId, processName, event, runnerHost, sampleNo, tag, id, replyTo);
	}

	/**
	 * A signal on the wire.
	 */
	record FloorSignal(String publisherId, String processName, String event, String runnerHost, long sampleNo,
			String tag, String id, @Nullable String replyTo) {
	}

	/**
	 * A response on the wire.
	 */
	record FloorResponse(String responderId, String publisherId, String event, int ras, String id) {
	}

}
