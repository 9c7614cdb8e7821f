package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FallbackExecutorTests {

	@Test
	void taskRunsAlsoIfTheExecutorHasNoThread() {
		CompletableFuture<Boolean> run = new CompletableFuture<>();
		new FallbackExecutor((task) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}).execute(() -> run.complete(true));
		assertThat(run).succeedsWithin(Duration.ofSeconds(20));
	}

}
