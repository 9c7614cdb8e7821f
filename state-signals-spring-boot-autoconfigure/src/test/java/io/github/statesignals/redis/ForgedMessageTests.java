package io.github.statesignals.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The messages of other clients that can publish on the channels of signals.
 */
@ExtendWith(OutputCaptureExtension.class)
class ForgedMessageTests {

	private static final String HEARTBEATS = "event-signal-heartbeat:*";

	private final String channel = "forged-" + UUID.randomUUID();

	private final Recorder recorder = new Recorder();

	private RedisClient client;

	private StatefulRedisConnection<String, String> redis;

	private LettuceConnectionFactory connectionFactory;

	private RedisPubSubSignalTransport transport;

	@BeforeEach
	void connect() {
		this.client = RedisClient.create(RedisURI.create(TestRedis.uri()));
		this.redis = this.client.connect();
		this.connectionFactory = RedisTransports
			.started(new LettuceConnectionFactory(TestRedis.host(), TestRedis.port()));
		this.transport = RedisTransports.broadcast(this.connectionFactory,
				RedisTransports.settings(Duration.ofMillis(200)));
		this.transport.open(this.channel);
	}

	@AfterEach
	void disconnect() {
		this.transport.stop();
		this.connectionFactory.destroy();
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

	@Test
	void messageOfAnotherClientIsNoHeartbeat() {
		Set<String> others = new HashSet<>(this.redis.sync().pubsubChannels(HEARTBEATS));
		this.transport.start(this.recorder);
		Set<String> heartbeats = new HashSet<>(this.redis.sync().pubsubChannels(HEARTBEATS));
		heartbeats.removeAll(others);
		assertThat(heartbeats).hasSize(1);
		String forged = "forged-" + "x".repeat(29);
		AtomicInteger own = new AtomicInteger();
		try (StatefulRedisPubSubConnection<String, String> subscriber = this.client.connectPubSub()) {
			subscriber.addListener(new RedisPubSubAdapter<>() {

				@Override
				public void message(String from, String message) {
					if (!message.equals(forged)) {
						own.incrementAndGet();
						ForgedMessageTests.this.redis.async().publish(from, forged);
					}
				}

			});
			subscriber.sync().subscribe(heartbeats.iterator().next());
			await().until(() -> own.get() >= 10);
		}
		assertThat(this.transport.isConnected()).isTrue();
		assertThat(this.recorder.connections).containsExactly(false);
	}

	@Test
	void responseIsSentToAReplyChannelOfItsChannelOnlyAndElseToTheChannel() {
		String responses = SignalChannels.of(this.channel).responses();
		String own = SignalChannels.of(this.channel).newReplyTo(true);
		List<String> foreign = List.of(SignalChannels.of(this.channel + ".other").newReplyTo(true),
				SignalChannels.DEFAULT.newReplyTo(true), SignalChannels.of(this.channel).signals(), "orders",
				"event-signal-reply:1");
		List<String> received = new CopyOnWriteArrayList<>();
		this.transport.start(this.recorder);
		try (StatefulRedisPubSubConnection<String, String> subscriber = this.client.connectPubSub()) {
			subscriber.addListener(new RedisPubSubAdapter<>() {

				@Override
				public void message(String from, String message) {
					received.add(from);
				}

			});
			subscriber.sync().subscribe(responses, own);
			subscriber.sync().subscribe(foreign.toArray(new String[0]));
			Response response = new Response("r", "p", "e", 1, null);
			for (String address : foreign) {
				this.transport.send(this.channel, response, new ResponseExtension("17"), address);
			}
			this.transport.send(this.channel, response, new ResponseExtension("17"), null);
			this.transport.send(this.channel, response, new ResponseExtension("17"), own);
			await().until(() -> received.contains(own));
		}
		assertThat(received).hasSize(7).startsWith(responses, responses, responses, responses, responses, responses);
	}

	@Test
	void failureOfTheListenerIsLoggedOnce(CapturedOutput output) {
		this.recorder.failing = true;
		this.transport.start(this.recorder);
		for (int i = 1; i <= 1_000; i++) {
			this.transport.send(this.channel, new Signal("p-1", "p", "e", "h", i, "t", Map.of()), null);
		}
		await().until(() -> this.recorder.signals.size() == 1_000);
		assertThat(output.getOut()).containsOnlyOnce("IllegalStateException: fails for sample");
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(20));
	}

	private static final class Recorder extends SilentListener {

		private final List<Boolean> connections = new CopyOnWriteArrayList<>();

		private final List<Signal> signals = new CopyOnWriteArrayList<>();

		private volatile boolean failing;

		@Override
		public void onConnected(boolean gap) {
			this.connections.add(gap);
		}

		@Override
		public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
			this.signals.add(signal);
			if (this.failing) {
				throw new IllegalStateException("fails for sample " + signal.sampleNo());
			}
		}

	}

}
