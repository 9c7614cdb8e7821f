package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.SignalNotSentException;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAutoClaimArgs;
import io.lettuce.core.XPendingArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Another client deletes or writes each key of a channel that two responders of separate
 * applications and an exporter of a third one use: a publish ends long before any
 * timeout, and both responders receive the signals.
 */
class ForeignWritesTests {

	private static final DurableChannel LATEST = new DurableChannel(Duration.ofDays(1), Start.LATEST);

	private static final int MANY = 2_000;

	private static final String LARGE = "x".repeat(5_000_000);

	@RegisterExtension
	final StreamTransports transports = new StreamTransports();

	private int number;

	private RedisStreamSignalTransport exporter;

	private RecordingResponder first;

	private RecordingResponder second;

	@ParameterizedTest
	@EnumSource
	void aKeyThatAnotherClientWritesStopsNothing(Key key) throws Exception {
		this.exporter = this.transports.exporter(LATEST).transport;
		this.first = this.transports.responder("r", LATEST, (received) -> true);
		this.second = this.transports.responder("s", LATEST, (received) -> true);
		publish();
		for (Content content : Content.values()) {
			for (String name : names(key)) {
				write(name, key, content);
			}
			if (content == Content.WRONG_TYPE && !key.replaced) {
				assertFailsNamed(key);
				this.transports.redis.del(this.transports.key(key.name));
			}
			publish();
		}
		this.first.transport.stop();
		this.first = this.transports.responder("r", LATEST, (received) -> true);
		publish();
	}

	@Test
	void aNumberOfALaterBatchFailsOnePublish() throws Exception {
		this.exporter = this.transports.exporter(LATEST).transport;
		this.first = this.transports.responder("r", LATEST, (received) -> true);
		this.second = this.transports.responder("s", LATEST, (received) -> true);
		publish();
		names(Key.PRODUCER).forEach((name) -> this.transports.redis.set(name, "99999999999 1-1"));
		assertThatThrownBy(() -> this.exporter.send(this.transports.channel, StreamTransports.signal(0), null)
			.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(SignalNotSentException.class)
			.hasMessageContaining("A later batch was stored before");
		publish();
	}

	@Test
	@SuppressWarnings("unchecked")
	void signalsThatAnotherClientHasReadOrClaimedAreHandledOnce() {
		this.exporter = this.transports.exporter().transport;
		this.first = this.transports.responder("r");
		this.first.transport.stop();
		String log = this.transports.key("log");
		this.transports.send(this.exporter, 1, 11);
		Consumer<String> foreign = Consumer.from("r", "foreign");
		List<StreamMessage<String, String>> read = this.transports.redis.xreadgroup(foreign, XReadArgs.Builder.count(5),
				StreamOffset.lastConsumed(log));
		this.second = this.transports.responder("r");
		await().untilAsserted(
				() -> assertThat(this.second.numbers).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
		await().until(() -> this.transports.pending("r") == 0);
		this.second.transport.stop();
		RecordingResponder handling = this.transports.responder("r", StreamTransports.SETTINGS, (number) -> false);
		this.transports.send(this.exporter, 11, 13);
		await().until(() -> handling.numbers.size() == 2);
		assertThat(
				this.transports.redis.xautoclaim(log, XAutoClaimArgs.Builder.justid(foreign, 0, "0-0")).getMessages())
			.hasSize(2);
		await().until(() -> this.transports.redis
			.xpending(log, XPendingArgs.Builder.xpending(foreign, Range.unbounded(), Limit.from(1)))
			.isEmpty());
		handling.answer(0).join();
		handling.answer(1).join();
		assertThat(handling.numbers).containsExactly(11, 12);
		assertThat(this.transports.pending("r")).isZero();
		assertThat(read).hasSize(5);
	}

	private void publish() throws Exception {
		int next = ++this.number;
		String id = ((StoredSignal) this.exporter.send(this.transports.channel, StreamTransports.signal(next), null)
			.get(5, TimeUnit.SECONDS)).id();
		await().until(() -> this.first.numbers.contains(next) && this.second.numbers.contains(next));
		RedisDurableChannels channels = new RedisDurableChannels(this.exporter);
		await().untilAsserted(() -> assertThat(channels.find(this.transports.channel, id).orElseThrow().acknowledged())
			.containsKeys("r", "s"));
		assertThat(channels.responders(this.transports.channel)).contains("r", "s");
		assertThat(channels.countDeadLetters(this.transports.channel)).isNotNegative();
		assertThat(channels.deadLetters(this.transports.channel, 10)).hasSizeLessThanOrEqualTo(10);
	}

	private void assertFailsNamed(Key key) {
		if (key == Key.LOG) {
			assertThatThrownBy(() -> this.exporter.send(this.transports.channel, StreamTransports.signal(0), null)
				.get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
				.hasCauseInstanceOf(SignalNotSentException.class)
				.hasMessageContaining("The key '" + this.transports.key("log") + "' is no stream");
		}
		else {
			assertThatThrownBy(() -> new RedisDurableChannels(this.exporter).countDeadLetters(this.transports.channel))
				.hasMessageContaining("The key '" + this.transports.key("dead-letters") + "' is no hash");
		}
	}

	private List<String> names(Key key) {
		return switch (key) {
			case PRODUCER -> this.transports.redis.keys(this.transports.key("producer:*").replace("{", "\\{"));
			case ANSWERS -> {
				long now = Long.parseLong(this.transports.redis.time().get(0));
				// Of the signals that are published from now on.
				yield LongStream.range(now, now + 5)
					.mapToObj((second) -> this.transports.key("answers:" + second))
					.toList();
			}
			default -> List.of(this.transports.key(key.name));
		};
	}

	private void write(String name, Key key, Content content) {
		if (content != Content.HUGE || key.type != Type.STREAM) {
			this.transports.redis.del(name);
		}
		switch (content) {
			case DELETED -> {
			}
			case WRONG_TYPE -> this.transports.redis.lpush(name, "written by another client");
			case GARBAGE -> {
				switch (key.type) {
					case STREAM -> this.transports.redis.xadd(name, Map.of("nonsense", "nonsense"));
					case STRING -> this.transports.redis.set(name, "non sense");
					case HASH -> this.transports.redis.hset(name,
							Map.of("", "non sense", "r", "non sense", "s", "1-1 non-sense"));
				}
			}
			case HUGE -> {
				switch (key.type) {
					case STREAM -> this.transports.redis.xadd(name, Map.of("signals", LARGE));
					case STRING -> this.transports.redis.set(name, LARGE);
					case HASH -> {
						Map<String, String> fields = new HashMap<>(Map.of("large", LARGE));
						for (int i = 0; i < MANY; i++) {
							fields.put("p" + i, Integer.toString(i));
						}
						this.transports.redis.hset(name, fields);
					}
				}
			}
		}
	}

	private enum Key {

		LOG("log", Type.STREAM, false), PRODUCER("producer:*", Type.STRING, true),
		RESPONDERS("responders", Type.HASH, true), REMOVED("removed", Type.HASH, true),
		LEASE("lease:r", Type.STRING, true), READER("reader:r", Type.STRING, true),
		DROPPED("dropped:r", Type.HASH, true), ANSWERS("answers:*", Type.HASH, true), LATEST("latest", Type.HASH, true),
		TRIMMED("trimmed", Type.STRING, true), DEAD_LETTERS("dead-letters", Type.HASH, false);

		private final String name;

		private final Type type;

		private final boolean replaced;

		Key(String name, Type type, boolean replaced) {
			this.name = name;
			this.type = type;
			this.replaced = replaced;
		}

	}

	private enum Type {

		STREAM, STRING, HASH

	}

	private enum Content {

		DELETED, WRONG_TYPE, GARBAGE, HUGE

	}

}
