package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.FrameLine.Answer;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers that are written as one line, and read as one each.
 */
class CombinedAnswersTests {

	private static final String ONE_RESPONDER = "{\"responder_id\":\"r-1\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1,"
			+ "\"_ss\":{\"v\":1,\"id\":[\"1\",\"2\",\"3\"]}}";

	private static final String ONE_SIGNAL = "{\"responder_id\":[\"r-1\",\"r-2\"],\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":1,"
			+ "\"_ss\":{\"v\":1,\"id\":\"1\"}}";

	private final SignalCodec codec = new SignalCodec(1_024);

	private final ResponseScanner scanner = new ResponseScanner(new StringCache<>(12, Function.identity()), true);

	@Test
	void answersOfOneResponderAreOneLine() {
		List<ReceivedResponse> answers = List.of(answer("r-1", "1"), answer("r-1", "2"), answer("r-1", "3"));
		assertThat(written(answers)).isEqualTo(ONE_RESPONDER);
		assertThat(read(ONE_RESPONDER)).isEqualTo(answers);
	}

	@Test
	void answersToOneSignalAreOneLine() {
		List<ReceivedResponse> answers = List.of(answer("r-1", "1"), answer("r-2", "1"));
		assertThat(written(answers)).isEqualTo(ONE_SIGNAL);
		assertThat(read(ONE_SIGNAL)).isEqualTo(answers);
	}

	@Test
	void answersThatDifferInMoreAreSeparateLines() {
		ReceivedResponse first = answer("r-1", "1");
		ResponseExtension id = new ResponseExtension("1");
		for (ReceivedResponse other : List.of(answer("r-2", "2"),
				new ReceivedResponse(new Response("r-2", "p-2", "e", 1, null), id, null),
				new ReceivedResponse(new Response("r-2", "p", "e-2", 1, null), id, null),
				new ReceivedResponse(new Response("r-2", "p", "e", 0, null), id, null),
				new ReceivedResponse(new Response("r-2", "p", "e", null, null), id, null),
				new ReceivedResponse(new Response("r-2", "p", "e", 1, ""), id, null),
				new ReceivedResponse(new Response("r-2", "p", "e", 1, null), ResponseExtension.UNDERSTOOD, null),
				new ReceivedResponse(new Response("r-2", "p", "e", 1, null), null, null),
				new ReceivedResponse(new Response("r-2", "p", "e", 1, null),
						new ResponseExtension("1", List.of(), null, null, null), null),
				new ReceivedResponse(new Response("r-2", "p", "e", 1, null),
						new ResponseExtension("1", null, "a", "s", null), null))) {
			String lines = written(List.of(first, other));
			assertThat(lines.split("\n")).hasSize(2)
				.containsExactly(
						new String(this.codec.write(first.response(), first.extension()), StandardCharsets.UTF_8),
						new String(this.codec.write(other.response(), other.extension()), StandardCharsets.UTF_8));
		}
	}

	@Test
	void framesOfAllKindsOfAnswersAreReadAsTheyWereSent() {
		Random random = new Random(47);
		int combined = 0;
		for (int round = 0; round < 5_000; round++) {
			List<ReceivedResponse> answers = IntStream.range(0, 1 + random.nextInt(20))
				.mapToObj((i) -> new ReceivedResponse(
						new Response(pick(random, "r-1", "r-2", "r\"3", "r-\u00f6"), pick(random, "p", "p", "p-2"), "e",
								(random.nextInt(9) == 0) ? null : 1, (random.nextInt(9) == 0) ? "m" : null),
						(random.nextInt(9) == 0) ? null
								: new ResponseExtension(pick(random, "1", "2", "3\n", "", "\u00e9")),
						null))
				.toList();
			List<FrameLine> lines = lines(answers);
			byte[] frame = this.codec.write(lines);
			assertThat(frame.length)
				.isLessThanOrEqualTo(lines.stream().mapToInt(FrameLine::length).sum() + lines.size() - 1);
			String text = new String(frame, StandardCharsets.UTF_8);
			combined += text.split("\n").length < answers.size() ? 1 : 0;
			assertThat(read(text)).isEqualTo(answers);
		}
		assertThat(combined).isBetween(1_000, 4_000);
	}

	@Test
	void lengthIsThatOfTheLineAlone() {
		for (String id : List.of("1", "", "svIWsn4fxrUrdL25DSdw", "\u00f6", "\"")) {
			FrameLine line = this.codec.line(answer("r-\u00f6", id).response(), new ResponseExtension(id));
			assertThat(line).isInstanceOf((id.equals("\u00f6") || id.equals("\"")) ? Written.class : Answer.class);
			assertThat(this.codec.write(List.of(line))).hasSize(line.length())
				.isEqualTo(this.codec.write(answer("r-\u00f6", id).response(), new ResponseExtension(id)));
		}
	}

	@Test
	void scannerAndParserReadTheSame() {
		Random random = new Random(48);
		int scanned = 0;
		for (int i = 0; i < 40_000; i++) {
			byte[] json = bytes(random.nextBoolean() ? ONE_RESPONDER : ONE_SIGNAL);
			for (int changes = random.nextInt(3); changes > 0; changes--) {
				json[random.nextInt(json.length)] = (byte) "\"\\[]{}:,01 v".charAt(random.nextInt(12));
			}
			ReceivedMessage read = ScannerTesting.scan(this.scanner, json);
			if (read != null) {
				scanned++;
				assertThat(read).isEqualTo(MessageReader.readResponse(json, null, true));
			}
		}
		assertThat(scanned).isBetween(14_000, 39_000);
	}

	@Test
	void otherWritersMayFormatThem() {
		String formatted = ONE_SIGNAL.replace("[", "[ ").replace(",", " , ").replace(":", " : ");
		assertThat(scan(formatted)).isNull();
		assertThat(read(formatted)).isEqualTo(read(ONE_SIGNAL));
		String spaced = ONE_RESPONDER.replace(",", ", ").replace(":", ": ");
		assertThat(scan(spaced)).isNotNull();
		assertThat(read(spaced)).isEqualTo(read(ONE_RESPONDER));
		String withMessage = ONE_SIGNAL.replace("\"ras\":1", "\"ras\":0,\"message\":\"full\"");
		assertThat(read(withMessage)).hasSize(2)
			.allSatisfy((answer) -> assertThat(answer.response().message()).isEqualTo("full"));
		String escaped = ONE_SIGNAL.replace("r-2", "r\\u002d2");
		assertThat(scan(escaped)).isNull();
		assertThat(read(escaped)).isEqualTo(read(ONE_SIGNAL));
	}

	@ParameterizedTest
	@ValueSource(strings = { "[]", "[7]", "[null]", "[\"r\",[]]", "[\"r\",{\"a\":[]}]", "{}", "null" })
	void arrayOfResponderIdsHasStringsOnly(String ids) {
		String json = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", ids);
		assertThat(scan(json)).isNull();
		assertThat(this.codec.readReplies(bytes(json))).isInstanceOf(MalformedMessage.class);
	}

	// As an id of another type does.
	@ParameterizedTest
	@ValueSource(strings = { "[]", "[7]", "[\"1\",null]", "[[\"1\"]]" })
	void arrayOfOtherThanStringsIsNoId(String ids) {
		String json = ONE_RESPONDER.replace("[\"1\",\"2\",\"3\"]", ids);
		assertThat(scan(json)).isNull();
		assertThat(read(json)).extracting(ReceivedResponse::extension).containsExactly(ResponseExtension.UNDERSTOOD);
	}

	@Test
	void idsOfAnotherObjectThanAnExtensionAreNotAnswers() {
		String json = ONE_RESPONDER.replace("\"v\":1,", "");
		assertThat(read(json)).extracting(ReceivedResponse::extension).containsExactly((ResponseExtension) null);
	}

	@Test
	void severalRespondersToSeveralSignalsAreRefused() {
		String json = ONE_SIGNAL.replace("\"id\":\"1\"", "\"id\":[\"1\",\"2\"]");
		assertThat(scan(json)).isNull();
		MalformedMessage refused = (MalformedMessage) this.codec.readReplies(bytes(json));
		assertThat(refused.problem()).isEqualTo("it combines answers of several responders to several signals");
	}

	@Test
	void respondersWithoutAnIdAnswerEachByThemselves() {
		for (String without : List.of(",\"id\":\"1\"", ",\"_ss\":{\"v\":1,\"id\":\"1\"}")) {
			String json = ONE_SIGNAL.replace(without, "");
			assertThat(scan(json)).isNull();
			assertThat(read(json)).extracting((answer) -> answer.response().responderId())
				.containsExactly("r-1", "r-2");
		}
	}

	@Test
	void numberIsBoundedAsThatOfAFrame() {
		String most = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", array(256));
		assertThat(read(most)).hasSize(256);
		assertThat(scan(most)).isNotNull();
		String more = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", array(257));
		assertThat(this.codec.readReplies(bytes(more))).isInstanceOf(MalformedMessage.class);
		String half = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", array(128));
		assertThat(read(half + "\n" + half)).hasSize(256);
		assertThat(this.codec.readReplies(bytes(half + "\n" + half + "\n" + ONE_SIGNAL)))
			.isInstanceOf(MalformedMessage.class);
	}

	@Test
	void limitOfAMessageIsNotThatOfCombinedAnswers() {
		String most = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", array(256));
		assertThat(most).hasSizeGreaterThan(1_024);
		assertThat(read(most)).hasSize(256);
		// The id of a publisher outside of ASCII is written so.
		String escaped = most.replace("\"p\"", "\"p-\\u00f6\"");
		assertThat(scan(escaped)).isNull();
		assertThat(read(escaped)).hasSize(256);
		String single = ONE_SIGNAL.replace("[\"r-1\",\"r-2\"]", "\"r\"")
			.replace("\"e\"", "\"" + "e".repeat(1_000) + "\"");
		assertThat(this.codec.readReplies(bytes(single))).isInstanceOf(MalformedMessage.class);
	}

	@Test
	void combinedAnswersAreReadOnReplyChannelsOnly() {
		assertThat(this.codec.readResponse(bytes(ONE_SIGNAL))).isInstanceOf(MalformedMessage.class);
		assertThat(this.codec.readResponses(bytes(ONE_SIGNAL))).isInstanceOf(MalformedMessage.class);
		ReceivedResponse withoutId = (ReceivedResponse) this.codec.readResponses(bytes(ONE_RESPONDER));
		assertThat(withoutId).isEqualTo(this.codec.readResponse(bytes(ONE_RESPONDER)));
		assertThat(withoutId.extension()).isEqualTo(ResponseExtension.UNDERSTOOD);
	}

	private static String array(int size) {
		return IntStream.range(0, size).mapToObj((i) -> "\"r-" + i + '"').toList().toString().replace(" ", "");
	}

	private static String pick(Random random, String... values) {
		return values[random.nextInt(values.length)];
	}

	private static ReceivedResponse answer(String responderId, String id) {
		return new ReceivedResponse(new Response(responderId, "p", "e", 1, null), new ResponseExtension(id), null);
	}

	private List<FrameLine> lines(List<ReceivedResponse> answers) {
		List<FrameLine> lines = new ArrayList<>();
		answers.forEach((answer) -> lines.add(this.codec.line(answer.response(), answer.extension())));
		return lines;
	}

	private String written(List<ReceivedResponse> answers) {
		return new String(this.codec.write(lines(answers)), StandardCharsets.UTF_8);
	}

	private @Nullable ReceivedMessage scan(String json) {
		return ScannerTesting.scan(this.scanner, bytes(json));
	}

	private List<ReceivedResponse> read(String json) {
		return responses(this.codec.readReplies(bytes(json))).toList();
	}

	private static Stream<ReceivedResponse> responses(ReceivedMessage message) {
		return (message instanceof ReceivedFrame frame)
				? frame.messages().stream().flatMap(CombinedAnswersTests::responses)
				: Stream.of((ReceivedResponse) message);
	}

	private static byte[] bytes(String json) {
		return json.getBytes(StandardCharsets.UTF_8);
	}

}
