package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
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

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String WARNING = "has not finished after 30 s";

	@AutoClose("shutdownNow")
	private final ExecutorService executor = Executors.newCachedThreadPool();

	@AutoClose("stop")
	private final ScheduledTimer schedulerTimer = new ScheduledTimer();

	private final ManualTimer timer = new ManualTimer();

	private final OrderedLanes lanes = new OrderedLanes(
			new LaneScheduler(this.executor, Runnable::run, () -> false, this.schedulerTimer, 8), Integer.MAX_VALUE,
			Integer.MAX_VALUE, new Budget(Long.MAX_VALUE), new TaskWatch(this.timer, LIMIT));

	@Test
	void taskThatHoldsItsLaneIsLoggedOnce(CapturedOutput output) throws Exception {
		CompletableFuture<Void> blocked = new CompletableFuture<>();
		CompletableFuture<Void> future = new CompletableFuture<>();
		this.lanes.submit("a", new Task("blocked", () -> {
			blocked.join();
			return null;
		}));
		this.lanes.submit("b", new Task("future", () -> future));
		await().until(() -> this.lanes.runningTasks().size() == 2);
		this.timer.advance(LIMIT);
		assertThat(output).doesNotContain(WARNING);
		this.timer.advance(LIMIT);
		assertThat(output).contains("blocked " + WARNING, "future " + WARNING);
		this.timer.advance(LIMIT.multipliedBy(10));
		assertThat(output.getOut().split(WARNING, -1)).hasSize(3);
		assertThat(this.lanes.unfinished().split(", ")).containsExactlyInAnyOrder("blocked", "future");
		blocked.complete(null);
		future.complete(null);
		assertThat(this.lanes.awaitIdle(LIMIT)).isTrue();
		this.timer.advance(LIMIT);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void successiveTasksOfALaneAreNotLogged(CapturedOutput output) throws Exception {
		CompletableFuture<Void> first = new CompletableFuture<>();
		CompletableFuture<Void> second = new CompletableFuture<>();
		this.lanes.submit("a", new Task("first", () -> first));
		this.lanes.submit("a", new Task("second", () -> second));
		await().until(() -> !this.lanes.runningTasks().isEmpty());
		this.timer.advance(LIMIT);
		assertThat(this.lanes.unfinished()).isEqualTo("first, 1 waiting");
		first.complete(null);
		await().until(() -> this.lanes.unfinished().equals("second"));
		this.timer.advance(LIMIT);
		second.complete(null);
		assertThat(this.lanes.awaitIdle(LIMIT)).isTrue();
		assertThat(output).doesNotContain(WARNING);
	}

	private record Task(String name, Supplier<@Nullable CompletableFuture<?>> work) implements OrderedLanes.Task {

		@Override
		public @Nullable CompletableFuture<?> run() {
			return this.work.get();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
