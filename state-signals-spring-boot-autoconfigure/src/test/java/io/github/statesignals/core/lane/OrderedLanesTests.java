package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.statesignals.UnreadableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link OrderedLanes} on pools and with a thread per task.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class OrderedLanesTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final List<ExecutorService> executors = new ArrayList<>();

	private final ScheduledTimer timer = new ScheduledTimer();

	@AfterEach
	void shutDown() {
		this.executors.forEach(ExecutorService::shutdownNow);
		this.timer.stop();
	}

	@ParameterizedTest
	@EnumSource
	void runsTheTasksOfEachKeyInOrder(Threads threads) throws Exception {
		OrderedLanes lanes = lanes(executor(threads), 8);
		Map<Integer, List<Integer>> ran = new ConcurrentHashMap<>();
		Map<Integer, Integer> running = new ConcurrentHashMap<>();
		AtomicInteger overlaps = new AtomicInteger();
		for (int i = 0; i < 20_000; i++) {
			int number = i;
			int key = i % 7;
			assertThat(lanes.submit(key, () -> {
				if (running.merge(key, 1, Integer::sum) != 1) {
					overlaps.incrementAndGet();
				}
				ran.computeIfAbsent(key, (k) -> new ArrayList<>()).add(number);
				running.merge(key, -1, Integer::sum);
				return done();
			})).isTrue();
		}
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(overlaps).hasValue(0);
		assertThat(ran).hasSize(7);
		ran.forEach((key, numbers) -> assertThat(numbers)
			.isEqualTo(IntStream.range(0, 20_000).filter((number) -> number % 7 == key).boxed().toList()));
	}

	@Test
	void busyLaneYieldsItsThreadAfterSixtyFourTasks() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<String> ran = Collections.synchronizedList(new ArrayList<>());
		Gate gate = new Gate();
		submit(lanes, "busy", gate);
		gate.awaitEntered();
		for (int i = 1; i < 200; i++) {
			submit(lanes, "busy", () -> ran.add("busy"));
		}
		submit(lanes, "other", () -> ran.add("other"));
		gate.open();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		// The task at the gate was the first of the 64.
		assertThat(ran).hasSize(200).startsWith(Collections.nCopies(63, "busy").toArray(String[]::new));
		assertThat(ran.indexOf("other")).isEqualTo(63);
	}

	@Test
	void refusesTasksWhenALaneIsFull() throws Exception {
		OrderedLanes lanes = new OrderedLanes(
				new LaneScheduler(executor(Threads.CACHED), Runnable::run, () -> false, this.timer, 8), 3,
				Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		Gate gate = new Gate();
		submit(lanes, "full", gate);
		gate.awaitEntered();
		for (int i = 0; i < 3; i++) {
			submit(lanes, "full", adding(ran, i));
		}
		assertThat(lanes.submit("full", task(adding(ran, 3)))).isFalse();
		submit(lanes, "other", adding(ran, 100));
		gate.open();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).contains(100).filteredOn((number) -> number != 100).containsExactly(0, 1, 2);
		submit(lanes, "full", adding(ran, 4));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).endsWith(4);
	}

	@Test
	void asynchronousTaskHoldsItsLaneButNoThread() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<String> ran = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Void> first = new CompletableFuture<>();
		CompletableFuture<Void> second = new CompletableFuture<>();
		lanes.submit("lane", () -> {
			ran.add("first");
			return first;
		});
		lanes.submit("lane", () -> {
			ran.add("second");
			return second;
		});
		submit(lanes, "lane", () -> ran.add("third"));
		passThrough(lanes);
		passThrough(lanes);
		assertThat(ran).containsExactly("first");
		first.completeExceptionally(new IllegalStateException("on purpose"));
		passThrough(lanes);
		assertThat(ran).containsExactly("first", "second");
		second.complete(null);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly("first", "second", "third");
	}

	@Test
	void continuesOnTheExecutorAfterAnAsynchronousTask() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		CompletableFuture<Void> first = new CompletableFuture<>();
		CompletableFuture<Thread> second = new CompletableFuture<>();
		lanes.submit("lane", () -> first);
		submit(lanes, "lane", () -> second.complete(Thread.currentThread()));
		passThrough(lanes);
		first.complete(null);
		assertThat(second.get(30, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
	}

	@ParameterizedTest
	@EnumSource
	void blockedLaneDelaysNoOther(Threads threads) throws Exception {
		OrderedLanes lanes = lanes(executor(threads), 2);
		Gate gate = new Gate();
		submit(lanes, "blocked", gate);
		gate.awaitEntered();
		submit(lanes, "blocked", () -> {
		});
		CountDownLatch others = new CountDownLatch(1_000);
		for (int i = 0; i < 1_000; i++) {
			submit(lanes, i, others::countDown);
		}
		assertThat(others.await(30, TimeUnit.SECONDS)).isTrue();
		gate.open();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
	}

	@Test
	void usesNoMoreThreadsThanConfigured() throws Exception {
		ExecutorService executor = executor(Threads.CACHED);
		AtomicInteger handedOver = new AtomicInteger();
		OrderedLanes lanes = lanes((task) -> {
			handedOver.incrementAndGet();
			executor.execute(task);
		}, 3);
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		CountDownLatch full = new CountDownLatch(3);
		CountDownLatch open = new CountDownLatch(1);
		for (int i = 0; i < 20; i++) {
			submit(lanes, i, () -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				full.countDown();
				await(open);
				running.decrementAndGet();
			});
		}
		assertThat(full.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(handedOver).hasValue(3);
		open.countDown();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(most).hasValue(3);
	}

	@Test
	void waitingAsynchronousTasksDoNotCountAsThreads() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<CompletableFuture<Void>> stages = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch begun = new CountDownLatch(1_000);
		for (int i = 0; i < 1_000; i++) {
			lanes.submit(i, () -> {
				CompletableFuture<Void> stage = new CompletableFuture<>();
				stages.add(stage);
				begun.countDown();
				return stage;
			});
		}
		assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(lanes.size()).isEqualTo(1_000);
		stages.forEach((stage) -> stage.complete(null));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
	}

	@Test
	void removesIdleLanes() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 8);
		AtomicInteger ran = new AtomicInteger();
		for (int i = 0; i < 100_000; i++) {
			submit(lanes, "publisher-" + i, ran::incrementAndGet);
		}
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).hasValue(100_000);
		assertThat(lanes.size()).isZero();
	}

	@Test
	void isIdleWithoutTasks() throws Exception {
		assertThat(lanes(executor(Threads.POOL), 1).awaitIdle(Duration.ZERO)).isTrue();
	}

	@Test
	void isNotIdleWhileATaskRunsOrAwaitsItsFuture() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		Gate gate = new Gate();
		CompletableFuture<Void> stage = new CompletableFuture<>();
		lanes.submit("lane", () -> {
			gate.run();
			return stage;
		});
		gate.awaitEntered();
		assertThat(lanes.awaitIdle(Duration.ZERO)).isFalse();
		gate.open();
		passThrough(lanes);
		assertThat(lanes.awaitIdle(Duration.ofNanos(1))).isFalse();
		stage.complete(null);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
	}

	@Test
	void abandonsTheTasksThatHoldAThread() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		CompletableFuture<Void> future = new CompletableFuture<>();
		lanes.submit("asynchronous", () -> future);
		Gate gate = new Gate();
		submit(lanes, "blocked", gate);
		gate.awaitEntered();
		assertThat(lanes.abandon((thread) -> false)).isEmpty();
		assertThat(lanes.running()).isEqualTo(2);
		assertThat(lanes.abandon((thread) -> true)).hasSize(1);
		assertThat(lanes.running()).isOne();
		future.complete(null);
		gate.open();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
	}

	@Test
	void awaitIdleIsInterruptible() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		Gate gate = new Gate();
		submit(lanes, "lane", gate);
		gate.awaitEntered();
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> lanes.awaitIdle(LONG));
		gate.open();
		assertThat(lanes.awaitIdle(LONG)).isTrue();
	}

	@Test
	void taskThatFailsDoesNotStopItsLane(CapturedOutput output) throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		submit(lanes, "lane", () -> {
			throw new IllegalStateException("on purpose");
		});
		submit(lanes, "lane", () -> {
			throw new StackOverflowError("on purpose");
		});
		submit(lanes, "lane", adding(ran, 1));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly(1);
		assertThat(output).contains("A task failed that should have handled its own failure");
	}

	@Test
	void taskThatFailsWithAnUnreadableMessageDoesNotStopItsLane(CapturedOutput output) throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		AtomicInteger ran = new AtomicInteger();
		lanes.submit("key", () -> {
			throw new UnreadableException();
		});
		lanes.submit("key", 0, ran::incrementAndGet, null);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).hasValue(1);
		assertThat(output).contains("A task failed that should have handled its own failure")
			.contains(UnreadableException.class.getName());
	}

	@Test
	void taskMayQueueAnotherInItsOwnLane() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		submit(lanes, "lane", () -> {
			submit(lanes, "lane", adding(ran, 2));
			ran.add(1);
		});
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly(1, 2);
	}

	@Test
	void taskMayBeQueuedByTheThreadThatCompletesAFuture() throws Exception {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Void> stage = new CompletableFuture<>();
		stage.thenRun(() -> submit(lanes, "lane", adding(ran, 2)));
		lanes.submit("lane", () -> stage);
		submit(lanes, "lane", adding(ran, 1));
		passThrough(lanes);
		stage.complete(null);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly(1, 2);
	}

	@ParameterizedTest
	@EnumSource
	void losesNoTaskWhileLanesAreAddedAndRemoved(Threads threads) throws Exception {
		// The lane, and the only thread, are about to end whenever the next task comes.
		OrderedLanes lanes = lanes(executor(threads), 1);
		ExecutorService submitters = executor(Threads.CACHED);
		List<CompletableFuture<Void>> results = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			results.add(CompletableFuture.runAsync(() -> {
				for (int task = 0; task < 3_000; task++) {
					CountDownLatch ran = new CountDownLatch(1);
					submit(lanes, "lane", ran::countDown);
					await(ran);
				}
			}, submitters));
		}
		CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(lanes.size()).isZero();
	}

	@Test
	void losesNoLaneThatIsSubmittedWhileTheOnlyThreadEnds() {
		OrderedLanes lanes = lanes(executor(Threads.POOL), 1);
		AtomicInteger ran = new AtomicInteger();
		for (int i = 1; i <= 50_000; i++) {
			submit(lanes, i, ran::incrementAndGet);
			// Spins, so that the next task comes just while the thread ends.
			long deadline = System.nanoTime() + LONG.toNanos();
			while (ran.get() < i && System.nanoTime() - deadline < 0) {
				Thread.onSpinWait();
			}
			assertThat(ran).hasValue(i);
		}
	}

	@ParameterizedTest
	@EnumSource
	void runsTheTasksOfConcurrentSubmittersInOrder(Threads threads) throws Exception {
		int submitterCount = 8;
		int taskCount = 20_000;
		int keyCount = 50;
		OrderedLanes lanes = new OrderedLanes(
				new LaneScheduler(executor(threads), Runnable::run, () -> false, this.timer, 8), Integer.MAX_VALUE,
				Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
		ExecutorService completer = executor(Threads.POOL);
		ExecutorService submitters = executor(Threads.CACHED);
		// By key and submitter: the number of the last task that ran.
		int[][] last = new int[keyCount][submitterCount];
		AtomicBoolean[] busy = IntStream.range(0, keyCount)
			.mapToObj((key) -> new AtomicBoolean())
			.toArray(AtomicBoolean[]::new);
		AtomicInteger ran = new AtomicInteger();
		AtomicInteger faults = new AtomicInteger();
		List<CompletableFuture<Void>> results = new ArrayList<>();
		for (int s = 0; s < submitterCount; s++) {
			int submitter = s;
			results.add(CompletableFuture.runAsync(() -> {
				for (int n = 1; n <= taskCount; n++) {
					int number = n;
					int key = (n * 31 + submitter) % keyCount;
					lanes.submit(key, () -> {
						boolean free = busy[key].compareAndSet(false, true);
						if (!free || last[key][submitter] >= number) {
							faults.incrementAndGet();
						}
						last[key][submitter] = number;
						ran.incrementAndGet();
						if (number % 10 != 0) {
							busy[key].set(false);
							return done();
						}
						return CompletableFuture.runAsync(() -> busy[key].set(false), completer);
					});
				}
			}, submitters));
		}
		CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(faults).hasValue(0);
		assertThat(ran).hasValue(submitterCount * taskCount);
		assertThat(lanes.size()).isZero();
	}

	@Test
	void laneThatTheExecutorRefusedContinuesWithTheNextTask(CapturedOutput output) throws Exception {
		ExecutorService executor = executor(Threads.POOL);
		AtomicInteger refusals = new AtomicInteger(2);
		OrderedLanes lanes = lanes((task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("busy, on purpose");
			}
			executor.execute(task);
		}, 1);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		submit(lanes, "lane", adding(ran, 1));
		submit(lanes, "lane", adding(ran, 2));
		assertThat(output).contains("The executor refuses to run signal handlers");
		submit(lanes, "lane", adding(ran, 3));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly(1, 2, 3);
	}

	@Test
	void threadThatCouldNotBeStartedIsNotCounted() throws Exception {
		ExecutorService executor = executor(Threads.POOL);
		AtomicBoolean exhausted = new AtomicBoolean(true);
		OrderedLanes lanes = lanes((task) -> {
			if (exhausted.getAndSet(false)) {
				throw new Error("unable to create native thread, on purpose");
			}
			executor.execute(task);
		}, 1);
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		submit(lanes, "lane", adding(ran, 1));
		submit(lanes, "other", adding(ran, 2));
		assertThat(lanes.awaitIdle(LONG)).isTrue();
		assertThat(ran).containsExactly(1, 2);
	}

	private OrderedLanes lanes(Executor executor, int concurrency) {
		return new OrderedLanes(new LaneScheduler(executor, Runnable::run, () -> false, this.timer, concurrency),
				Integer.MAX_VALUE, Integer.MAX_VALUE, new Budget(Long.MAX_VALUE));
	}

	private ExecutorService executor(Threads threads) {
		ExecutorService executor = threads.create();
		this.executors.add(executor);
		return executor;
	}

	private static void submit(OrderedLanes lanes, Object key, Runnable action) {
		assertThat(lanes.submit(key, task(action))).isTrue();
	}

	/**
	 * Waits for a task that gets the only thread after all lanes that are ready now.
	 */
	private static void passThrough(OrderedLanes lanes) {
		CountDownLatch passed = new CountDownLatch(1);
		// In a separate lane: one that the thread still runs would be first.
		submit(lanes, new Object(), passed::countDown);
		await(passed);
	}

	private static OrderedLanes.Task task(Runnable action) {
		return () -> {
			action.run();
			return done();
		};
	}

	private static Runnable adding(List<Integer> list, int number) {
		return () -> list.add(number);
	}

	private static CompletableFuture<?> done() {
		return CompletableFuture.completedFuture(null);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Holds a task until it is opened.
	 */
	private static final class Gate implements Runnable {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch opened = new CountDownLatch(1);

		@Override
		public void run() {
			this.entered.countDown();
			await(this.opened);
		}

		void awaitEntered() {
			await(this.entered);
		}

		void open() {
			this.opened.countDown();
		}

	}

	enum Threads {

		POOL {
			@Override
			ExecutorService create() {
				return Executors.newFixedThreadPool(4);
			}
		},

		CACHED {
			@Override
			ExecutorService create() {
				return Executors.newCachedThreadPool();
			}
		},

		/**
		 * Virtual threads, where the JDK has them.
		 */
		THREAD_PER_TASK {
			@Override
			ExecutorService create() {
				try {
					return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
				}
				catch (NoSuchMethodException ex) {
					return Executors.newCachedThreadPool();
				}
				catch (ReflectiveOperationException ex) {
					throw new IllegalStateException(ex);
				}
			}
		};

		abstract ExecutorService create();

	}

}
