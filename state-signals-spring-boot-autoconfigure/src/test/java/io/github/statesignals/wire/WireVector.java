package io.github.statesignals.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A recorded message, as the files in {@code docs/protocol} store it.
 *
 * @param name the name, unique in its file
 * @param kind {@code signal} or {@code response}
 * @param channel the name of the channel
 * @param redis the Redis channel or key
 * @param field the field of the entry or hash, if it is stored
 * @param payload the bytes as text
 * @param meaning the decoded message; of a frame one for each line, {@code null} for one
 * that is malformed
 * @param reader the result of a reader: {@code read}, {@code skip} or {@code answer}
 */
public record WireVector(String name, String kind, String channel, String redis, @Nullable String field, String payload,
		@Nullable JsonNode meaning, String reader) {

	public static final Path DIRECTORY = Path.of(System.getProperty("basedir", ""), "../docs/protocol");

	static final JsonMapper mapper = JsonMapper.builder()
		.addModule(new SignalJacksonModule())
		.enable(SerializationFeature.INDENT_OUTPUT)
		.build();

	/**
	 * Creates a vector of a message that was recorded. Its meaning follows from the JSON
	 * alone, without the codec.
	 */
	public static WireVector recorded(String name, String kind, String channel, String redis, @Nullable String field,
			String payload) {
		ArrayNode meanings = mapper.createArrayNode();
		payload.lines()
			.flatMap((line) -> separate((ObjectNode) mapper.readTree(line)))
			.forEach((message) -> meanings.add(meaning(kind, message)));
		return new WireVector(name, kind, channel, redis, field, payload,
				(meanings.size() > 1) ? meanings : meanings.get(0), "read");
	}

	// An answer that is combined of several.
	private static Stream<ObjectNode> separate(ObjectNode message) {
		JsonNode responders = message.path("responder_id");
		JsonNode ids = message.path("_ss").path("id");
		if (responders.isArray()) {
			return responders.valueStream().map((each) -> message.deepCopy().put("responder_id", each.asString()));
		}
		return !ids.isArray() ? Stream.of(message) : ids.valueStream().map((each) -> {
			ObjectNode separate = message.deepCopy();
			((ObjectNode) separate.get("_ss")).put("id", each.asString());
			return separate;
		});
	}

	private static ObjectNode meaning(String kind, ObjectNode message) {
		JsonNode extension;
		if (kind.equals("signal")) {
			ObjectNode metadata = (ObjectNode) message.get("metadata");
			extension = (metadata != null) ? metadata.remove("_ss") : null;
			if (metadata != null && metadata.isEmpty()) {
				message.remove("metadata");
			}
		}
		else {
			extension = message.remove("_ss");
			JsonNode ras = message.get("ras");
			if (ras != null && !ras.isInt()) {
				message.put("ras", (ras.equals(mapper.readTree("true")) || ras.toString().equals("1.0")) ? 1 : 0);
			}
		}
		ObjectNode meaning = mapper.createObjectNode();
		meaning.set(kind, message);
		if (extension instanceof ObjectNode members) {
			ObjectNode signature = mapper.createObjectNode();
			for (String member : List.of("key", "at", "for")) {
				JsonNode value = members.remove(member);
				if (value != null) {
					signature.set(member, value);
				}
			}
			members.remove("sig");
			members.remove("v");
			meaning.set("extension", members);
			if (!signature.isEmpty()) {
				meaning.set("signature", signature);
			}
		}
		return meaning;
	}

	/**
	 * Reads a file.
	 * @param file its path in {@code docs/protocol}, without the ending
	 */
	public static List<WireVector> read(String file) {
		try {
			List<WireVector> vectors = new ArrayList<>();
			for (JsonNode each : mapper.readTree(Files.readString(DIRECTORY.resolve(file + ".json")))) {
				vectors.add(new WireVector(each.get("name").asString(), each.get("kind").asString(),
						each.get("channel").asString(), each.get("redis").asString(),
						each.has("field") ? each.get("field").asString() : null, each.get("payload").asString(),
						each.get("meaning"), each.has("reader") ? each.get("reader").asString() : "read"));
			}
			return vectors;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Finds a message of version 1 on the default channel.
	 */
	public static ObjectNode message(String name) {
		WireVector found = read("v1/default").stream()
			.filter((vector) -> vector.name.equals(name))
			.findFirst()
			.orElseThrow();
		return (ObjectNode) mapper.readTree(found.payload);
	}

	public static void write(String file, List<WireVector> vectors) {
		ArrayNode all = mapper.createArrayNode();
		for (WireVector vector : vectors) {
			ObjectNode json = all.addObject()
				.put("name", vector.name)
				.put("kind", vector.kind)
				.put("channel", vector.channel)
				.put("redis", vector.redis);
			if (vector.field != null) {
				json.put("field", vector.field);
			}
			json.put("payload", vector.payload).set("meaning", vector.meaning);
		}
		try {
			Path path = DIRECTORY.resolve(file + ".json");
			Files.createDirectories(path.getParent());
			Files.writeString(path, mapper.writeValueAsString(all) + "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	byte[] bytes() {
		return this.payload.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Returns the form of the payload, without values that differ from run to run: ids,
	 * times, signatures and numbers.
	 */
	public String form() {
		return this.payload.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>")
			.replaceAll("(\"(id|seal)\":\\s?\")[\\w-]{22}\"", "$1<random>\"")
			.replaceAll("\"id\":\\s?\"\\d+-\\d+\\.\\d+\"", "\"id\":\"<stored>\"")
			.replaceAll("(\"(sent|at|seq)\":\\s?)\\d+", "$1<number>")
			.replaceAll("\"sig\":\"[\\w-]{43}\"", "\"sig\":\"<signature>\"")
			.replaceAll("<uuid>:\\d+", "<uuid>:<number>")
			.replaceAll("\"id\":\\[(\"[\\w-]{22}\",?)+\\]", "\"id\":[<random>]")
			.replaceAll("\"responder_id\":\\[(\"[\\w<>-]+\",?)+\\]", "\"responder_id\":[<several>]")
			.replaceAll("}:f\\.c\\.[0-9a-z]+", "}:f.c.<random>")
			.replaceAll("}:f\\.[0-9a-z]+(?=[\"}]|$)", "}:f.<random>");
	}

	@Override
	public String toString() {
		return this.name;
	}

}
