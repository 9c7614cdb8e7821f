package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class LaneSchedulerTests {

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final ScheduledTimer timer = new ScheduledTimer();

	private final LaneScheduler scheduler = new LaneScheduler(this.executor, Runnable::run, () -> false, this.timer, 8);

	private final CountDownLatch open = new CountDownLatch(1);

	private final AtomicInteger done = new AtomicInteger();

	@AfterEach
	void shutDown() {
		this.open.countDown();
		this.executor.shutdownNow();
		this.timer.stop();
	}

	@Test
	void runsLongTasksConcurrently() {
		CyclicBarrier all = new CyclicBarrier(8);
		for (int i = 0; i < 8; i++) {
			this.scheduler.submit(batch(() -> all.await(30, TimeUnit.SECONDS)));
		}
		await().until(() -> this.done.get() == 8);
	}

	@Test
	void shortTasksTakeOneThreadUntilItIsBlocked() {
		for (int round = 0; round < 5; round++) {
			becomeShort();
			CountDownLatch held = new CountDownLatch(1);
			int before = this.done.get();
			for (int i = 0; i < 7; i++) {
				this.scheduler.submit(batch(held::await));
			}
			// The others take all threads but one.
			this.scheduler.submit(batch(() -> {
			}));
			await().until(() -> this.done.get() == before + 1);
			held.countDown();
			await().until(() -> this.done.get() == before + 8);
		}
	}

	@Test
	void runsEachBatchOnItsOwnThreadOnceClosed() throws Exception {
		becomeShort();
		CountDownLatch begun = new CountDownLatch(1);
		this.scheduler.submit(batch(() -> {
			begun.countDown();
			this.open.await();
		}));
		begun.await();
		this.timer.stop();
		int before = this.done.get();
		this.scheduler.submit(batch(() -> {
		}));
		this.scheduler.close();
		await().until(() -> this.done.get() == before + 1);
		this.scheduler.submit(batch(() -> {
		}));
		await().until(() -> this.done.get() == before + 2);
	}

	@Test
	void requestsNoMoreThreadsForShortTasksWhileTheTimerRuns() {
		AtomicInteger requested = new AtomicInteger();
		ManualTimer manual = new ManualTimer();
		LaneScheduler watched = new LaneScheduler((task) -> {
			requested.incrementAndGet();
			this.executor.execute(task);
		}, Runnable::run, () -> false, manual, 8);
		// Preemption makes a short task long: then it has to be tried again.
		await().until(() -> {
			becomeShort(watched);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch held = new CountDownLatch(1);
			watched.submit(batch(() -> {
				begun.countDown();
				held.await();
			}));
			begun.await();
			int before = requested.get();
			int doneBefore = this.done.get();
			for (int i = 0; i < 10; i++) {
				watched.submit(batch(() -> {
				}));
			}
			boolean none = requested.get() == before;
			manual.advance(Duration.ofMillis(10));
			await().until(() -> this.done.get() == doneBefore + 10);
			held.countDown();
			return none;
		});
	}

	@Test
	void requestsOneThreadForBatchesThatAreSubmittedTogether() {
		Queue<Runnable> later = new ArrayDeque<>();
		List<Runnable> requested = new ArrayList<>();
		LaneScheduler gathering = new LaneScheduler(requested::add, later::add, () -> false, this.timer, 8);
		for (int i = 0; i < 8; i++) {
			gathering.submit(batch(() -> {
			}));
		}
		assertThat(later).hasSize(1);
		assertThat(requested).isEmpty();
		gathering.submit(batch(() -> {
		}));
		assertThat(requested).as("8 do not wait").hasSize(1);
		later.remove().run();
		assertThat(requested).as("one is requested already").hasSize(1);
		requested.remove(0).run();
		assertThat(this.done).hasValue(9);
		gathering.submit(batch(() -> {
		}));
		later.remove().run();
		while (!requested.isEmpty()) {
			requested.remove(0).run();
		}
		assertThat(this.done).hasValue(10);
	}

	@Test
	void requestsNoThreadForAnotherTaskBeforeAllAreSubmitted() {
		Queue<Runnable> later = new ArrayDeque<>();
		List<Runnable> requested = new ArrayList<>();
		LaneScheduler gathering = new LaneScheduler(requested::add, later::add, () -> false, this.timer, 8);
		gathering.submit(batch(() -> {
		}));
		gathering.onTaskAdded();
		assertThat(requested).isEmpty();
		later.remove().run();
		assertThat(requested).hasSize(1);
		requested.remove(0).run();
		gathering.submit(batch(() -> {
		}));
		for (int i = 0; i < 8; i++) {
			gathering.onTaskAdded();
		}
		assertThat(requested).as("8 do not wait").hasSize(1);
		later.remove().run();
		requested.remove(0).run();
		assertThat(this.done).hasValue(2);
	}

	@Test
	void batchStartsWithoutTheInterruptFlagOfTheOneBefore() {
		List<Runnable> requested = new ArrayList<>();
		LaneScheduler gathering = new LaneScheduler(requested::add, (task) -> {
		}, () -> false, this.timer, 8);
		List<Boolean> interrupted = new ArrayList<>();
		for (int i = 0; i < 65; i++) {
			gathering.submit(batch(() -> {
				interrupted.add(Thread.currentThread().isInterrupted());
				Thread.currentThread().interrupt();
			}));
		}
		requested.remove(0).run();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(interrupted).hasSize(65).containsOnly(false);
	}

	@Test
	void runsARefusedBatchAfterTheNextTaskIsAdded() {
		List<Runnable> requested = new ArrayList<>();
		AtomicInteger refusals = new AtomicInteger(2);
		LaneScheduler refused = new LaneScheduler((task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("busy");
			}
			requested.add(task);
		}, Runnable::run, () -> false, new ManualTimer(), 8);
		refused.submit(batch(() -> {
		}));
		refused.onTaskAdded();
		assertThat(requested).isEmpty();
		refused.onTaskAdded();
		requested.remove(0).run();
		assertThat(this.done).hasValue(1);
		refused.onTaskAdded();
		assertThat(requested).isEmpty();
	}

	@Test
	void requestsAThreadAgainThatTheExecutorHasRefused() {
		AtomicInteger refusals = new AtomicInteger(2);
		LaneScheduler refused = new LaneScheduler((task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("busy");
			}
			this.executor.execute(task);
		}, Runnable::run, () -> false, this.timer, 8);
		refused.submit(batch(() -> {
		}));
		await().until(() -> this.done.get() == 1);
	}

	@Test
	void eventLoopStaysAwakeForTheAnswerToMessagesThatComeOneAtATime() {
		assertStaysAwakeAfter(() -> {
		});
	}

	@Test
	void eventLoopStaysAwakeForTasksThatWouldWakeIt() {
		assertStaysAwakeAfter(LaneSchedulerTests::takeSomeMicroseconds);
	}

	// After messages whose tasks do this work.
	private void assertStaysAwakeAfter(Work work) {
		TickingTimer ticking = new TickingTimer();
		LaneScheduler awake = new LaneScheduler(this.executor, Runnable::run, () -> true, ticking, 8);
		AtomicBoolean waiting = new AtomicBoolean();
		// Preemption makes tasks longer: then it has to be tried again.
		await().until(() -> {
			becomeShort(awake);
			submitOneAtATime(awake, ticking, 100, work);
			submitOneAtATime(awake, ticking, 1, () -> waiting.set(ticking.isRead()));
			return waiting.get();
		});
	}

	private static void takeSomeMicroseconds() {
		long end = System.nanoTime() + 14_000;
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	@Test
	void eventLoopReadsOnWhileMessagesOverlap() {
		Calm calm = new Calm();
		calm.ticking.advance();
		assertThat(calm.ticksOfSubmit()).isGreaterThan(10_000);
		calm.ticking.advance();
		assertThat(calm.ticksOfSubmit()).isLessThan(10);
		calm.runRequested();
		calm.ticking.advance();
		assertThat(calm.ticksOfSubmit()).isLessThan(10);
	}

	@Test
	void eventLoopReadsOnWhileMessagesWaitToBeRead() {
		Calm calm = new Calm();
		assertThat(calm.ticksOfSubmit()).isLessThan(10);
	}

	@Test
	void eventLoopReadsOnAfterTwoMessagesForOneLane() {
		Calm calm = new Calm();
		calm.read = new ArrayList<>();
		calm.ticking.advance();
		calm.ticksOfSubmit();
		calm.scheduler.onTaskAdded();
		assertThat(calm.ticksOfRead()).isLessThan(10);
	}

	@Test
	void eventLoopSendsBeforeItStaysAwakeAndAfterItHasWokenAThread() {
		Calm calm = new Calm();
		calm.read = new ArrayList<>();
		calm.ticking.advance();
		calm.ticksOfSubmit();
		AtomicLong sent = new AtomicLong();
		calm.read.add(() -> {
			assertThat(calm.requested).hasSize(1);
			sent.set(calm.ticking.nanoTime());
		});
		long before = calm.ticking.nanoTime();
		assertThat(calm.ticksOfRead()).isGreaterThan(10_000);
		assertThat(sent.get() - before).isBetween(1L, 10L);
	}

	@Test
	void otherThreadsDoNotStayAwake() {
		Calm calm = new Calm();
		calm.eventLoop = false;
		calm.ticking.advance();
		assertThat(calm.ticksOfSubmit()).isLessThan(10);
	}

	@Test
	void firstAnswersAreSentWhileOtherTasksRun() {
		Calm calm = new Calm();
		calm.ticking.advance();
		calm.held = false;
		calm.read = new ArrayList<>();
		CountDownLatch sending = new CountDownLatch(1);
		AtomicBoolean early = new AtomicBoolean();
		for (int i = 0; i < 100; i++) {
			calm.scheduler.submit(batch(() -> {
			}));
		}
		calm.scheduler.submit(batch(() -> early.set(sending.await(10, TimeUnit.SECONDS))));
		calm.ticking.stop();
		calm.ticksOfRead();
		sending.countDown();
		awaitIdle(calm.scheduler);
		assertThat(early).isTrue();
	}

	private void submitOneAtATime(LaneScheduler scheduler, TickingTimer ticking, int count, Work work) {
		awaitIdle(scheduler);
		for (int i = 0; i < count; i++) {
			ticking.advance();
			scheduler.submit(batch(work));
			awaitIdle(scheduler);
		}
	}

	private static void awaitIdle(LaneScheduler scheduler) {
		await().pollInterval(Duration.ofNanos(1_000)).until(() -> scheduler.threads() == 0);
	}

	// Enough short batches to be sure.
	private void becomeShort() {
		becomeShort(this.scheduler);
	}

	private static void becomeShort(LaneScheduler scheduler) {
		CountDownLatch ended = new CountDownLatch(20_000);
		for (int i = 0; i < 20_000; i++) {
			scheduler.submit(() -> {
				ended.countDown();
				return 1;
			});
		}
		await().until(() -> ended.getCount() == 0);
	}

	private IntSupplier batch(Work work) {
		return () -> {
			try {
				work.run();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			this.done.incrementAndGet();
			return 1;
		};
	}

	// A scheduler whose messages have come one at a time. Its threads begin when the test
	// lets them.
	private final class Calm {

		private final TickingTimer ticking = new TickingTimer();

		private final List<Runnable> requested = new ArrayList<>();

		private final LaneScheduler scheduler = new LaneScheduler(this::request, this::afterRead, () -> this.eventLoop,
				this.ticking, 8);

		// The tasks that wait for the end of a read; null if they do not wait.
		private volatile @Nullable List<Runnable> read;

		private volatile boolean held;

		private volatile boolean eventLoop = true;

		Calm() {
			// Preemption makes a short task long: then it has to be tried again.
			await().until(() -> {
				this.held = false;
				becomeShort(this.scheduler);
				submitOneAtATime(this.scheduler, this.ticking, 20, () -> {
				});
				this.held = true;
				this.ticking.advance();
				long ticks = ticksOfSubmit();
				runRequested();
				return ticks > 10_000;
			});
		}

		private void afterRead(Runnable task) {
			if (this.read != null) {
				this.read.add(task);
			}
			else {
				task.run();
			}
		}

		private void request(Runnable thread) {
			if (this.held) {
				this.requested.add(thread);
			}
			else {
				LaneSchedulerTests.this.executor.execute(thread);
			}
		}

		long ticksOfSubmit() {
			long before = this.ticking.nanoTime();
			this.scheduler.submit(batch(() -> {
			}));
			return this.ticking.nanoTime() - before;
		}

		// Runs the tasks that wait for the end of a read.
		long ticksOfRead() {
			long before = this.ticking.nanoTime();
			List<Runnable> tasks = Objects.requireNonNull(this.read);
			while (!tasks.isEmpty()) {
				tasks.remove(0).run();
			}
			return this.ticking.nanoTime() - before;
		}

		void runRequested() {
			this.requested.remove(0).run();
		}

	}

	// Time passes while it is read, until it is stopped. Runs no tasks.
	private static final class TickingTimer implements Timer {

		private final AtomicLong now = new AtomicLong();

		private volatile boolean stopped;

		@Override
		public long nanoTime() {
			return this.stopped ? this.now.get() : this.now.incrementAndGet();
		}

		@Override
		public Runnable schedule(Duration delay, Runnable task) {
			return () -> {
			};
		}

		@Override
		public void stop() {
			this.stopped = true;
		}

		void advance() {
			this.now.addAndGet(1_000_000);
		}

		// Whether another thread reads it, within 100 ms.
		boolean isRead() {
			long before = this.now.get();
			long end = System.nanoTime() + 100_000_000;
			while (this.now.get() < before + 10 && System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			return this.now.get() >= before + 10;
		}

	}

	private interface Work {

		void run() throws Exception;

	}

}
