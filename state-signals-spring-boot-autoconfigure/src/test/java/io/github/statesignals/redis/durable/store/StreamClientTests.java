package io.github.statesignals.redis.durable.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.github.statesignals.redis.driver.LuaScript;
import io.github.statesignals.redis.driver.StreamCommands;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
