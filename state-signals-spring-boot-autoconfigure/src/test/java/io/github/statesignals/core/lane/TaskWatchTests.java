package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TaskWatchTests {

	private static final Duration BOUND = Duration.ofSeconds(30);

	private static final String WARNING = "has not finished after 30 s";

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final ScheduledTimer workersTimer = new ScheduledTimer();

	private final ManualTimer timer = new ManualTimer();

	private final OrderedLanes lanes = new OrderedLanes(new Workers(this.executor, Runnable::run, this.workersTimer, 8),
			Integer.MAX_VALUE, Integer.MAX_VALUE, new TaskWatch(this.timer, BOUND));

	@AfterEach
	void shutDown() {
		this.executor.shutdownNow();
		this.workersTimer.stop();
	}

	@Test
	void taskThatHoldsItsLaneIsLoggedOnce(CapturedOutput output) throws Exception {
		CompletableFuture<Void> blocked = new CompletableFuture<>();
		CompletableFuture<Void> future = new CompletableFuture<>();
		this.lanes.submit("a", new Task("blocked", () -> {
			blocked.join();
			return null;
		}));
		this.lanes.submit("b", new Task("future", () -> future));
		await().until(() -> this.lanes.running().size() == 2);
		this.timer.advance(BOUND);
		assertThat(output).doesNotContain(WARNING);
		this.timer.advance(BOUND);
		assertThat(output).contains("blocked " + WARNING, "future " + WARNING);
		this.timer.advance(BOUND.multipliedBy(10));
		assertThat(output.getOut().split(WARNING, -1)).hasSize(3);
		assertThat(this.lanes.unfinished().split(", ")).containsExactlyInAnyOrder("blocked", "future");
		blocked.complete(null);
		future.complete(null);
		assertThat(this.lanes.awaitIdle(BOUND)).isTrue();
		this.timer.advance(BOUND);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void tasksThatFollowEachOtherAreNotLogged(CapturedOutput output) throws Exception {
		CompletableFuture<Void> first = new CompletableFuture<>();
		CompletableFuture<Void> second = new CompletableFuture<>();
		this.lanes.submit("a", new Task("first", () -> first));
		this.lanes.submit("a", new Task("second", () -> second));
		await().until(() -> !this.lanes.running().isEmpty());
		this.timer.advance(BOUND);
		assertThat(this.lanes.unfinished()).isEqualTo("first, 1 waiting");
		first.complete(null);
		await().until(() -> this.lanes.unfinished().equals("second"));
		this.timer.advance(BOUND);
		second.complete(null);
		assertThat(this.lanes.awaitIdle(BOUND)).isTrue();
		assertThat(output).doesNotContain(WARNING);
	}

	private record Task(String name,
			Supplier<@Nullable CompletableFuture<?>> work) implements Supplier<@Nullable CompletableFuture<?>> {

		@Override
		public @Nullable CompletableFuture<?> get() {
			return this.work.get();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
