package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import io.github.statesignals.wire.WireVector;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records the messages of one channel on {@link TestRedis}, the first one of each name,
 * and compares them with the files in {@code docs/protocol}, or writes these if the
 * system property {@code wire.record} is set.
 */
final class WireRecorder implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final boolean WRITE = Boolean.getBoolean("wire.record");

	private final Map<String, WireVector> vectors = new LinkedHashMap<>();

	private final RedisClient client = RedisClient.create(TestRedis.uri().toString());

	private final RedisCommands<String, String> redis = this.client.connect().sync();

	private final String channel;

	/**
	 * Creates a recorder.
	 * @param channel the name of the channel
	 * @param names gives a message its name, from its Redis channel and the payload;
	 * {@code null}: it is not recorded
	 */
	WireRecorder(String channel, BiFunction<String, String, @Nullable String> names) {
		this.channel = channel;
		String suffix = channel.isEmpty() ? "" : ":" + channel;
		String reply = "event-signal-reply:{event-signal-pubsub" + suffix + "}:*";
		StatefulRedisPubSubConnection<String, String> subscription = this.client.connectPubSub();
		subscription.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String from, String payload) {
				record(names.apply(from, payload), from, payload);
			}

			@Override
			public void message(String pattern, String from, String payload) {
				message(from, payload);
			}

		});
		subscription.sync().subscribe("event-signal-pubsub" + suffix, "event-signal-response" + suffix);
		subscription.sync().psubscribe(reply);
	}

	private synchronized void record(@Nullable String name, String from, String payload) {
		if (name != null && !this.vectors.containsKey(name)) {
			String kind = from.startsWith("event-signal-pubsub") ? "signal" : "response";
			this.vectors.put(name, WireVector.recorded(name, kind, this.channel, from, null, payload));
		}
	}

	synchronized void recordStored(String name, String kind, String key, String field, String value) {
		this.vectors.put(name, WireVector.recorded(name, kind, this.channel, key, field, value));
	}

	RedisCommands<String, String> redis() {
		return this.redis;
	}

	synchronized boolean has(String name) {
		return this.vectors.containsKey(name);
	}

	WireVector await(String name) {
		Awaitility.await().alias(name).atMost(TIMEOUT).until(() -> has(name));
		synchronized (this) {
			return this.vectors.get(name);
		}
	}

	/**
	 * Compares the messages with a file, or writes it.
	 */
	synchronized void compareWith(String file) {
		if (WRITE) {
			WireVector.write(file, new ArrayList<>(this.vectors.values()));
		}
		List<WireVector> before = WireVector.read(file);
		assertThat(this.vectors.keySet())
			.containsExactlyInAnyOrderElementsOf(before.stream().map(WireVector::name).toList());
		for (WireVector vector : before) {
			WireVector now = this.vectors.get(vector.name());
			// As many as happen to wait for the same Redis channel.
			String form = vector.payload().contains("\n") ? line(vector.form()) : vector.form();
			assertThat(now.form().lines().map(WireRecorder::line).distinct()).as(vector.name())
				.containsExactlyElementsOf(List.of(line(form)));
		}
	}

	private static String line(String form) {
		return form.lines().findFirst().orElseThrow().replaceAll("\"sample_no\":[1-9]", "\"sample_no\":<number>");
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

}
