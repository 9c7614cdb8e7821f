package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.ChannelSigner.StoredPlace;
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
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A client without a key changes, moves or repeats messages that are signed.
 */
class SignedCodecTests {

	private static final String RESPONDER = "r-2f1f0c53-5c9f-4d0c-8f3a-2a0f0e1c9a10-resp";

	private static final Signal SIGNAL = new Signal("p-1", "p", "start", "host", 7, "tag", Map.of());

	private static final SignalExtension EXTENSION = new SignalExtension("id-1", 1, 10, 20_000, "reply");

	// A field looks like the place of a signature.
	private static final SignalExtension TRACED = new SignalExtension("id-1", 1, 10, 20_000, "reply",
			Map.of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "sig", "0".repeat(43)));

	private static final Response ANSWER = new Response(RESPONDER, "p-1", "start", 1, "done");

	private final TestClock clock = new TestClock();

	private final SigningKey first = key("k1", 'a', null, null);

	private final SigningKey second = key("k2", 'b', null, null);

	private final SignalCodec sender = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", List.of(this.first)));

	private final SignalCodec receiver = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", List.of(this.first)));

	private static SigningKey key(String id, char secret, @Nullable List<String> events,
			@Nullable List<String> responders) {
		return new SigningKey(id, String.valueOf(secret).repeat(32).getBytes(StandardCharsets.UTF_8), events,
				responders);
	}

	private MessageSigner signer(SigningMode mode, KeyRing keys) {
		return new MessageSigner(keys, mode, Map.of(), Duration.ofSeconds(60), this.clock);
	}

	private SignalCodec codec(SigningMode mode, String channel, KeyRing keys) {
		return new SignalCodec(100_000).signedBy(ChannelSigner.of(signer(mode, keys), channel));
	}

	private byte[] signal() {
		return this.sender.write(SIGNAL, EXTENSION);
	}

	private byte[] answer() {
		return this.sender.write(ANSWER, new ResponseExtension("id-1"));
	}

	@Test
	void signedMessagesAreReadAsTheyWereWritten() {
		Signal rich = new Signal("p-\u00e9", "p", "start", "host", 7, "tag \"sig\":\"", Map.of("sig", "0".repeat(43),
				"nested", Map.of("sig", "0".repeat(43)), "list", List.of("\"sig\":\"" + "0".repeat(43) + "\"")));
		for (Signal signal : List.of(SIGNAL, rich)) {
			for (SignalExtension extension : List.of(EXTENSION, TRACED)) {
				ReceivedSignal read = (ReceivedSignal) this.receiver.readSignal(this.sender.write(signal, extension));
				assertThat(read.signal()).isEqualTo(signal);
				assertThat(read.extension()).isEqualTo(extension);
			}
		}
		String quoting = "\"sig\":\"" + "0".repeat(43) + "\"";
		for (ResponseExtension extension : List.of(ResponseExtension.UNDERSTOOD, new ResponseExtension("id-1"),
				new ResponseExtension("id-1", List.of(quoting), "address", "seal", null),
				new ResponseExtension(null, null, "address", null, new Probe("n", State.WORKING)),
				new ResponseExtension(null, null, "address", null, new Probe("n", null)))) {
			Response response = new Response(RESPONDER, "p-1", "start", 1, quoting);
			ReceivedResponse read = (ReceivedResponse) this.receiver
				.readResponse(this.sender.write(response, extension));
			assertThat(read.response()).isEqualTo(response);
			assertThat(read.extension()).isEqualTo(extension);
		}
	}

	@Test
	void messagesWithoutAnExtensionAreSignedWhereThatIsRequired() {
		assertThat(this.receiver.readSignal(this.sender.write(SIGNAL, null))).isInstanceOf(ReceivedSignal.class);
		assertThat(this.receiver.readResponse(this.sender.write(ANSWER, null))).isInstanceOf(ReceivedResponse.class);
		SignalCodec verifying = codec(SigningMode.VERIFY, "c", new KeyRing("k1", List.of(this.first)));
		assertThat(verifying.write(SIGNAL, null)).isEqualTo(new SignalCodec(100_000).write(SIGNAL, null));
	}

	@Test
	void everyByteOfAMessageCounts() {
		for (byte[] message : List.of(signal(), this.sender.write(SIGNAL, TRACED),
				this.sender.write(new Signal("p-1", "p", "start", "host", 7, "tag", Map.of("a", 1)), EXTENSION))) {
			for (int i = 0; i < message.length; i++) {
				byte[] changed = message.clone();
				changed[i] ^= 1;
				assertThat(this.receiver.readSignal(changed)).as("byte %d", i).isNotInstanceOf(ReceivedSignal.class);
				assertThat(partOf(this.receiver.readSignal(changed))).isNull();
			}
			assertThat(this.receiver.readSignal(message)).isInstanceOf(ReceivedSignal.class);
		}
		byte[] answer = answer();
		for (int i = 0; i < answer.length; i++) {
			byte[] changed = answer.clone();
			changed[i] ^= 1;
			assertThat(this.receiver.readResponse(changed)).as("byte %d", i).isNotInstanceOf(ReceivedResponse.class);
		}
	}

	private static @Nullable Object partOf(ReceivedMessage message) {
		return (message instanceof MalformedMessage malformed) ? malformed.signal() : null;
	}

	@Test
	void truncatedExtendedAndReformattedMessagesAreRefused() {
		String text = text(signal());
		for (int end = 0; end < text.length(); end++) {
			assertThat(this.receiver.readSignal(bytes(text.substring(0, end)))).isNotInstanceOf(ReceivedSignal.class);
		}
		assertRefused(text.replace(",\"tag\"", ", \"tag\""), "its signature does not match");
		assertRefused(text + " ", "its signature does not match");
		assertRefused(text + "\n" + text, null);
		assertRefused(text.replace("\"publisher_id\":\"p-1\",\"process_name\":\"p\"",
				"\"process_name\":\"p\",\"publisher_id\":\"p-1\""), "its signature does not match");
	}

	@Test
	void strippedMessagesAreRefused() {
		String text = text(signal());
		assertRefused(text(new SignalCodec(100_000).write(SIGNAL, null)), "it is not signed");
		assertRefused(text(new SignalCodec(100_000).write(SIGNAL, EXTENSION)), "it is not signed");
		assertRefused(text.replaceFirst(",\"sig\":\"[^\"]*\"", ""), "it is not signed");
		assertRefused(text.replaceFirst(",\"key\":\"k1\"", ""), "it is not signed");
		assertRefused(text.replaceFirst("\"at\":\\d+", "\"at\":-1"), "its signature does not match");
		assertRefused(text.replaceFirst("\"v\":1", "\"v\":0"), "it is not signed");
	}

	@Test
	void duplicateMembersDoNotHelp() {
		String text = text(signal());
		assertRefused(text.replace("\"event\":\"start\"", "\"event\":\"start\",\"event\":\"stop\""),
				"its signature does not match");
		assertRefused("{\"metadata\":{\"_ss\":{\"v\":1}}," + text.substring(1), "its signature does not match");
		String signature = text.substring(text.indexOf("\"key\""), text.indexOf("}}}"));
		assertRefused(text.replace("\"tag\":\"tag\"", "\"tag\":\"other\"").replace("}}}", "," + signature + "}}}"),
				"its signature does not match");
		assertRefused(text.replace("\"v\":1", "\"v\":1," + signature), "its signature does not match");
		assertRefused(text.substring(0, text.length() - 1) + ",\"metadata\":{\"_ss\":{\"v\":1," + signature + "}}}",
				"its signature does not match");
	}

	@Test
	void signaturesCantBeMovedToAnotherMessage() {
		String one = text(signal());
		String other = text(this.sender.write(new Signal("p-1", "p", "stop", "host", 7, "tag", Map.of()), EXTENSION));
		assertRefused(other.substring(0, other.indexOf("\"key\"")) + one.substring(one.indexOf("\"key\"")),
				"its signature does not match");
		assertRefused(one.replace("p-1", "p-2"), "its signature does not match");
		assertThat(this.receiver.readSignal(bytes(one))).isInstanceOf(ReceivedSignal.class);
		assertThat(this.receiver.readSignal(bytes(other))).isInstanceOf(ReceivedSignal.class);
	}

	@Test
	void messagesOfAnotherChannelAreRefused() {
		SignalCodec other = codec(SigningMode.REQUIRE, "d", new KeyRing("k1", List.of(this.first)));
		assertRefused(text(other.write(SIGNAL, EXTENSION)), "its signature does not match");
		assertThat(problem(this.receiver.readResponse(other.write(ANSWER, new ResponseExtension("id-1")))))
			.isEqualTo("its signature does not match");
	}

	@Test
	void signalsAndAnswersCantBeReflected() {
		String both = "{\"responder_id\":\"" + RESPONDER + "\",\"ras\":1,";
		String reflected = both + text(signal()).substring(1);
		assertThat(this.receiver.readResponse(bytes(reflected))).isInstanceOf(UnverifiedMessage.class);
		assertThat(this.receiver.readSignal(answer())).isInstanceOf(MalformedMessage.class);
		// The same bytes, signed as one and as the other.
		ChannelSigner signer = Objects
			.requireNonNull(ChannelSigner.of(signer(SigningMode.REQUIRE, new KeyRing("k1", List.of(this.first))), "c"));
		Function<Signature, byte[]> writer = (signature) -> new MessageWriter().write(ANSWER,
				new ResponseExtension("id-1"), signature);
		assertThat(this.receiver.readResponse(signer.signResponse(writer))).isInstanceOf(ReceivedResponse.class);
		assertThat(problem(this.receiver.readResponse(signer.signSignal(null, writer))))
			.isEqualTo("its signature does not match");
	}

	@Test
	void answersCantBePresentedAsThoseOfAnotherResponder() {
		String answer = text(answer());
		String other = "x-2f1f0c53-5c9f-4d0c-8f3a-2a0f0e1c9a10-resp";
		assertThat(problem(this.receiver.readResponse(bytes(answer.replace(RESPONDER, other)))))
			.isEqualTo("its signature does not match");
		assertThat(problem(this.receiver.readResponse(bytes(answer.replace("id-1", "id-2")))))
			.isEqualTo("its signature does not match");
	}

	@Test
	void storedAnswersAreReadAgainUnlessTheyCouldBeTheSuccessOfAnotherSignal() {
		byte[] failure = this.sender.write(new Response(RESPONDER, "", "", 0, "too large"),
				ResponseExtension.UNDERSTOOD);
		byte[] success = this.sender.write(ANSWER, ResponseExtension.UNDERSTOOD);
		for (byte[] answer : List.of(failure, answer())) {
			assertThat(this.receiver.readResponse(answer)).isInstanceOf(ReceivedResponse.class);
			assertThat(this.receiver.readStoredAnswer(answer)).isInstanceOf(ReceivedResponse.class);
			assertThat(this.receiver.readStoredAnswer(answer)).isInstanceOf(ReceivedResponse.class);
		}
		assertThat(this.receiver.readResponse(success)).isInstanceOf(ReceivedResponse.class);
		assertThat(problem(this.receiver.readStoredAnswer(success))).isEqualTo("it was received before");
		this.clock.now = this.clock.now.plusSeconds(61);
		assertThat(this.receiver.readStoredAnswer(failure)).isInstanceOf(ReceivedResponse.class);
		assertThat(problem(this.receiver.readStoredAnswer(bytes(text(failure).replace("too", "Too")))))
			.isEqualTo("its signature does not match");
	}

	@Test
	void eachMessageIsReadOnce() {
		byte[] signal = signal();
		assertThat(this.receiver.readSignal(signal)).isInstanceOf(ReceivedSignal.class);
		assertRefused(text(signal), "it was received before");
		byte[] hello = this.sender.write(new Response(RESPONDER, "*", "initialization", null, null),
				ResponseExtension.UNDERSTOOD);
		assertThat(this.receiver.readResponse(hello)).isInstanceOf(ReceivedResponse.class);
		assertThat(problem(this.receiver.readResponse(hello))).isEqualTo("it was received before");
	}

	@Test
	void messagesInAnotherOrderAreReadAndOldOnesAreNot() {
		List<byte[]> signals = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			signals.add(signal());
		}
		for (int i = 199; i >= 72; i--) {
			assertThat(this.receiver.readSignal(signals.get(i))).as("%d", i).isInstanceOf(ReceivedSignal.class);
		}
		for (int i = 0; i < 200; i++) {
			assertRefused(text(signals.get(i)), "it was received before");
		}
		assertThat(this.receiver.readSignal(signal())).isInstanceOf(ReceivedSignal.class);
	}

	@ParameterizedTest
	@ValueSource(ints = { -61, 61, -86_400, 86_400 })
	void messagesWhoseTimeIsFarOffAreRefused(int seconds) {
		this.clock.now = this.clock.now.plusSeconds(seconds);
		byte[] signal = signal();
		byte[] hello = this.sender.write(ANSWER, ResponseExtension.UNDERSTOOD);
		this.clock.now = this.clock.now.minusSeconds(seconds);
		assertRefused(text(signal), ((seconds < 0)
				? "its time is %d s before that of this host. Synchronize the clocks, if it is not an old message"
				: "its time is %d s after that of this host. Synchronize the clocks, and restart its sender if that clock was set back")
			.formatted(Math.abs(seconds)));
		assertThat(problem(this.receiver.readResponse(hello))).startsWith("its time is");
		// Its id is bound to the publish.
		assertThat(this.receiver.readResponse(answer())).isInstanceOf(ReceivedResponse.class);
	}

	@Test
	void signalsCantBeRepeatedWhenTheirTimesAreForgotten() {
		byte[] signal = signal();
		assertThat(this.receiver.readSignal(signal)).isInstanceOf(ReceivedSignal.class);
		this.clock.now = this.clock.now.plusSeconds(61);
		assertRefused(text(signal),
				"its time is 61 s before that of this host. Synchronize the clocks, if it is not an old message");
	}

	@Test
	void signalsFromBeforeARestartAreRefused() {
		byte[] signal = signal();
		byte[] initialization = this.sender.write(new Signal("p-1", "p", "initialization", "host", 7, "tag", Map.of()),
				EXTENSION);
		this.clock.now = this.clock.now.plusSeconds(1);
		SignalCodec restarted = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", List.of(this.first)));
		assertThat(problem(restarted.readSignal(signal))).isEqualTo("it was sent before this application has started");
		// Nothing acts on it, and clocks may differ.
		assertThat(restarted.readSignal(initialization)).isInstanceOf(ReceivedSignal.class);
		assertThat(restarted.readSignal(signal())).isInstanceOf(ReceivedSignal.class);
	}

	@Test
	void signalsAreReadWhenTheClockIsSetBackBeforeTheStart() {
		byte[] before = signal();
		Instant right = this.clock.now;
		this.clock.now = right.plus(Duration.ofHours(1));
		SignalCodec ahead = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", List.of(this.first)));
		assertThat(problem(ahead.readSignal(before))).startsWith("its time is 3600 s before");
		this.clock.now = right.plusSeconds(1);
		assertThat(ahead.readSignal(signal())).isInstanceOf(ReceivedSignal.class);
		assertThat(problem(ahead.readSignal(before))).isEqualTo("it was sent before this application has started");
	}

	@Test
	void sendersAreBoundedAndFurtherOnesRefused() {
		for (int i = 0; i < 10_000; i++) {
			Signal signal = new Signal("p-" + i, "p", "start", "host", 7, "tag", Map.of());
			assertThat(this.receiver.readSignal(this.sender.write(signal, EXTENSION)))
				.isInstanceOf(ReceivedSignal.class);
		}
		Signal further = new Signal("further", "p", "start", "host", 7, "tag", Map.of());
		assertThat(problem(this.receiver.readSignal(this.sender.write(further, EXTENSION))))
			.isEqualTo("there are more than 10000 senders");
		this.clock.now = this.clock.now.plusSeconds(121);
		assertThat(this.receiver.readSignal(this.sender.write(further, EXTENSION))).isInstanceOf(ReceivedSignal.class);
	}

	@Test
	void unknownKeysAreRefusedAndKeysRotate() {
		MessageSigner rotating = signer(SigningMode.REQUIRE, new KeyRing("k1", List.of(this.first)));
		SignalCodec codec = new SignalCodec(100_000).signedBy(ChannelSigner.of(rotating, "c"));
		SignalCodec next = codec(SigningMode.REQUIRE, "c", new KeyRing("k2", List.of(this.second)));
		assertThat(problem(codec.readSignal(next.write(SIGNAL, EXTENSION))))
			.isEqualTo("the key 'k2' that it names is none of this application");
		rotating.use(new KeyRing("k1", List.of(this.first, this.second)));
		assertThat(codec.readSignal(next.write(SIGNAL, EXTENSION))).isInstanceOf(ReceivedSignal.class);
		assertThat(text(codec.write(SIGNAL, EXTENSION))).contains("\"key\":\"k1\"");
		rotating.use(new KeyRing("k2", List.of(this.second)));
		assertThat(problem(codec.readSignal(signal())))
			.isEqualTo("the key 'k1' that it names is none of this application");
		assertThat(next.readSignal(codec.write(SIGNAL, EXTENSION))).isInstanceOf(ReceivedSignal.class);
	}

	@Test
	void keysSendPermittedMessages() {
		SigningKey publishing = key("k1", 'a', List.of("start"), List.of());
		SigningKey responding = key("k2", 'b', List.of(), List.of("r"));
		List<SigningKey> keys = List.of(publishing, responding);
		SignalCodec receiving = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", keys));
		SignalCodec publisher = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", keys));
		SignalCodec responder = codec(SigningMode.REQUIRE, "c", new KeyRing("k2", keys));
		ResponseExtension id = new ResponseExtension("id-1");
		ResponseExtension probe = new ResponseExtension(null, null, "a", null, new Probe("n", null));
		assertThat(receiving.readSignal(publisher.write(SIGNAL, EXTENSION))).isInstanceOf(ReceivedSignal.class);
		assertThat(receiving.readSignal(publisher.write(signal("initialization"), EXTENSION)))
			.isInstanceOf(ReceivedSignal.class);
		assertThat(receiving.readResponse(publisher.write(ANSWER, probe))).isInstanceOf(ReceivedResponse.class);
		assertThat(receiving.readResponse(responder.write(ANSWER, id))).isInstanceOf(ReceivedResponse.class);
		assertThat(receiving.readResponse(responder.write(new Response("r", "p-1", "start", 1, null), id)))
			.isInstanceOf(ReceivedResponse.class);
		assertThat(problem(receiving.readSignal(publisher.write(signal("stop"), EXTENSION))))
			.isEqualTo("key 'k1' may not publish 'stop'");
		for (String event : List.of("start", "initialization", "shutdown")) {
			assertThat(problem(receiving.readSignal(responder.write(signal(event), EXTENSION))))
				.isEqualTo("key 'k2' may not publish '" + event + "'");
		}
		assertThat(problem(receiving.readResponse(responder.write(ANSWER, probe))))
			.isEqualTo("key 'k2' may not publish");
		assertThat(problem(receiving.readResponse(publisher.write(ANSWER, id))))
			.isEqualTo("key 'k1' may not respond as '" + RESPONDER + "'");
		assertThat(
				problem(receiving.readResponse(responder.write(new Response("r2", "*", "shutdown", null, null), id))))
			.isEqualTo("key 'k2' may not respond as 'r2'");
	}

	@Test
	void signalsAreNotSignedAgainWithAKeyThatMayNotPublishThem() {
		List<SigningKey> keys = List.of(key("k1", 'a', List.of("start"), List.of()),
				key("k2", 'b', List.of(), List.of("r")));
		SignalCodec publisher = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", keys));
		SignalCodec responder = codec(SigningMode.REQUIRE, "c", new KeyRing("k2", keys));
		byte[] signal = publisher.write(SIGNAL, EXTENSION);
		assertThat(publisher.replay(signal, "r")).isNotNull();
		assertThat(responder.replay(signal, "r")).isNull();
	}

	@Test
	void aKeyDoesNotSilenceThoseThatSignWithAnother() {
		List<SigningKey> keys = List.of(this.first, key("k2", 'b', List.of("stop"), List.of()));
		SignalCodec reading = codec(SigningMode.REQUIRE, "c", new KeyRing("k1", keys));
		byte[] signal = signal();
		byte[] subscription = this.sender.write(ANSWER, ResponseExtension.UNDERSTOOD);
		byte[] later = signal();
		this.clock.now = this.clock.now.plusSeconds(50);
		SignalCodec other = codec(SigningMode.REQUIRE, "c", new KeyRing("k2", keys));
		ResponseExtension probe = new ResponseExtension(null, null, "a", null, new Probe("n", null));
		for (int i = 0; i < 200; i++) {
			assertThat(reading.readSignal(other.write(signal("stop"), EXTENSION))).isInstanceOf(ReceivedSignal.class);
			assertThat(reading.readResponse(other.write(new Response("r", RESPONDER, "probe", null, null), probe)))
				.isInstanceOf(ReceivedResponse.class);
		}
		assertThat(reading.readStoredSignal(other.write(signal("stop"), EXTENSION), new StoredPlace("r", "5-0", 0)))
			.isInstanceOf(ReceivedSignal.class);
		assertThat(reading.readSignal(signal)).isInstanceOf(ReceivedSignal.class);
		assertThat(reading.readResponse(subscription)).isInstanceOf(ReceivedResponse.class);
		assertThat(reading.readStoredSignal(later, new StoredPlace("r", "6-0", 0))).isInstanceOf(ReceivedSignal.class);
	}

	private static Signal signal(String event) {
		return new Signal("p-1", "p", event, "host", 7, "tag", Map.of());
	}

	@Test
	void storedSignalsAreReadInTheirOrderAndAgainAtTheirPlace() {
		byte[] one = signal();
		byte[] two = signal();
		byte[] three = signal();
		this.clock.now = this.clock.now.plus(Duration.ofDays(3));
		assertThat(stored(one, "5-0", 0)).isInstanceOf(ReceivedSignal.class);
		assertThat(stored(two, "5-0", 1)).isInstanceOf(ReceivedSignal.class);
		assertThat(stored(two, "5-0", 1)).isInstanceOf(ReceivedSignal.class);
		assertThat(problem(stored(one, "5-1", 0)))
			.isEqualTo("it is stored again, or not in the order of its publisher");
		assertThat(problem(stored(two, "6-0", 0)))
			.isEqualTo("it is stored again, or not in the order of its publisher");
		assertThat(stored(one, "5-0", 0)).isInstanceOf(ReceivedSignal.class);
		assertThat(stored(three, "6-0", 1)).isInstanceOf(ReceivedSignal.class);
		assertThat(problem(stored(three, "5-0", 1)))
			.isEqualTo("it is stored again, or not in the order of its publisher");
		// An id of Redis has numbers without a sign.
		for (String copy : List.of("6-18446744073709551615", "18446744073709551615-0")) {
			assertThat(problem(stored(two, copy, 0)))
				.isEqualTo("it is stored again, or not in the order of its publisher");
		}
		assertThat(this.receiver.readStoredSignal(one, new StoredPlace("other", "5-0", 0)))
			.isInstanceOf(ReceivedSignal.class);
	}

	@Test
	void laterSignalsAreReadAtEarlierPositionsAndTheirCopiesAreNot() {
		byte[] one = signal();
		byte[] two = signal();
		byte[] three = signal();
		assertThat(stored(one, "50-0", 0)).isInstanceOf(ReceivedSignal.class);
		// Redis has lost the stream, and its clock is behind.
		assertThat(stored(two, "5-0", 0)).isInstanceOf(ReceivedSignal.class);
		assertThat(stored(three, "6-0", 0)).isInstanceOf(ReceivedSignal.class);
		assertThat(stored(two, "5-0", 0)).isInstanceOf(ReceivedSignal.class);
		for (byte[] copy : List.of(one, two, three)) {
			assertThat(problem(stored(copy, "50-0", 0)))
				.isEqualTo("it is stored again, or not in the order of its publisher");
		}
	}

	@Test
	void storedSignalsThatWereSignedAgainAreReadByTheirResponder() {
		byte[] signal = signal();
		this.clock.now = this.clock.now.plus(Duration.ofDays(1));
		assertThat(stored(signal(), "5-0", 0)).isInstanceOf(ReceivedSignal.class);
		byte[] replayed = this.sender.replay(signal, "r");
		assertThat(replayed).isNotNull();
		long now = this.clock.now.toEpochMilli();
		String place = now + "-0";
		assertThat(((ReceivedSignal) stored(replayed, place, 0)).signal()).isEqualTo(SIGNAL);
		assertThat(stored(replayed, place, 0)).isInstanceOf(ReceivedSignal.class);
		assertThat(problem(stored(replayed, now + "-1", 0))).isEqualTo("it is stored again");
		assertThat(problem(stored(replayed, (now + 61_000) + "-1", 0)))
			.isEqualTo("it was signed at another time than it was stored. Synchronize the clocks of Redis and of the "
					+ "application that replays");
		assertThat(problem(this.receiver.readStoredSignal(replayed, new StoredPlace("other", place, 0))))
			.isEqualTo("it was stored again for another responder");
		assertThat(problem(stored(replayed, "18446744073709551615-0", 0)))
			.isEqualTo("it was signed at another time than it was stored. Synchronize the clocks of Redis and of the "
					+ "application that replays");
		assertThat(this.sender.replay(bytes(text(signal).replace("p-1", "p-2")), "r")).isNull();
	}

	private ReceivedMessage stored(byte[] signal, String entry, int number) {
		return this.receiver.readStoredSignal(signal, new StoredPlace("r", entry, number));
	}

	@Test
	void eachLineOfAFrameIsVerified() {
		byte[] one = answer();
		byte[] forged = bytes(text(answer()).replace("\"ras\":1", "\"ras\":2"));
		ReceivedFrame frame = (ReceivedFrame) this.receiver.readResponses(JsonLines.join(List.of(forged, one, forged)));
		assertThat(frame.messages()).hasSize(3);
		assertThat(frame.messages().get(0)).isInstanceOf(UnverifiedMessage.class);
		assertThat(frame.messages().get(1)).isInstanceOf(ReceivedResponse.class);
		assertThat(frame.messages().get(2)).isInstanceOf(UnverifiedMessage.class);
	}

	@Test
	void answersAreNotCombinedAndThoseThatAreHaveNoSignature() {
		ResponseExtension id = new ResponseExtension("id-1");
		FrameLine line = this.sender.line(new Response(RESPONDER, "p-1", "start", 1, null), id);
		assertThat(line).isInstanceOf(Written.class);
		String signed = text(this.sender.write(List.of(line)));
		assertThat(this.receiver.readReplies(bytes(signed))).isInstanceOf(ReceivedResponse.class);
		SignalCodec verifying = codec(SigningMode.VERIFY, "c", new KeyRing("k1", List.of(this.first)));
		for (String combined : List.of(signed.replace("\"" + RESPONDER + "\"", "[\"" + RESPONDER + "\",\"r-2\"]"),
				signed.replace("\"id-1\"", "[\"id-1\",\"id-2\"]"),
				"{\"responder_id\":[\"r-1\"],\"publisher_id\":\"p-1\",\"event\":\"start\",\"ras\":1,\"_ss\":{\"v\":1,\"id\":\"1\"}}")) {
			for (SignalCodec reader : List.of(this.receiver, verifying)) {
				assertThat(((MalformedMessage) reader.readReplies(bytes(combined))).problem())
					.isEqualTo("it combines several answers, of which none has a signature");
				ReceivedFrame frame = (ReceivedFrame) reader.readReplies(bytes(combined + "\n" + signed));
				assertThat(frame.messages()).hasSize(2);
				assertThat(frame.messages().get(0)).isInstanceOf(MalformedMessage.class);
				assertThat(frame.messages().get(1)).isInstanceOf(ReceivedResponse.class);
			}
		}
	}

	@Test
	void verifyingReadsEverythingAndNamesMessagesThatWouldBeRefused() {
		SignalCodec verifying = codec(SigningMode.VERIFY, "c", new KeyRing("k1", List.of(this.first)));
		assertThat(verifying.readSignal(signal())).isInstanceOf(ReceivedSignal.class);
		UnverifiedMessage unsigned = (UnverifiedMessage) verifying
			.readSignal(new SignalCodec(100_000).write(SIGNAL, EXTENSION));
		assertThat(unsigned.sender()).isEqualTo("p-1");
		assertThat(unsigned.problem()).isEqualTo("it is not signed");
		assertThat(unsigned.message()).isEqualTo(new ReceivedSignal(SIGNAL, EXTENSION, null));
		UnverifiedMessage answer = (UnverifiedMessage) verifying
			.readResponse(bytes(text(answer()).replace("\"ras\":1", "\"ras\":2")));
		assertThat(answer.message()).isNotNull();
		for (SignalCodec codec : List.of(verifying, this.receiver)) {
			MalformedMessage malformed = (MalformedMessage) codec
				.readSignal(bytes(text(signal()).replace("\"sample_no\":7", "\"sample_no\":[]")));
			assertThat(malformed.signal() != null).as("an unverified signal is read").isEqualTo(codec == verifying);
		}
		byte[] forged = bytes(text(signal()).replace("p-1", "p-2"));
		assertThat(verifying.replay(forged, "r")).isEqualTo(forged);
	}

	@Test
	void nothingOfASecretIsShown() {
		assertThat(this.first).hasToString("key 'k1'");
		assertThat(new KeyRing("k1", List.of(this.first))).hasToString("[k1], of which 'k1' signs");
		assertThatIllegalArgumentException().isThrownBy(() -> new SigningKey("k1", new byte[31], null, null))
			.withMessage("the secret of key 'k1' has 31 bytes, and needs at least 32");
	}

	private void assertRefused(String signal, @Nullable String problem) {
		ReceivedMessage message = this.receiver.readSignal(bytes(signal));
		assertThat(message).as(signal).isNotInstanceOf(ReceivedSignal.class);
		if (problem != null) {
			assertThat(problem(message)).as(signal).isEqualTo(problem);
		}
	}

	private static String problem(ReceivedMessage message) {
		assertThat(message).isInstanceOf(UnverifiedMessage.class);
		assertThat(((UnverifiedMessage) message).message()).isNull();
		return ((UnverifiedMessage) message).problem();
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static final class TestClock extends Clock {

		private Instant now = Instant.parse("2026-01-01T00:00:00Z");

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

}
