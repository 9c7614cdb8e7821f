package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.UnreadableException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.dao.DataAccessResourceFailureException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Moments that a real driver passes through too fast for a test.
 */
@Timeout(60)
class FramePublisherTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch sending = new CountDownLatch(1);

	private final CountDownLatch completing = new CountDownLatch(1);

	private final ExecutorService thread = FramePublisher.newThread(FramePublisher.THREADS);

	private final ExecutorService redis = Executors.newSingleThreadExecutor();

	private final Driver driver = new Driver();

	@AfterEach
	void close() {
		this.sending.countDown();
		this.completing.countDown();
		this.driver.close();
		this.redis.shutdown();
	}

	@Test
	void messageThatRedisHasJustConfirmedIsNotSentAgain() {
		CompletableFuture<?> first = publish("first");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 1);
		CompletableFuture<?> slow = publish("slow");
		await(this.begun);
		CompletableFuture<?> cancelled = publish("cancelled");
		CompletableFuture<?> recalled = publish("recalled");
		this.sending.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 3);
		assertThat(this.driver.sent).containsExactly("first", "slow", "cancelled\nrecalled");
		this.driver.futures.get(1).complete(1L);
		assertThat(slow).isCompleted();
		// Runs before the stage of the publisher, which was added earlier.
		CompletableFuture<Long> confirmed = this.driver.futures.get(0);
		confirmed.whenComplete((receivers, ex) -> await(this.completing));
		this.redis.execute(() -> confirmed.complete(1L));
		Awaitility.await().atMost(PATIENCE).until(confirmed::isDone);
		assertThat(first).isNotDone();
		this.driver.connected = false;
		cancelled.cancel(false);
		this.driver.connected = true;
		this.completing.countDown();
		assertThat(first).succeedsWithin(PATIENCE).isEqualTo(1L);
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 4);
		assertThat(this.driver.sent).containsExactly("first", "slow", "cancelled\nrecalled", "recalled");
		this.driver.futures.get(3).complete(2L);
		assertThat(recalled).succeedsWithin(PATIENCE).isEqualTo(2L);
	}

	@Test
	void messageThatTheDriverHasFailsWhenItIsClosed() {
		CompletableFuture<?> sent = publish("sent");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 1);
		this.driver.close();
		assertThat(sent).failsWithin(PATIENCE)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(DataAccessResourceFailureException.class)
			.withMessageContaining("closed before Redis had confirmed it");
	}

	@Test
	void messagesEndAlsoIfTheDriverFailsToClose() {
		CompletableFuture<?> slow = publish("slow");
		await(this.begun);
		CompletableFuture<?> queued = publish("queued");
		this.driver.failing = true;
		assertThatIllegalStateException().isThrownBy(this.driver::close);
		assertThat(List.of(slow, queued)).allSatisfy((message) -> assertThat(message).failsWithin(PATIENCE)
			.withThrowableThat()
			.isInstanceOf(ExecutionException.class));
		this.driver.failing = false;
	}

	@Test
	void messageFailsAlsoIfItsFailureCannotBeTranslated() {
		CompletableFuture<?> sent = publish("sent");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 1);
		this.driver.futures.get(0).completeExceptionally(new UnreadableException());
		assertThat(sent).failsWithin(PATIENCE).withThrowableThat().havingCause().withMessageContaining("unreadable");
	}

	@Test
	void batchEndsWithTheFrameThatFillsIt() {
		publish("slow");
		await(this.begun);
		for (int i = 0; i < 10; i++) {
			publish("x".repeat(60 * 1024));
		}
		this.sending.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 11);
		assertThat(this.driver.batches).containsExactly(1, 5, 5);
	}

	@Test
	void messageThatMustNotBeRepeatedFailsWhenTheConnectionIsLost() {
		CompletableFuture<?> once = publishOnce("once");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 1);
		CompletableFuture<?> repeatable = publish("repeatable");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 2);
		this.driver.connectionLost();
		assertThat(once).failsWithin(PATIENCE)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(DataAccessResourceFailureException.class)
			.withMessageContaining("closed before Redis had confirmed it");
		assertThat(this.driver.futures.get(0)).isCancelled();
		this.driver.futures.get(1).complete(1L);
		assertThat(repeatable).succeedsWithin(PATIENCE);
	}

	@Test
	void messageThatMustNotBeRepeatedFailsWhenTheConnectionIsLostWhileItIsSent() {
		CompletableFuture<?> once = publishOnce("slow");
		await(this.begun);
		this.driver.connectionLost();
		this.sending.countDown();
		assertThat(once).failsWithin(PATIENCE);
		assertThat(this.driver.futures.get(0)).isCancelled();
	}

	@Test
	void messageThatMustNotBeRepeatedIsNotTakenBack() {
		CompletableFuture<?> once = publishOnce("once");
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 1);
		publish("slow");
		await(this.begun);
		CompletableFuture<?> cancelled = publish("cancelled");
		publish("recalled");
		this.sending.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 3);
		this.driver.futures.get(1).complete(1L);
		this.driver.connected = false;
		cancelled.cancel(false);
		this.driver.connected = true;
		this.driver.futures.get(0).complete(2L);
		assertThat(once).succeedsWithin(PATIENCE).isEqualTo(2L);
		Awaitility.await().atMost(PATIENCE).until(() -> this.driver.sent.size() == 4);
		assertThat(this.driver.sent).containsExactly("once", "slow", "cancelled\nrecalled", "recalled");
	}

	private CompletableFuture<?> publishOnce(String text) {
		return this.driver.publish(new byte[0], new Payload.Written(text.getBytes(StandardCharsets.UTF_8), false),
				(receivers, ex) -> {
				});
	}

	private CompletableFuture<?> publish(String text) {
		return this.driver.publish(new byte[0], new TextPayload(text), (receivers, ex) -> {
		});
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private final class Driver extends FramePublisher {

		private final List<String> sent = new CopyOnWriteArrayList<>();

		private final List<CompletableFuture<Long>> futures = new CopyOnWriteArrayList<>();

		private final List<Integer> batches = new CopyOnWriteArrayList<>();

		private volatile boolean connected = true;

		private volatile boolean failing;

		Driver() {
			super(FramePublisherTests.this.thread, 100,
					new PublishSettings(new PublishFailures(), PublishSettings.defaultCapacity()));
		}

		@Override
		List<CompletableFuture<Long>> dispatch(List<Frame> frames) {
			List<CompletableFuture<Long>> added = new ArrayList<>();
			this.batches.add(frames.size());
			for (Frame frame : frames) {
				String text = new String(frame.write(), StandardCharsets.UTF_8);
				if (text.equals("slow")) {
					FramePublisherTests.this.begun.countDown();
					await(FramePublisherTests.this.sending);
				}
				CompletableFuture<Long> future = new CompletableFuture<>();
				added.add(future);
				this.futures.add(future);
				this.sent.add(text);
			}
			return added;
		}

		@Override
		public CompletableFuture<Long> countSubscribers(byte[] channel) {
			return CompletableFuture.completedFuture(0L);
		}

		@Override
		boolean isConnected() {
			return this.connected;
		}

		@Override
		void disconnect() {
			if (this.failing) {
				throw new IllegalStateException("on purpose");
			}
			FramePublisherTests.this.thread.shutdown();
		}

	}

}
