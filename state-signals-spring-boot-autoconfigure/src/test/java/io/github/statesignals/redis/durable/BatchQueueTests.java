package io.github.statesignals.redis.durable;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class BatchQueueTests {

	private final List<List<CompletableFuture<String>>> sent = new ArrayList<>();

	private final BatchQueue<CompletableFuture<String>> queue = new BatchQueue<>(Runnable::run, 10, 100) {

		@Override
		long size(CompletableFuture<String> request) {
			return 1;
		}

		@Override
		void send(List<CompletableFuture<String>> batch, int attempt) {
			BatchQueueTests.this.sent.add(batch);
		}

	};

	// Redis may not reply for as long as the driver takes to connect.
	@Test
	void requestsThatAreDoneAreNotStoredWhileABatchIsInFlight() {
		CompletableFuture<String> first = this.queue.add(CompletableFuture::new);
		List<CompletableFuture<String>> waiting = new ArrayList<>();
		List<WeakReference<CompletableFuture<String>>> cancelled = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			if (i % 250 == 0) {
				waiting.add(this.queue.add(CompletableFuture::new));
			}
			CompletableFuture<String> request = this.queue.add(CompletableFuture::new);
			request.cancel(false);
			cancelled.add(new WeakReference<>(request));
		}
		await().untilAsserted(() -> {
			System.gc();
			assertThat(cancelled).filteredOn((request) -> request.get() != null).hasSizeLessThan(100);
		});
		assertThat(this.sent).containsExactly(List.of(first));
		this.queue.sendNext();
		assertThat(this.sent).containsExactly(List.of(first), waiting);
		this.queue.sendNext();
		assertThat(this.queue.idle()).isDone();
	}

	@Test
	void closeFailsTheRequestsThatHaveNotEndedAndThoseThatFollow() {
		CompletableFuture<String> sent = this.queue.add(CompletableFuture::new);
		CompletableFuture<String> queued = this.queue.add(CompletableFuture::new);
		this.queue.close();
		CompletableFuture<String> late = this.queue.add(CompletableFuture::new);
		assertThat(List.of(sent, queued, late)).allMatch(CompletableFuture::isCompletedExceptionally);
		this.queue.sendNext();
		assertThat(this.queue.idle()).isDone();
		assertThat(this.sent).containsExactly(List.of(sent));
	}

	@Test
	void aBatchHasAtMostTheLargestCount() {
		this.queue.add(CompletableFuture::new);
		List<CompletableFuture<String>> waiting = IntStream.range(0, 11)
			.mapToObj((i) -> this.queue.add(CompletableFuture::new))
			.toList();
		this.queue.sendNext();
		this.queue.sendNext();
		assertThat(this.sent.subList(1, 3)).containsExactly(waiting.subList(0, 10), waiting.subList(10, 11));
	}

}
