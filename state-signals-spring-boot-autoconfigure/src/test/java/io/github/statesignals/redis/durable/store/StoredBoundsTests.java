package io.github.statesignals.redis.durable.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.redis.durable.store.StreamStore.Lease.State;
import io.github.statesignals.redis.durable.store.StreamStore.Responders;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.SignalCodec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The times and numbers that bound the stored state of a durable channel.
 */
class StoredBoundsTests extends AbstractStreamStoreTests {

	private static final Duration RETENTION = Duration.ofHours(2);

	private final String latest = text(this.keys.latest());

	private StreamStore store;

	@BeforeEach
	void createStore() {
		this.store = new StreamStore(this.channel, new DurableChannel(RETENTION, Start.LATEST), this.client);
	}

	@Test
	void answersExpire() {
		acknowledge("1-1");
		assertExpires(this.keys.answers("1-1"), RETENTION);
		this.redis.expire(text(this.keys.answers("1-1")), Duration.ofHours(1));
		acknowledge("1-2");
		assertThat(this.redis.getExpire(text(this.keys.answers("1-1")))).isGreaterThan(5_000);
	}

	private void acknowledge(String entry) {
		AnsweredSignal signal = new AnsweredSignal(entry, 0, new Written(bytes("answer")),
				bytes("event-signal-response:bounds"), true);
		assertThat(this.store.acknowledge("r", bytes("token"), List.of(signal), new SignalCodec(100_000)).join())
			.isTrue();
	}

	@Test
	void batchNumbersAndLastSignalsExpire() {
		publish("producer", 1, "name");
		assertExpires(this.keys.producer("producer"), Duration.ofHours(1));
		assertExpires(this.keys.latest(), RETENTION);
	}

	private void publish(String producer, long batch, String... names) {
		String signals = "{}\n".repeat(names.length).strip();
		this.store.publish(producer, batch, bytes(signals), List.of(names)).join();
	}

	private void assertExpires(byte[] key, Duration atMost) {
		assertThat(this.redis.getExpire(text(key))).isBetween(1L, atMost.toSeconds());
	}

	@Test
	void lastSignalsThatHaveExpiredAreRemovedWithTheFirstBatchOfAPublisher() {
		this.redis.opsForHash().putAll(this.latest, Map.of("old", "1-1.0 {}", "foreign", "by another client"));
		publish("p", 2, "second");
		assertThat(this.redis.opsForHash().keys(this.latest)).containsExactlyInAnyOrder("old", "foreign", "second");
		publish("q", 1, "first", "", "third");
		assertThat(this.redis.opsForHash().keys(this.latest)).containsExactlyInAnyOrder("second", "first", "third");
	}

	@Test
	void lastSignalsThatHaveExpiredAreNotStoredForANewResponder() {
		this.redis.opsForHash()
			.putAll(this.latest, Map.of("old", "1-1.0 old", "foreign", "by another client", "fresh",
					System.currentTimeMillis() + "-1.0 fresh"));
		assertThat(register("r")).containsExactly("fresh");
	}

	@Test
	void lastSignalsForANewResponderAreInTheirOrderAndInEntriesOfTheUsualNumber() {
		long millis = System.currentTimeMillis();
		Map<String, String> fields = new HashMap<>();
		for (int i = 0; i < 600; i++) {
			fields.put("name" + i, "%d-%d.%d signal%d".formatted(millis, i / 12, i % 12, i));
		}
		this.redis.opsForHash().putAll(this.latest, fields);
		List<String> entries = register("r");
		assertThat(entries).extracting((entry) -> entry.lines().count()).containsExactly(256L, 256L, 88L);
		assertThat(entries.stream().flatMap(String::lines))
			.containsExactlyElementsOf(IntStream.range(0, 600).mapToObj((i) -> "signal" + i).toList());
	}

	@Test
	void lastSignalsForANewResponderAreInEntriesOfTheUsualSize() {
		long millis = System.currentTimeMillis();
		for (int i = 0; i < 3; i++) {
			this.redis.opsForHash().put(this.latest, "name" + i, millis + "-" + i + ".0 " + "x".repeat(600_000));
		}
		assertThat(register("r")).extracting(String::length).containsExactly(1_200_001, 600_000);
	}

	// Returns the signals of the entries that are stored for it.
	private List<String> register(String responder) {
		this.store.register(Map.of(responder, ""), false).join();
		return this.redis.<String, String>opsForStream()
			.range(this.log, Range.unbounded())
			.stream()
			.filter((entry) -> responder.equals(entry.getValue().get("responder")))
			.map((entry) -> entry.getValue().get("signals"))
			.toList();
	}

	@Test
	void aThousandDeadLettersAreStoredAndExpire() {
		Map<String, String> letters = new HashMap<>();
		for (int i = 0; i < 999; i++) {
			letters.put("1-" + i + ".0 r", "1 reason\n{}");
		}
		this.redis.opsForHash().putAll(text(this.keys.deadLetters()), letters);
		assertThat(setAside("2-0.0")).isTrue();
		assertThat(setAside("2-1.0")).isFalse();
		assertThat(setAside("2-0.0")).isTrue();
		assertExpires(this.keys.deadLetters(), RETENTION);
		StoredDeadLetters stored = this.store.deadLetters(11).join();
		assertThat(stored.total()).isEqualTo(1_000);
		assertThat(stored.letters()).extracting((letter) -> letter.signal())
			.containsExactlyElementsOf(IntStream.range(0, 11).mapToObj((i) -> "1-" + i + ".0").toList());
	}

	private boolean setAside(String signal) {
		return this.store.setAside("r", signal, "reason", bytes("{}")).join();
	}

	// As by a clock of Redis that was set back.
	@Test
	void aLeaseOfAnotherOneThatExpiresTooLateIsShortened() {
		String lease = text(this.keys.lease("r"));
		this.redis.opsForValue().set(lease, "another", Duration.ofHours(1));
		assertThat(this.store.lease("r", bytes("current"), bytes("next"), Map.of()).join().state())
			.isEqualTo(State.HELD_BY_ANOTHER);
		assertThat(this.redis.opsForValue().get(lease)).isEqualTo("another");
		assertExpires(this.keys.lease("r"), StreamStore.LEASE);
	}

	@Test
	void aLeaseOfAnotherOneIsNotProlonged() {
		String lease = text(this.keys.lease("r"));
		this.redis.opsForValue().set(lease, "another", Duration.ofSeconds(5));
		assertThat(this.store.lease("r", bytes("current"), bytes("next"), Map.of()).join().state())
			.isEqualTo(State.HELD_BY_ANOTHER);
		assertThat(this.redis.getExpire(lease)).isLessThanOrEqualTo(5);
	}

	@Test
	@SuppressWarnings("unchecked")
	void signalsThatOneResponderHasNotReadRemainAtAnyPositionOfAnother() {
		for (int i = 0; i < 3; i++) {
			publish("producer", i + 1, "name");
		}
		this.redis.opsForStream().createGroup(this.log, ReadOffset.from("0-0"), "r");
		assertThat(this.store.lease("r", bytes("current"), bytes("next"), Map.of()).join().dropped()).isEmpty();
		// Its group was lost.
		this.redis.opsForHash().put(text(this.keys.responders()), "other", System.currentTimeMillis() * 2 + "-0");
		assertThat(this.store.trim().join()).isEqualTo(Trimming.DONE);
		assertThat(this.redis.opsForStream()
			.read(Consumer.from("r", "consumer"), StreamOffset.create(this.log, ReadOffset.lastConsumed()))).hasSize(3);
	}

	@Test
	void trimmingIsDueIfItsMarkerExpiresTooLateOrNever() {
		String marker = text(this.keys.trimmed());
		this.redis.opsForValue().set(marker, "1", Duration.ofHours(1));
		assertThat(this.store.trim().join()).isEqualTo(Trimming.DONE);
		assertThat(this.redis.getExpire(marker)).isLessThan(60);
		this.redis.opsForValue().set(marker, "1");
		assertThat(this.store.trim().join()).isEqualTo(Trimming.DONE);
		assertThat(this.redis.getExpire(marker)).isNotEqualTo(-1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@SuppressWarnings("unchecked")
	void aRemovedResponderMissesSignalsThatWereDeliveredUnlessAnInstanceRuns(boolean running) {
		register("r");
		for (int i = 0; i < 3; i++) {
			publish("producer", i + 1, "name");
		}
		this.redis.opsForStream()
			.read(Consumer.from("r", "consumer"), StreamReadOptions.empty().count(2),
					StreamOffset.create(this.log, ReadOffset.lastConsumed()));
		if (running) {
			this.redis.opsForValue().set(text(this.keys.lease("r")), "token");
		}
		assertThat(this.store.remove("r").join()).isTrue();
		assertThat(this.redis.opsForHash().entries(text(this.keys.dropped("r"))))
			.isEqualTo(Map.of("", running ? "1" : "3"));
	}

	@Test
	void aRemovedResponderThatMissesNothingIsReportedNothing() {
		assertThat(this.store.remove("r").join()).isFalse();
		assertThat(responders().removed()).isEmpty();
		register("r");
		register("other");
		assertThat(this.store.remove("r").join()).isTrue();
		assertThat(this.redis.hasKey(text(this.keys.dropped("r")))).isFalse();
		assertThat(responders().registered()).containsOnlyKeys("other");
		assertThat(responders().removed()).containsExactly("r");
		register("r");
		assertThat(responders().registered()).containsOnlyKeys("other", "r");
		assertThat(responders().removed()).isEmpty();
	}

	private Responders responders() {
		return this.store.responders().join();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
