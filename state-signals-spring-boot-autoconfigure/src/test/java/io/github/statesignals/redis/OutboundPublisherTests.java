package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.embedded.RedisServer;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The bound of messages that Redis has not confirmed, with a server that executes no
 * {@code PUBLISH} meanwhile.
 */
@ExtendWith(OutputCaptureExtension.class)
class OutboundPublisherTests {

	private static final int CAPACITY = 1_000_000;

	private static final Map<String, Object> METADATA = Map.of("x", "x".repeat(10_000));

	private final List<Signal> received = new CopyOnWriteArrayList<>();

	private RedisServer server;

	private RedisClient client;

	private LettuceConnectionFactory connectionFactory;

	private RedisPubSubSignalTransport transport;

	private int number;

	@BeforeEach
	void start() throws Exception {
		int port = TestRedis.freePort();
		this.server = TestRedis.startServer(port);
		this.client = RedisClient.create(RedisURI.create("redis://127.0.0.1:" + port));
		this.connectionFactory = RedisTransports
			.started(new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port)));
		RedisMessageListenerContainer container = RedisPubSubSignalTransport
			.createListenerContainer(this.connectionFactory);
		this.transport = new RedisPubSubSignalTransport(new RedisDriver(this.connectionFactory, container, CAPACITY),
				container, RedisTransports.settings(Duration.ZERO));
		this.transport.open("");
		this.transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				OutboundPublisherTests.this.received.add(signal);
			}

		});
	}

	@AfterEach
	void stop() throws Exception {
		this.transport.stop();
		this.connectionFactory.destroy();
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
		this.server.stop();
	}

	@Test
	void messagesBeyondTheBoundAreNotSent(CapturedOutput output) {
		pause();
		List<Signal> admitted = new ArrayList<>();
		List<CompletableFuture<?>> pending = fill(admitted);
		assertThat(pending).hasSizeBetween(90, 100);
		for (int i = 0; i < 100; i++) {
			assertRefused();
		}
		assertThat(output.getOut()).containsOnlyOnce("A message is not published: Redis has not confirmed ");
		unpause();
		assertThat(CompletableFuture.allOf(pending.toArray(new CompletableFuture<?>[0])))
			.succeedsWithin(Duration.ofSeconds(20));
		Signal last = signal();
		assertThat(this.transport.send("", last, null)).succeedsWithin(Duration.ofSeconds(20));
		admitted.add(last);
		await().untilAsserted(() -> assertThat(this.received).isEqualTo(admitted));
	}

	@Test
	void cancelledMessagesCountUntilRedisHasConfirmedALaterOne() {
		pause();
		List<CompletableFuture<?>> pending = fill(new ArrayList<>());
		pending.forEach((sent) -> sent.cancel(false));
		assertRefused();
		unpause();
		await().until(() -> {
			CompletableFuture<?> sent = this.transport.send("", signal(), null);
			return sent.handle((receivers, ex) -> ex == null).join();
		});
		assertThat(fill(new ArrayList<>(), 200)).hasSize(200);
	}

	@Test
	void messageThatIsLargerThanTheBoundIsSentAlone() {
		pause();
		Signal large = new Signal("p-1", "p", "e", "h", 1, "t", Map.of("x", "x".repeat(CAPACITY + 1_000)));
		List<CompletableFuture<?>> pending = new ArrayList<>();
		pending.add(this.transport.send("", large, null));
		assertRefused();
		unpause();
		assertThat(pending.get(0)).succeedsWithin(Duration.ofSeconds(20));
		await().until(() -> this.received.contains(large));
	}

	@Test
	void answersEndIndependentlyOfTheirCallbacks() {
		this.transport.open("named");
		String address = this.transport.replyTo("named");
		assertThat(this.transport.readsFrames("named", Objects.requireNonNull(address))).isTrue();
		pause();
		AtomicInteger sent = new AtomicInteger();
		for (int i = 0; i < 50; i++) {
			this.transport.answer("named", new Response("r", "p-1", "e", i, null), new ResponseExtension("1"), address,
					(receivers, ex) -> {
						if (ex == null) {
							sent.incrementAndGet();
						}
						throw new IllegalStateException("on purpose");
					});
		}
		unpause();
		await().untilAsserted(() -> assertThat(sent).hasValue(50));
	}

	private List<CompletableFuture<?>> fill(List<Signal> admitted) {
		List<CompletableFuture<?>> pending = new ArrayList<>();
		while (true) {
			Signal signal = signal();
			CompletableFuture<?> sent = this.transport.send("", signal, null);
			if (sent.isCompletedExceptionally()) {
				return pending;
			}
			pending.add(sent);
			admitted.add(signal);
		}
	}

	private List<Signal> fill(List<Signal> sent, int count) {
		for (int i = 0; i < count; i++) {
			Signal signal = signal();
			assertThat(this.transport.send("", signal, null)).succeedsWithin(Duration.ofSeconds(20));
			sent.add(signal);
		}
		return sent;
	}

	private void assertRefused() {
		assertThat(this.transport.send("", signal(), null)).isCompletedExceptionally()
			.failsWithin(Duration.ZERO)
			.withThrowableThat()
			.withCauseInstanceOf(SignalNotSentException.class)
			.withMessageContaining("Redis has not confirmed")
			.withMessageContaining("1000000");
	}

	private Signal signal() {
		return new Signal("p-1", "p", "e", "h", ++this.number, "t", METADATA);
	}

	private void pause() {
		client(new CommandArgs<>(StringCodec.UTF8).add("PAUSE").add(600_000).add("WRITE"));
	}

	private void unpause() {
		client(new CommandArgs<>(StringCodec.UTF8).add("UNPAUSE"));
	}

	private void client(CommandArgs<String, String> arguments) {
		this.client.connect().sync().dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), arguments);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(20));
	}

}
