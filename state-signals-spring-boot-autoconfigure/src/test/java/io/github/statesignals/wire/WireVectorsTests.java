package io.github.statesignals.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.ChannelSigner;
import io.github.statesignals.signing.KeyRing;
import io.github.statesignals.signing.MessageSigner;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.signing.SigningKey;
import io.github.statesignals.signing.SigningMode;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The codec reads every message of {@code docs/protocol} as the file states, and writes
 * those of this version byte by byte.
 */
class WireVectorsTests {

	// Of each version that was released: only added to.
	static final List<String> RECORDED = List.of("v1/default", "v1/named", "v1/signed", "v1/durable");

	private static final List<String> ALL = Stream
		.concat(RECORDED.stream(), Stream.of("python-1.0.1/messages", "python-0.5.2/messages", "unusual"))
		.toList();

	private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

	private static final JsonMapper mapper = WireVector.mapper;

	private final SignalCodec codec = new SignalCodec(1024 * 1024);

	static Stream<WireVector> recorded() {
		return RECORDED.stream().flatMap((file) -> WireVector.read(file).stream());
	}

	static Stream<WireVector> all() {
		return ALL.stream().flatMap((file) -> WireVector.read(file).stream());
	}

	@ParameterizedTest
	@MethodSource("all")
	void readsTheMeaningOfAMessage(WireVector vector) {
		JsonNode read = meaning(read(vector), vector);
		assertThat(read.toString()).isEqualTo(String.valueOf(vector.meaning()));
	}

	private ReceivedMessage read(WireVector vector) {
		SignalCodec reader = codec(vector);
		if (vector.channel().equals("stored") && vector.kind().equals("signal")) {
			return reader.readStoredSignal(vector.bytes(), null);
		}
		return vector.kind().equals("signal") ? reader.readSignals(vector.bytes()) : reader.readReplies(vector.bytes());
	}

	// At the time at which the message was signed.
	private SignalCodec codec(WireVector vector) {
		if (vector.meaning() == null || !vector.meaning().has("signature")) {
			return this.codec;
		}
		long micros = vector.meaning().get("signature").get("at").asLong();
		Clock clock = Clock.fixed(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), ZoneOffset.UTC);
		KeyRing keys = new KeyRing("k1", List.of(new SigningKey("k1", SECRET, null, null)));
		MessageSigner signer = new MessageSigner(keys, SigningMode.REQUIRE, Map.of(), Duration.ofSeconds(60), clock);
		return this.codec.signedBy(ChannelSigner.of(signer, vector.channel()));
	}

	private static @Nullable JsonNode meaning(ReceivedMessage message, WireVector vector) {
		if (message instanceof ReceivedFrame frame) {
			ArrayNode meanings = mapper.createArrayNode();
			frame.messages().forEach((each) -> meanings.add(meaning(each, vector)));
			return meanings;
		}
		ObjectNode meaning = mapper.createObjectNode();
		if (message instanceof ReceivedSignal received) {
			add(meaning, "signal", mapper.valueToTree(received.signal()), tree(received.extension()),
					received.signature());
		}
		else if (message instanceof ReceivedResponse received) {
			add(meaning, "response", mapper.valueToTree(received.response()), tree(received.extension()),
					received.signature());
		}
		else {
			MalformedMessage malformed = (MalformedMessage) message;
			assertThat(malformed.signal() != null).as(malformed.problem()).isEqualTo(vector.reader().equals("answer"));
			return mapper.nullNode();
		}
		return meaning;
	}

	private static void add(ObjectNode meaning, String kind, JsonNode message, @Nullable ObjectNode extension,
			@Nullable Signature signature) {
		meaning.set(kind, message);
		if (extension != null) {
			meaning.set("extension", extension);
		}
		if (signature != null) {
			meaning.putObject("signature").put("key", signature.key()).put("at", signature.time());
		}
	}

	private static @Nullable ObjectNode tree(@Nullable SignalExtension extension) {
		if (extension == null) {
			return null;
		}
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		members.put("id", extension.id());
		members.put("seq", extension.sequence());
		members.put("sent", extension.sentMillis());
		members.put("timeout", extension.timeoutMillis());
		members.put("reply_to", extension.replyTo());
		members.put("trace", extension.trace().isEmpty() ? null : extension.trace());
		return present(members);
	}

	private static @Nullable ObjectNode tree(@Nullable ResponseExtension extension) {
		if (extension == null) {
			return null;
		}
		Probe probe = extension.probe();
		Map<String, @Nullable Object> members = new LinkedHashMap<>();
		members.put("id", extension.id());
		members.put("handles", extension.handledEvents());
		members.put("address", extension.address());
		members.put("seal", extension.seal());
		members.put("probe", (probe != null) ? probe.nonce() : null);
		members.put("state",
				(probe != null && probe.state() != null) ? probe.state().name().toLowerCase(Locale.ROOT) : null);
		return present(members);
	}

	private static ObjectNode present(Map<String, @Nullable Object> members) {
		members.values().removeIf((value) -> value == null || value.equals(SignalExtension.NONE));
		return mapper.valueToTree(members);
	}

	@ParameterizedTest
	@MethodSource("recorded")
	void writesAMessageByteByByte(WireVector vector) {
		SignalCodec writer = codec(vector);
		List<FrameLine> lines = Stream.of(vector.meaning())
			.flatMap((meaning) -> meaning.isArray() ? meaning.valueStream() : Stream.of(meaning))
			.map((meaning) -> line(writer, meaning))
			.toList();
		assertThat(new String(writer.write(lines), StandardCharsets.UTF_8)).isEqualTo(vector.payload());
	}

	private static FrameLine line(SignalCodec writer, JsonNode meaning) {
		JsonNode extension = meaning.get("extension");
		if (meaning.has("signal")) {
			return new Written(writer.write(mapper.treeToValue(meaning.get("signal"), Signal.class),
					(extension != null) ? signalExtension(extension) : null));
		}
		return writer.line(mapper.treeToValue(meaning.get("response"), Response.class),
				(extension != null) ? responseExtension(extension) : null);
	}

	@SuppressWarnings("unchecked")
	private static SignalExtension signalExtension(JsonNode json) {
		return new SignalExtension(text(json, "id"), number(json, "seq"), number(json, "sent"), number(json, "timeout"),
				text(json, "reply_to"),
				json.has("trace") ? mapper.treeToValue(json.get("trace"), LinkedHashMap.class) : Map.of());
	}

	private static ResponseExtension responseExtension(JsonNode json) {
		String nonce = text(json, "probe");
		String state = text(json, "state");
		return new ResponseExtension(text(json, "id"),
				json.has("handles") ? json.get("handles").valueStream().map(JsonNode::asString).toList() : null,
				text(json, "address"), text(json, "seal"),
				(nonce != null)
						? new Probe(nonce, (state != null) ? State.valueOf(state.toUpperCase(Locale.ROOT)) : null)
						: null);
	}

	private static @Nullable String text(JsonNode json, String name) {
		return json.has(name) ? json.get(name).asString() : null;
	}

	private static long number(JsonNode json, String name) {
		return json.has(name) ? json.get(name).asLong() : SignalExtension.NONE;
	}

	@Test
	void signatureCoversTheBytesThatThePageStates() {
		List<WireVector> signed = WireVector.read("v1/signed");
		assertThat(signed).hasSizeGreaterThan(8).allSatisfy((vector) -> {
			Matcher signature = Pattern.compile("(?<=\"sig\":\")[\\w-]{43}(?=\")").matcher(vector.payload());
			assertThat(signature.find()).isTrue();
			String covered = "state-signals 1\n" + vector.kind() + "\n" + vector.channel() + "\n"
					+ signature.replaceFirst("0".repeat(43));
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
			assertThat(signature.group()).isEqualTo(Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString(mac.doFinal(covered.getBytes(StandardCharsets.UTF_8))));
		});
	}

	@Test
	void byeRevealsTheKeyOfTheSealInTheSubscription() throws Exception {
		String key = WireVector.message("bye").get("_ss").get("seal").asString();
		byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
		assertThat(WireVector.message("subscription").get("_ss").get("seal").asString())
			.isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)));
	}

	@ParameterizedTest
	@FieldSource("ALL")
	void filesNameEachMessageOnce(String file) {
		List<WireVector> vectors = WireVector.read(file);
		assertThat(vectors).isNotEmpty().extracting(WireVector::name).doesNotHaveDuplicates();
	}

	@Test
	void thePageShowsRecordedMessagesOnly() throws IOException {
		String page = Files.readString(WireVector.DIRECTORY.resolveSibling("protocol.md"));
		Set<String> payloads = new HashSet<>();
		all().filter((vector) -> !vector.meaning().isNull() && !vector.payload().contains("\n"))
			.forEach((vector) -> payloads.add(mapper.readTree(vector.payload()).toString()));
		Matcher block = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(page);
		int blocks = 0;
		while (block.find()) {
			blocks++;
			assertThat(payloads).as(block.group(1)).contains(mapper.readTree(block.group(1)).toString());
		}
		assertThat(blocks).isGreaterThan(8);
		try (Stream<Path> files = Files.walk(WireVector.DIRECTORY)) {
			assertThat(files.filter(Files::isRegularFile)).isNotEmpty()
				.allSatisfy((file) -> assertThat(page)
					.contains("](protocol/" + WireVector.DIRECTORY.relativize(file) + ")"));
		}
	}

}
