package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.github.statesignals.TestRedis;
import io.github.statesignals.redis.driver.Payload;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Conclusions from a heartbeat that Redis has not confirmed.
 */
@Timeout(60)
class RedisHeartbeatTests {

	private static final Payload PAYLOAD = new Payload.Written(new byte[1], true);

	private final LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory(TestRedis.host(),
			TestRedis.port());

	private final CountDownLatch closed = new CountDownLatch(1);

	private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();

	private OutboundPublisher outbound;

	private QueuedBeats publisher;

	private RedisHeartbeat heartbeat;

	@BeforeEach
	void supervise() {
		RedisDriver driver = RedisTransports.driver(RedisTransports.started(this.connectionFactory));
		this.outbound = new OutboundPublisher();
		this.heartbeat = new RedisHeartbeat(Duration.ofMillis(500), driver);
		this.publisher = new QueuedBeats(driver.openPublisher());
		this.outbound.use(this.publisher);
		Thread supervisor = new Thread(() -> {
			try {
				this.heartbeat.supervise(this.outbound, this.closed, (received) -> {
				}, this.failures::add);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		supervisor.setDaemon(true);
		supervisor.start();
	}

	@AfterEach
	void close() {
		this.closed.countDown();
		this.outbound.close();
		this.connectionFactory.destroy();
	}

	@Test
	void publisherIsNotReplacedWhileRedisConfirmsOtherMessages() {
		await().atMost(Duration.ofSeconds(40)).until(() -> {
			assertThat(this.outbound.publish("signals".getBytes(StandardCharsets.UTF_8), PAYLOAD, (sent, ex) -> {
			})).succeedsWithin(Duration.ofSeconds(20));
			return this.publisher.beats.get() >= 6;
		});
		assertThat(this.outbound.current()).isSameAs(this.publisher);
		assertThat(this.heartbeat.isAlive()).isTrue();
	}

	@Test
	void publisherIsReplacedWhenRedisConfirmsNothing() {
		await().atMost(Duration.ofSeconds(40)).until(() -> this.outbound.current() != this.publisher);
		assertThat(this.heartbeat.isAlive()).isFalse();
		assertThat(this.failures).isEmpty();
	}

	@Test
	void messageOfAnotherClientIsNoBeat() {
		await().atMost(Duration.ofSeconds(40)).until(() -> {
			this.heartbeat.receive(new byte[1]);
			return !this.heartbeat.isAlive();
		});
	}

	/**
	 * Publishes to Redis all but heartbeats, which stay behind the other messages.
	 */
	private final class QueuedBeats implements RedisPublisher {

		private final AtomicInteger beats = new AtomicInteger();

		private final RedisPublisher redis;

		QueuedBeats(RedisPublisher redis) {
			this.redis = redis;
		}

		@Override
		public CompletableFuture<?> publish(byte[] channel, byte[] payload) {
			String name = new String(channel, StandardCharsets.UTF_8);
			if (RedisHeartbeatTests.this.heartbeat.channels().contains(name)) {
				this.beats.incrementAndGet();
				return new CompletableFuture<>();
			}
			return this.redis.publish(channel, payload);
		}

		@Override
		public CompletableFuture<?> publish(byte[] channel, Payload payload,
				BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
			return this.redis.publish(channel, payload, onSent);
		}

		@Override
		public CompletableFuture<?> last() {
			return this.redis.last();
		}

		@Override
		public long confirmedBytes() {
			return this.redis.confirmedBytes();
		}

		@Override
		public boolean isHalfFull() {
			return this.redis.isHalfFull();
		}

		@Override
		public CompletableFuture<Long> countSubscribers(byte[] channel) {
			return this.redis.countSubscribers(channel);
		}

		@Override
		public void close() {
			this.redis.close();
		}

	}

}
