package io.github.statesignals.redis.durable.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.redis.durable.store.StreamStore.AnswerReference;
import io.github.statesignals.redis.durable.store.StreamStore.Lease;
import io.github.statesignals.redis.durable.store.StreamStore.Lease.State;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamRecords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class StreamStoreTests extends AbstractStreamStoreTests {

	private final SignalCodec codec = new SignalCodec(100_000);

	@Test
	void aLeaseThatWasTakenAndWhoseReplyWasLostIsTakenAgain() {
		this.redis.opsForValue().set(text(this.keys.reader("r")), "another");
		assertThat(lease("current", "next")).isEqualTo(State.TAKEN_WITH_NEXT_TOKEN);
		assertThat(lease("current", "next")).isEqualTo(State.TAKEN_WITH_NEXT_TOKEN);
		assertThat(lease("third", "fourth")).isEqualTo(State.HELD_BY_ANOTHER);
		assertThat(lease("next", "last")).isEqualTo(State.RENEWED);
		this.redis.delete(text(this.keys.lease("r")));
		assertThat(lease("next", "last")).isEqualTo(State.WAS_FREE);
	}

	@Test
	void aLeaseThatNeverExpiresIsReplaced() {
		this.redis.opsForValue().set(text(this.keys.lease("r")), "another");
		assertThat(lease("current", "next")).isEqualTo(State.WAS_FREE);
	}

	private State lease(String token, String next) {
		return lease(token, next, Map.of()).state();
	}

	private Lease lease(String token, String next, Map<String, Long> reported) {
		return store(Duration.ofDays(1)).lease("r", bytes(token), bytes(next), reported).join();
	}

	@Test
	void droppedSignalsAreReturnedUntilAllAreReported() {
		String dropped = text(this.keys.dropped("r"));
		this.redis.opsForHash().putAll(dropped, Map.of("p", "2", "q", "nonsense"));
		assertThat(lease("current", "next", Map.of()).dropped()).isEqualTo(Map.of("p", 2L, "q", 0L));
		this.redis.opsForHash().increment(dropped, "p", 1);
		assertThat(lease("current", "next", Map.of("p", 2L, "q", 0L)).dropped()).isEqualTo(Map.of("p", 3L, "q", 0L));
		assertThat(lease("another", "other", Map.of("p", 3L, "q", 0L)).state()).isEqualTo(State.HELD_BY_ANOTHER);
		assertThat(lease("current", "next", Map.of("p", 2L, "q", 0L)).dropped()).isEqualTo(Map.of("p", 3L, "q", 0L));
		assertThat(lease("current", "next", Map.of("p", 3L, "q", 0L)).dropped()).isEmpty();
		assertThat(this.redis.hasKey(dropped)).isFalse();
	}

	@Test
	void signalsOfManyPublishersAreReportedAsDropped() {
		Map<String, String> fields = IntStream.range(0, 10_000)
			.boxed()
			.collect(Collectors.toMap((i) -> "p" + i, (i) -> "1"));
		this.redis.opsForHash().putAll(text(this.keys.dropped("r")), fields);
		Map<String, Long> dropped = lease("current", "next", Map.of()).dropped();
		assertThat(dropped).hasSize(10_000);
		assertThat(lease("current", "next", dropped).dropped()).isEmpty();
	}

	@Test
	void deletionsByAnotherClientAreReturnedUntilTheyAreReported() {
		addEntries(2, "{}");
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		this.redis.opsForStream().trim(this.log, 0);
		Map<String, Long> deleted = lease("current", "next", Map.of()).dropped();
		assertThat(deleted).containsOnlyKeys("");
		assertThat(lease("current", "next", Map.of()).dropped()).isEqualTo(deleted);
		assertThat(lease("current", "next", deleted).dropped()).isEmpty();
		assertThat(lease("current", "next", Map.of()).dropped()).isEmpty();
	}

	@Test
	void aBatchThatArrivesAfterALaterOneIsNotStored() {
		StreamStore store = store(Duration.ofDays(1));
		String first = publish(store, 1).join();
		assertThat(publish(store, 1).join()).isEqualTo(first);
		String second = publish(store, 10).join();
		assertThat(publish(store, 9)).failsWithin(Duration.ofSeconds(10));
		assertThat(publish(store, 10).join()).isEqualTo(second);
		assertThat(this.redis.opsForStream().size(this.log)).isEqualTo(2);
	}

	private static CompletableFuture<String> publish(StreamStore store, long batch) {
		return store.publish("producer", batch, bytes("{}"), List.of(""));
	}

	@Test
	void anAcknowledgementTakesNoLeaseThatWasGivenUp() {
		addEntries(1, "{}");
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		StreamStore store = store(Duration.ofDays(1));
		lease("current", "next");
		store.release("r", bytes("current")).join();
		assertThat(acknowledge(store, "current")).isTrue();
		assertThat(this.redis.hasKey(text(this.keys.lease("r")))).isFalse();
		assertThat(lease("another", "other")).isEqualTo(State.TAKEN_WITH_NEXT_TOKEN);
		assertThat(acknowledge(store, "current")).isFalse();
		assertThat(this.redis.opsForValue().get(text(this.keys.lease("r")))).isEqualTo("other");
		assertThat(acknowledge(store, "other")).isTrue();
		assertThat(this.redis.getExpire(text(this.keys.lease("r")))).isPositive();
		store.release("r", bytes("current")).join();
		assertThat(this.redis.hasKey(text(this.keys.lease("r")))).isTrue();
	}

	@Test
	void anAnswerIsStoredAlsoIfAnotherClientHasWrittenTheStream() {
		this.redis.opsForList().leftPush(this.log, "written by another client");
		StreamStore store = store(Duration.ofDays(1));
		assertThat(acknowledge(store, "current")).isTrue();
		assertThat(store.recall(List.of(new AnswerReference("1-1.0", "r"))).join()).containsExactly(bytes("answer"));
		assertThat(this.redis.opsForList().range(this.log, 0, -1)).containsExactly("written by another client");
	}

	@Test
	void answersToConsecutiveSignalsHaveOneField() {
		StreamStore store = store(Duration.ofDays(1));
		assertThat(
				store
					.acknowledge("r", bytes("current"),
							List.of(answered("1-1", 3, "three"), answered("1-1", 1, "one"), answered("1-1", 2, "two"),
									answered("1-2", 2, "other"), answered("1-1", 4, ""), answered("1-1", 5, "five")),
							this.codec)
					.join())
			.isTrue();
		assertThat(this.redis.opsForHash().entries(text(this.keys.answers("1-1"))))
			.isEqualTo(Map.of("1-1.1 r", "one\ntwo\nthree", "1-1.4 r", "", "1-1.5 r", "five", "1-2.2 r", "other"));
		List<AnswerReference> references = IntStream.rangeClosed(0, 6)
			.mapToObj((number) -> new AnswerReference("1-1." + number, "r"))
			.toList();
		assertThat(store.recall(references).join()).extracting(StreamStoreTests::text)
			.containsExactly("", "one", "two", "three", "", "five", "");
		assertThat(store.answered("r", references.stream().map(AnswerReference::signal).toList()).join())
			.containsExactlyInAnyOrder("1-1.1", "1-1.2", "1-1.3", "1-1.4", "1-1.5");
		assertThat(store.answered("other", List.of("1-1.1")).join()).isEmpty();
	}

	@Test
	void combinedAnswersAreStoredAsOneAndRecalledSeparately() {
		StreamStore store = store(Duration.ofDays(1));
		List<Response> responses = List.of(response(1, null), response(1, null), response(1, null),
				response(0, "disk full"), response(0, null), response(0, null));
		List<AnsweredSignal> signals = IntStream.range(0, responses.size())
			.mapToObj((number) -> new AnsweredSignal("1-1", number + 7,
					this.codec.line(responses.get(number), new ResponseExtension("id]" + number)), bytes(this.channel),
					false))
			.toList();
		List<String> published = new CopyOnWriteArrayList<>();
		try (RedisConnection subscriber = this.connectionFactory.getConnection()) {
			subscriber.subscribe((message, pattern) -> published.add(text(message.getBody())), bytes(this.channel));
			assertThat(store.acknowledge("r", bytes("current"), signals, this.codec).join()).isTrue();
			await().until(() -> !published.isEmpty());
		}
		assertThat(published)
			.containsExactly(text(this.codec.write(signals.stream().map(AnsweredSignal::answer).toList())));
		String stored = (String) this.redis.opsForHash().entries(text(this.keys.answers("1-1"))).get("1-1.7 r");
		assertThat(stored).containsOnlyOnce("disk full");
		assertThat(stored.lines()).hasSize(6).filteredOn("="::equals).hasSize(3);
		List<AnswerReference> references = IntStream.rangeClosed(6, 13)
			.mapToObj((number) -> new AnswerReference("1-1." + number, "r"))
			.toList();
		List<byte[]> recalled = store.recall(references).join();
		assertThat(recalled.get(0)).isEmpty();
		assertThat(recalled.get(7)).isEmpty();
		for (int number = 0; number < responses.size(); number++) {
			assertThat(recalled.get(number + 1))
				.isEqualTo(this.codec.write(responses.get(number), new ResponseExtension("id]" + number)));
		}
		assertThat(store.recall(List.of(references.get(2))).join()).containsExactly(recalled.get(2));
		assertThat(store.answered("r", references.stream().map(AnswerReference::signal).toList()).join()).hasSize(6);
	}

	private static Response response(int ras, @Nullable String message) {
		return new Response("r", "publisher", "step", ras, message);
	}

	@Test
	void anAnswerThatAnotherClientHasWrittenWronglyIsNone() {
		this.redis.opsForHash().put(text(this.keys.answers("1-1")), "1-1.0 r", "=\n{\"id\":[\"a\"]}\n=\n=\nfive\n=");
		StreamStore store = store(Duration.ofDays(1));
		List<AnswerReference> references = IntStream.rangeClosed(0, 5)
			.mapToObj((number) -> new AnswerReference("1-1." + number, "r"))
			.toList();
		assertThat(store.recall(references).join()).extracting(StreamStoreTests::text)
			.containsExactly("", "{\"id\":\"a\"}", "", "", "", "");
	}

	private static AnsweredSignal answered(String entry, int number, String answer) {
		return new AnsweredSignal(entry, number, new Written(bytes(answer)), bytes("event-signal-response:store"),
				false);
	}

	private boolean acknowledge(StreamStore store, String token) {
		return store
			.acknowledge("r", bytes(token),
					List.of(new AnsweredSignal("1-1", 0, new Written(bytes("answer")),
							bytes("event-signal-response:store"), true)),
					this.codec)
			.join();
	}

	@Test
	void signalsThatExpireAreDroppedAndCountedInBoundedSteps() {
		addEntries(100, "{\"publisher_id\": \"p\"}\n".repeat(99) + "{\"publisher_id\": \"q\"}");
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		StreamStore store = store(Duration.ZERO);
		assertThat(trim(store)).isTrue();
		assertThat(this.redis.opsForStream().size(this.log)).isBetween(70L, 90L);
		int steps = 1;
		while (trim(store)) {
			steps++;
		}
		assertThat(steps).isBetween(4, 8);
		assertThat(this.redis.opsForStream().size(this.log)).isZero();
		assertThat(this.redis.opsForHash().entries(text(this.keys.dropped("r"))))
			.isEqualTo(Map.of("p", "9900", "q", "100"));
		assertThat(trim(store)).isFalse();
	}

	@Test
	void entriesThatAllHaveAcknowledgedAreDroppedInBoundedSteps() {
		addEntries(30_000, "{}");
		this.redis.opsForStream().createGroup(this.log, "r");
		StreamStore store = store(Duration.ofDays(1));
		assertThat(trim(store)).isTrue();
		assertThat(this.redis.opsForStream().size(this.log)).isBetween(20_000L, 29_000L);
		while (trim(store)) {
			assertThat(this.redis.opsForStream().size(this.log)).isPositive();
		}
		assertThat(this.redis.opsForStream().size(this.log)).isLessThanOrEqualTo(1);
		assertThat(this.redis.hasKey(text(this.keys.dropped("r")))).isFalse();
	}

	// No publisher writes as many.
	@Test
	void entryWithMoreLinesCountsInPart() {
		addEntries(1, "{\"publisher_id\": \"p\"}\n".repeat(300));
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		assertThat(trim(store(Duration.ZERO))).isFalse();
		assertThat(this.redis.opsForHash().entries(text(this.keys.dropped("r")))).isEqualTo(Map.of("p", "256"));
	}

	@Test
	void fieldsOfEntriesThatExpireAreFoundByTheirNames() {
		addEntryWithFurtherField("{\"publisher_id\": \"p\"}\n{\"publisher_id\": \"q\"}");
		addEntryWithFurtherField("{\"publisher_id\": \"p\"}", "responder", "r");
		addEntryWithFurtherField("{\"publisher_id\": \"p\"}", "responder", "another");
		this.redis.opsForStream().add(this.log, Map.of("named otherwise", "{\"publisher_id\": \"p\"}"));
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		StreamStore store = store(Duration.ZERO);
		while (trim(store)) {
			assertThat(this.redis.opsForStream().size(this.log)).isPositive();
		}
		assertThat(this.redis.opsForHash().entries(text(this.keys.dropped("r"))))
			.isEqualTo(Map.of("", "0", "p", "3", "q", "1"));
	}

	@Test
	void fieldsOfEntriesThatARemovedResponderMissesAreFoundByTheirNames() {
		addEntryWithFurtherField("{}\n{}");
		addEntryWithFurtherField("{}", "responder", "r");
		addEntryWithFurtherField("{}", "responder", "another");
		this.redis.opsForStream().add(this.log, Map.of("named otherwise", "{}"));
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		assertThat(store(Duration.ofDays(1)).remove("r").join()).isTrue();
		assertThat(this.redis.opsForHash().entries(text(this.keys.dropped("r")))).isEqualTo(Map.of("", "4"));
	}

	// As a newer version may write it.
	private void addEntryWithFurtherField(String signals, String... more) {
		Map<String, String> fields = new LinkedHashMap<>();
		fields.put("further", "1\n2\n3\n4\n5");
		fields.put("signals", signals);
		for (int i = 0; i < more.length; i += 2) {
			fields.put(more[i], more[i + 1]);
		}
		this.redis.opsForStream().add(StreamRecords.string(fields).withStreamKey(this.log));
	}

	private boolean trim(StreamStore store) {
		this.redis.delete(text(this.keys.trimmed()));
		boolean more = store.trim().join() == Trimming.MORE;
		if (more) {
			assertThat(this.redis.getExpire(text(this.keys.trimmed()), TimeUnit.MILLISECONDS)).isLessThan(200);
		}
		return more;
	}

	private void addEntries(int count, String signals) {
		this.redis.executePipelined((RedisConnection connection) -> {
			for (int i = 0; i < count; i++) {
				connection.streamCommands()
					.xAdd(StreamRecords.rawBytes(Map.of(bytes("signals"), bytes(signals)))
						.withStreamKey(this.keys.log()));
			}
			return null;
		});
	}

	private StreamStore store(Duration retention) {
		return new StreamStore(this.channel, new DurableChannel(retention, DurableChannel.Start.NEW), this.client);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
