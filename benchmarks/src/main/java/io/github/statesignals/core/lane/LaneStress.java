package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Stress tests of the invariants of {@link LaneScheduler} and {@link OrderedLanes}. In
 * the package of the tested classes, for the number of threads and of lanes. The actors
 * run the work that is given to the executor.
 */
public final class LaneStress {

	private LaneStress() {
	}

	/**
	 * A task is submitted to a lane while its thread ends. Tasks are long, so that each
	 * batch requests a thread.
	 */
	@JCStressTest
	@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both tasks have run, the lane is removed")
	@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost, or both ran at the same time")
	@State
	public static class SubmitWhileThreadEnds extends Lanes {

		// Not volatile: the lane makes it visible to the next task.
		private int ran;

		@SuppressWarnings("this-escape")
		public SubmitWhileThreadEnds() {
			super(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
			submit();
		}

		@Actor
		public void work() {
			runRequested();
		}

		@Actor
		public void submit() {
			submit("lane", () -> this.ran++);
		}

		@Arbiter
		public void count(II_Result result) {
			runRequested();
			result.r1 = this.ran;
			result.r2 = size();
		}

	}

	/**
	 * The same with short tasks, for which a working thread is not helped by another.
	 */
	@JCStressTest
	@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both tasks have run, the lanes are removed")
	@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost")
	@State
	public static class SubmitShortTaskWhileThreadEnds extends Lanes {

		private final AtomicInteger ran = new AtomicInteger();

		public SubmitShortTaskWhileThreadEnds() {
			super(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
			// The average becomes short.
			for (int i = 0; i < 80; i++) {
				submit("lane " + i, () -> {
				});
			}
			runRequested();
			submit("lane", this.ran::incrementAndGet);
		}

		@Actor
		public void work() {
			runRequested();
		}

		@Actor
		public void submit() {
			submit("another lane", this.ran::incrementAndGet);
		}

		@Arbiter
		public void count(II_Result result) {
			runRequested();
			result.r1 = this.ran.get();
			result.r2 = size();
		}

	}

	/**
	 * Two threads for one lane, whose first task is a future that completes meanwhile.
	 */
	@JCStressTest
	@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "the tasks have run in order")
	@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost or overtaken, or two ran at the same time")
	@State
	public static class CompleteFutureWhileSubmitting extends Lanes {

		private final CompletableFuture<Void> first = new CompletableFuture<>();

		// Not synchronized: the lane does it.
		private final List<Integer> ran = new ArrayList<>();

		public CompleteFutureWhileSubmitting() {
			super(2, Integer.MAX_VALUE, Integer.MAX_VALUE);
			submit("lane", this.first);
			runRequested();
			submit("lane", () -> this.ran.add(1));
		}

		@Actor
		public void complete() {
			this.first.complete(null);
			runRequested();
		}

		@Actor
		public void submit() {
			submit("lane", () -> this.ran.add(2));
			runRequested();
		}

		@Arbiter
		public void count(II_Result result) {
			runRequested();
			result.r1 = this.ran.equals(List.of(1, 2)) ? 2 : 0;
			result.r2 = size();
		}

	}

	/**
	 * Two threads submit to one lane that has capacity for one task.
	 */
	@JCStressTest
	@Outcome(id = { "true, false", "false, true" }, expect = Expect.ACCEPTABLE, desc = "one is accepted")
	@Outcome(expect = Expect.FORBIDDEN, desc = "more or less than the capacity is used")
	@State
	public static class LaneCapacity extends Lanes {

		public LaneCapacity() {
			super(1, 1, Integer.MAX_VALUE);
		}

		@Actor
		public void first(ZZ_Result result) {
			result.r1 = submit("lane", () -> {
			});
		}

		@Actor
		public void second(ZZ_Result result) {
			result.r2 = submit("lane", () -> {
			});
		}

	}

	/**
	 * Two threads submit to different lanes, which together have capacity for one task.
	 */
	@JCStressTest
	@Outcome(id = { "true, false", "false, true" }, expect = Expect.ACCEPTABLE, desc = "one is accepted")
	@Outcome(expect = Expect.FORBIDDEN, desc = "more or less than the capacity is used")
	@State
	public static class TotalCapacity extends Lanes {

		public TotalCapacity() {
			super(1, Integer.MAX_VALUE, 1);
		}

		@Actor
		public void first(ZZ_Result result) {
			result.r1 = submit("lane", () -> {
			});
		}

		@Actor
		public void second(ZZ_Result result) {
			result.r2 = submit("another lane", () -> {
			});
		}

	}

	/**
	 * One thread is the limit, and two submitters request it.
	 */
	@JCStressTest
	@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "both tasks have run, on one thread at a time")
	@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost, or there were more threads than allowed")
	@State
	public static class ThreadLimit extends Lanes {

		private final AtomicInteger ran = new AtomicInteger();

		public ThreadLimit() {
			super(1, Integer.MAX_VALUE, Integer.MAX_VALUE);
		}

		@Actor
		public void submitAndWork() {
			submit("lane", this.ran::incrementAndGet);
			runRequested();
		}

		@Actor
		public void submit() {
			submit("another lane", this.ran::incrementAndGet);
		}

		@Arbiter
		public void count(II_Result result) {
			runRequested();
			result.r1 = this.ran.get();
			result.r2 = maxThreads();
		}

	}

	/**
	 * Lanes on an executor that only collects its tasks, and without a timer: none of the
	 * tasks blocks.
	 */
	abstract static class Lanes implements Executor, Timer {

		private final Queue<Runnable> requested = new ConcurrentLinkedQueue<>();

		private final AtomicInteger maxThreads = new AtomicInteger();

		private final LaneScheduler scheduler;

		private final OrderedLanes lanes;

		Lanes(int concurrency, int capacity, int totalCapacity) {
			this.scheduler = new LaneScheduler(this, Runnable::run, () -> false, this, concurrency);
			this.lanes = new OrderedLanes(this.scheduler, capacity, totalCapacity, new Budget(Long.MAX_VALUE));
		}

		final boolean submit(String lane, Runnable task) {
			return this.lanes.submit(lane, () -> {
				task.run();
				return null;
			});
		}

		final void submit(String lane, CompletableFuture<?> future) {
			this.lanes.submit(lane, () -> future);
		}

		final void runRequested() {
			for (@Nullable
			Runnable work = this.requested.poll(); work != null; work = this.requested.poll()) {
				work.run();
			}
		}

		final int size() {
			return this.lanes.size();
		}

		final int maxThreads() {
			return this.maxThreads.get();
		}

		@Override
		public final void execute(Runnable work) {
			this.maxThreads.accumulateAndGet(this.scheduler.threads(), Math::max);
			this.requested.add(work);
		}

		@Override
		public final long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public final Runnable schedule(Duration delay, Runnable task) {
			return () -> {
			};
		}

		@Override
		public final void stop() {
		}

	}

}
