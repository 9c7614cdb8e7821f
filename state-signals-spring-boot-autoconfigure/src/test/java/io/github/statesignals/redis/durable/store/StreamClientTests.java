package io.github.statesignals.redis.durable.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.statesignals.redis.driver.LuaScript;
import io.github.statesignals.redis.driver.StreamCommands;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link StreamClient} in a process that has no memory or thread left.
 */
class StreamClientTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final AtomicBoolean exhausted = new AtomicBoolean();

	private final StreamClient client = new StreamClient(Unused::new, (task) -> {
		if (this.exhausted.get()) {
			throw new InternalError("on purpose");
		}
		task.run();
	});

	@Test
	void errorOfConnectingFailsTheCallAndTheNextOneConnects() {
		this.exhausted.set(true);
		assertThat(call(1)).isCompletedExceptionally();
		this.exhausted.set(false);
		assertThat(call(2)).isCompletedWithValue(2);
	}

	// As a lease and its release.
	@Test
	void callsThatWaitForTheConnectionAreSentInTheirOrder() {
		List<Runnable> connecting = new ArrayList<>();
		StreamClient waiting = new StreamClient(Unused::new, connecting::add);
		List<Integer> sent = new ArrayList<>();
		List<CompletableFuture<Boolean>> replies = IntStream.range(0, 5)
			.mapToObj((call) -> waiting.call((commands) -> CompletableFuture.completedFuture(sent.add(call)), TIMEOUT))
			.toList();
		assertThat(connecting).hasSize(1);
		connecting.get(0).run();
		assertThat(sent).containsExactly(0, 1, 2, 3, 4);
		assertThat(replies).allSatisfy((reply) -> assertThat(reply).isCompletedWithValue(true));
	}

	@Test
	void callIsSentAfterThoseThatWaitedForTheConnection() {
		List<Runnable> connecting = new ArrayList<>();
		StreamClient waiting = new StreamClient(Unused::new, connecting::add);
		List<String> sent = new ArrayList<>();
		waiting.call((commands) -> {
			sent.add("waiting");
			waiting.call((connected) -> CompletableFuture.completedFuture(sent.add("new")));
			return CompletableFuture.completedFuture(true);
		});
		waiting.call((commands) -> CompletableFuture.completedFuture(sent.add("waiting too")));
		connecting.get(0).run();
		assertThat(sent).containsExactly("waiting", "waiting too", "new");
		waiting.call((commands) -> CompletableFuture.completedFuture(sent.add("connected")));
		assertThat(sent).hasSize(4);
		assertThat(connecting).hasSize(1);
	}

	@Test
	void connectsOnceIfACallFindsTheConnectionOpenMeanwhile() {
		List<Runnable> connecting = new ArrayList<>();
		StreamClient waiting = new StreamClient(Unused::new, connecting::add);
		waiting.call((commands) -> CompletableFuture.completedFuture(1));
		assertCallThatWaitsForTheLockIsSentAfter(waiting, () -> connecting.get(0).run());
		assertThat(connecting).hasSize(1);
	}

	@Test
	void connectsOnceIfTheFirstCallFindsTheConnectionOpenMeanwhile() {
		AtomicInteger opened = new AtomicInteger();
		StreamClient connected = new StreamClient(() -> {
			opened.incrementAndGet();
			return new Unused();
		}, Runnable::run);
		assertCallThatWaitsForTheLockIsSentAfter(connected,
				() -> connected.call((commands) -> CompletableFuture.completedFuture(1)));
		assertThat(opened).hasValue(1);
	}

	private static void assertCallThatWaitsForTheLockIsSentAfter(StreamClient client, Runnable connecting) {
		CompletableFuture<Integer> reply = new CompletableFuture<>();
		Thread caller = new Thread(
				() -> client.call((commands) -> CompletableFuture.completedFuture(2)).thenAccept(reply::complete));
		synchronized (client) {
			caller.start();
			await().until(() -> caller.getState() == Thread.State.BLOCKED);
			connecting.run();
		}
		await().until(reply::isDone);
		assertThat(reply).isCompletedWithValue(2);
	}

	@Test
	void connectsAgainAfterAFailureOfConnectingAndAfterALoss() {
		AtomicInteger opened = new AtomicInteger();
		StreamClient reconnecting = new StreamClient(() -> {
			if (opened.incrementAndGet() == 1) {
				throw new QueryTimeoutException("on purpose");
			}
			return new Unused();
		}, Runnable::run);
		assertThat(reconnecting.call((commands) -> CompletableFuture.completedFuture(1))).isCompletedExceptionally();
		assertThat(reconnecting.call((commands) -> CompletableFuture.completedFuture(2))).isCompletedWithValue(2);
		reconnecting.call((commands) -> CompletableFuture.failedFuture(new QueryTimeoutException("on purpose")));
		assertThat(reconnecting.call((commands) -> CompletableFuture.completedFuture(3))).isCompletedWithValue(3);
		assertThat(opened).hasValue(3);
	}

	@Test
	void errorOfACallFailsIt() {
		assertThat(this.client.<Integer>call((commands) -> {
			throw new InternalError("on purpose");
		}, TIMEOUT)).isCompletedExceptionally();
		assertThat(call(3)).isCompletedWithValue(3);
	}

	@Test
	void errorOfClosingEndsItAllTheSame() {
		StreamClient failing = new StreamClient(() -> new Unused() {

			@Override
			public CompletableFuture<Void> close() {
				throw new InternalError("on purpose");
			}

		}, Runnable::run);
		failing.call((commands) -> CompletableFuture.completedFuture(1), TIMEOUT);
		assertThat(failing.close()).isCompleted();
	}

	private CompletableFuture<Integer> call(int value) {
		return this.client.call((commands) -> CompletableFuture.completedFuture(value), TIMEOUT);
	}

	private static class Unused implements StreamCommands {

		@Override
		public CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
			return CompletableFuture.completedFuture(List.of());
		}

		@Override
		public CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count,
				Duration block) {
			return CompletableFuture.completedFuture(List.of());
		}

		@Override
		public CompletableFuture<Void> close() {
			return CompletableFuture.completedFuture(null);
		}

	}

}
