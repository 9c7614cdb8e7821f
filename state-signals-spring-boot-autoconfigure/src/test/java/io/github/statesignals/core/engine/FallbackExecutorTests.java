package io.github.statesignals.core;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FuturesTests {

	@Test
	void taskRunsAlsoIfTheExecutorHasNoThread() {
		CompletableFuture<Boolean> run = new CompletableFuture<>();
		Futures.withFallback((task) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}).execute(() -> run.complete(true));
		assertThat(run).succeedsWithin(Duration.ofSeconds(20));
	}

}
