package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The limit of the tasks that wait in all lanes of {@link OrderedLanes} together.
 */
@Timeout(60)
class OrderedLanesCapacityTests {

	private static final Budget UNLIMITED = new Budget(Long.MAX_VALUE);

	private static final Duration LONG = Duration.ofSeconds(30);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final ScheduledTimer timer = new ScheduledTimer();

	private final List<Object> ran = Collections.synchronizedList(new ArrayList<>());

	private final CountDownLatch open = new CountDownLatch(1);

	@AfterEach
	void shutDown() {
		this.open.countDown();
		this.executor.shutdownNow();
		this.timer.stop();
	}

	private LaneScheduler scheduler(int concurrency) {
		return new LaneScheduler(this.executor, Runnable::run, () -> false, this.timer, concurrency);
	}

	@Test
	void refusesTasksWhenAllLanesTogetherAreFull() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 4, 6, UNLIMITED);
		block(lanes, "a", "b", "c");
		IntStream.range(0, 4).forEach((i) -> assertThat(submit(lanes, "a", i)).isTrue());
		assertThat(submit(lanes, "a", 4)).as("the lane is full").isFalse();
		assertThat(submit(lanes, "b", 10)).isTrue();
		assertThat(submit(lanes, "b", 11)).isTrue();
		for (String lane : List.of("a", "b", "c", "new")) {
			assertThat(submit(lanes, lane, 99)).as("all are full").isFalse();
		}
		this.open.countDown();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(this.ran).containsExactlyInAnyOrder(0, 1, 2, 3, 10, 11)
			.filteredOn((number) -> (int) number < 10)
			.containsExactly(0, 1, 2, 3);
		assertThat(this.ran).containsSubsequence(10, 11);
	}

	@Test
	void refusesTasksWhenTheirMemoryIsUsedUp() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 100, new Budget(1_000));
		CompletableFuture<Void> unfinished = new CompletableFuture<>();
		assertThat(lanes.submit("a", new Sized(400, unfinished))).isTrue();
		assertThat(lanes.submit("a", new Sized(400, null))).isTrue();
		assertThat(lanes.submit("b", new Sized(300, null))).as("the memory is used up").isFalse();
		assertThat(lanes.submit("b", new Sized(200, null))).isTrue();
		unfinished.complete(null);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(lanes.submit("b", new Sized(5_000, null))).as("alone").isTrue();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(lanes.submit("b", new Sized(1_000, null))).isTrue();
	}

	@Test
	void tasksThatAreRefusedByNumberOrHaveFailedTakeNoMemory() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 1, 1, new Budget(1_000));
		block(lanes, "a");
		assertThat(submit(lanes, "a", 1)).isTrue();
		for (int i = 0; i < 10; i++) {
			assertThat(lanes.submit("b", new Sized(400, null))).as("full").isFalse();
		}
		this.open.countDown();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		for (int i = 0; i < 10; i++) {
			assertThat(lanes.submit("b", new Sized(900, CompletableFuture.failedFuture(new IllegalStateException()))))
				.isTrue();
			assertThat(lanes.awaitIdle(LONG)).isTrue();
			assertThat(lanes.submit("b", 900, () -> {
				throw new IllegalStateException("on purpose");
			}, null)).isTrue();
			assertThat(lanes.awaitIdle(LONG)).isTrue();
		}
	}

	@Test
	void acceptsTasksAgainWhenOthersHaveRun() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 2, UNLIMITED);
		block(lanes, "a");
		assertThat(submit(lanes, "a", 1)).isTrue();
		assertThat(submit(lanes, "a", 2)).isTrue();
		assertThat(submit(lanes, "b", 3)).isFalse();
		this.open.countDown();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		for (int i = 4; i < 1_000; i++) {
			assertThat(submit(lanes, "lane-" + i % 3, i)).isTrue();
			assertThat(lanes.awaitIdle(LONG)).isTrue();
		}
		assertThat(this.ran).startsWith(1, 2, 4).hasSize(998);
		assertThat(lanes.size()).isZero();
	}

	@Test
	void removesALaneWhoseFirstTaskWasRefused() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 1, UNLIMITED);
		block(lanes, "a");
		assertThat(submit(lanes, "a", 1)).isTrue();
		for (int i = 0; i < 100; i++) {
			assertThat(submit(lanes, "lane-" + i, i)).isFalse();
		}
		this.open.countDown();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(lanes.size()).isZero();
		assertThat(this.ran).containsExactly(1);
	}

	@Test
	void isIdleWhenTheLastLaneIsOneWhoseTaskWasRefused() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 1, UNLIMITED);
		block(lanes, "a");
		assertThat(submit(lanes, "a", 1)).isTrue();
		BlockingKey key = new BlockingKey();
		CompletableFuture<Boolean> accepted = CompletableFuture.supplyAsync(() -> submit(lanes, key, 2), this.executor);
		await(key.removing);
		CompletableFuture<Boolean> idle = new CompletableFuture<>();
		Thread waiter = new Thread(() -> idle.complete(awaitIdle(lanes)));
		waiter.setDaemon(true);
		waiter.start();
		Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
		this.open.countDown();
		Awaitility.await().until(() -> lanes.size() == 1);
		key.removed.countDown();
		assertThat(accepted.get()).isFalse();
		assertThat(idle.get(30, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void taskThatAwaitsItsFutureDoesNotCount() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 2, UNLIMITED);
		List<CompletableFuture<Void>> stages = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			CompletableFuture<Void> stage = new CompletableFuture<>();
			CountDownLatch entered = new CountDownLatch(1);
			stages.add(stage);
			assertThat(lanes.submit("lane-" + i, () -> {
				entered.countDown();
				return stage;
			})).isTrue();
			entered.await();
		}
		assertThat(submit(lanes, "lane-0", 1)).isTrue();
		assertThat(submit(lanes, "lane-1", 2)).isTrue();
		assertThat(submit(lanes, "lane-2", 3)).isFalse();
		stages.forEach((stage) -> stage.complete(null));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(this.ran).containsExactlyInAnyOrder(1, 2);
	}

	@Test
	void taskThatFailsIsNoLongerCounted() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(8), 100, 2, UNLIMITED);
		for (int i = 0; i < 50; i++) {
			assertThat(lanes.submit("a", () -> {
				throw new IllegalStateException("on purpose");
			})).isTrue();
			assertThat(lanes.awaitIdle(LONG)).isTrue();
		}
		assertThat(submit(lanes, "a", 1)).isTrue();
	}

	@Test
	void runsTheAcceptedTasksOfABurstInOrderAndNoOther() throws Exception {
		OrderedLanes lanes = new OrderedLanes(scheduler(4), 50, 200, UNLIMITED);
		Map<Integer, List<Integer>> accepted = new ConcurrentHashMap<>();
		Map<Integer, List<Integer>> done = new ConcurrentHashMap<>();
		int refused = 0;
		for (int i = 0; i < 50_000; i++) {
			int lane = i % 10;
			int number = i;
			if (lanes.submit(lane, () -> {
				done.computeIfAbsent(lane, (key) -> Collections.synchronizedList(new ArrayList<>())).add(number);
				return CompletableFuture.completedFuture(null);
			})) {
				accepted.computeIfAbsent(lane, (key) -> new ArrayList<>()).add(number);
			}
			else {
				refused++;
			}
		}
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(done).isEqualTo(accepted);
		assertThat(accepted.values().stream().mapToInt(List::size).sum() + refused).isEqualTo(50_000);
		// All capacity is free again.
		block(lanes, "gate");
		IntStream.range(0, 200)
			.forEach((i) -> assertThat(submit(lanes, (i < 50) ? "gate" : held(lanes, i), i)).isTrue());
		assertThat(submit(lanes, "gate", 0)).isFalse();
	}

	private String held(OrderedLanes lanes, int number) {
		String lane = "held-" + number / 50;
		if (number % 50 == 0) {
			block(lanes, lane);
		}
		return lane;
	}

	/**
	 * Has each of the lanes run a task that waits until {@code open}.
	 */
	private void block(OrderedLanes lanes, String... keys) {
		for (String key : keys) {
			CountDownLatch entered = new CountDownLatch(1);
			assertThat(lanes.submit(key, () -> {
				entered.countDown();
				await(this.open);
				return CompletableFuture.completedFuture(null);
			})).isTrue();
			await(entered);
		}
	}

	private boolean submit(OrderedLanes lanes, Object key, Object number) {
		OrderedLanes.Task task = () -> {
			this.ran.add(number);
			return CompletableFuture.completedFuture(null);
		};
		return lanes.submit(key, task);
	}

	private static boolean awaitIdle(OrderedLanes lanes) {
		try {
			return lanes.awaitIdle(Duration.ofHours(1));
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Blocks the removal of its lane: the third use of its hash code, after those of
	 * looking for the lane and adding it.
	 */
	private static final class BlockingKey {

		private final AtomicInteger uses = new AtomicInteger();

		private final CountDownLatch removing = new CountDownLatch(1);

		private final CountDownLatch removed = new CountDownLatch(1);

		@Override
		public int hashCode() {
			if (this.uses.incrementAndGet() == 2) {
				this.removing.countDown();
				await(this.removed);
			}
			return 1;
		}

		@Override
		public boolean equals(Object other) {
			return this == other;
		}

	}

	private record Sized(long bytes, CompletableFuture<?> over) implements OrderedLanes.Task {

		@Override
		public CompletableFuture<?> run() {
			return this.over;
		}

	}

}
