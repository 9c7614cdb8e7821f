package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class WorkersTests {

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final ScheduledTimer timer = new ScheduledTimer();

	private final Workers workers = new Workers(this.executor, Runnable::run, this.timer, 8);

	private final CountDownLatch open = new CountDownLatch(1);

	private final AtomicInteger done = new AtomicInteger();

	@AfterEach
	void shutDown() {
		this.open.countDown();
		this.executor.shutdownNow();
		this.timer.stop();
	}

	@Test
	void runsSideBySideWhatIsLong() {
		CyclicBarrier all = new CyclicBarrier(8);
		for (int i = 0; i < 8; i++) {
			this.workers.submit(turn(() -> all.await(30, TimeUnit.SECONDS)));
		}
		await().until(() -> this.done.get() == 8);
	}

	@Test
	void shortWorkTakesOneThreadUntilThatIsHeldUp() {
		for (int round = 0; round < 5; round++) {
			becomeShort();
			CountDownLatch held = new CountDownLatch(1);
			int before = this.done.get();
			for (int i = 0; i < 7; i++) {
				this.workers.submit(turn(held::await));
			}
			// Those before take all threads but one.
			this.workers.submit(turn(() -> {
			}));
			await().until(() -> this.done.get() == before + 1);
			held.countDown();
			await().until(() -> this.done.get() == before + 8);
		}
	}

	@Test
	void nothingIsHeldUpForEverWhenNobodyLooksAnyMore() throws Exception {
		becomeShort();
		CountDownLatch begun = new CountDownLatch(1);
		this.workers.submit(turn(() -> {
			begun.countDown();
			this.open.await();
		}));
		begun.await();
		this.timer.stop();
		int before = this.done.get();
		this.workers.submit(turn(() -> {
		}));
		this.workers.close();
		await().until(() -> this.done.get() == before + 1);
		this.workers.submit(turn(() -> {
		}));
		await().until(() -> this.done.get() == before + 2);
	}

	@Test
	void asksForNoMoreThreadsWhileWorkIsShortAndSomebodyLooks() {
		AtomicInteger asked = new AtomicInteger();
		ManualTimer watch = new ManualTimer();
		Workers watched = new Workers((task) -> {
			asked.incrementAndGet();
			this.executor.execute(task);
		}, Runnable::run, watch, 8);
		// A processor that is taken away makes short work long: then it has to be again.
		await().until(() -> {
			becomeShort(watched);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch held = new CountDownLatch(1);
			watched.submit(turn(() -> {
				begun.countDown();
				held.await();
			}));
			begun.await();
			int before = asked.get();
			int doneBefore = this.done.get();
			for (int i = 0; i < 10; i++) {
				watched.submit(turn(() -> {
				}));
			}
			boolean none = asked.get() == before;
			watch.advance(Duration.ofMillis(10));
			await().until(() -> this.done.get() == doneBefore + 10);
			held.countDown();
			return none;
		});
	}

	@Test
	void wakesAThreadForAllThatComesTogether() {
		Queue<Runnable> later = new ArrayDeque<>();
		List<Runnable> asked = new ArrayList<>();
		Workers gathering = new Workers(asked::add, later::add, this.timer, 8);
		for (int i = 0; i < 64; i++) {
			gathering.submit(turn(() -> {
			}));
		}
		assertThat(later).hasSize(1);
		assertThat(asked).isEmpty();
		gathering.submit(turn(() -> {
		}));
		assertThat(asked).as("so many do not wait").hasSize(1);
		later.remove().run();
		assertThat(asked).as("one is on its way").hasSize(1);
		asked.remove(0).run();
		assertThat(this.done).hasValue(65);
		gathering.submit(turn(() -> {
		}));
		later.remove().run();
		while (!asked.isEmpty()) {
			asked.remove(0).run();
		}
		assertThat(this.done).hasValue(66);
	}

	@Test
	void wakesNoThreadForMoreOfATurnBeforeAllHasCome() {
		Queue<Runnable> later = new ArrayDeque<>();
		List<Runnable> asked = new ArrayList<>();
		Workers gathering = new Workers(asked::add, later::add, this.timer, 8);
		gathering.submit(turn(() -> {
		}));
		gathering.nudge();
		assertThat(asked).isEmpty();
		later.remove().run();
		assertThat(asked).hasSize(1);
		asked.remove(0).run();
		gathering.submit(turn(() -> {
		}));
		for (int i = 0; i < 64; i++) {
			gathering.nudge();
		}
		assertThat(asked).as("so many do not wait").hasSize(1);
		later.remove().run();
		asked.remove(0).run();
		assertThat(this.done).hasValue(2);
	}

	@Test
	void turnStartsWithoutTheInterruptOfTheOneBefore() {
		List<Runnable> asked = new ArrayList<>();
		Workers gathering = new Workers(asked::add, (task) -> {
		}, this.timer, 8);
		List<Boolean> interrupted = new ArrayList<>();
		for (int i = 0; i < 65; i++) {
			gathering.submit(turn(() -> {
				interrupted.add(Thread.currentThread().isInterrupted());
				Thread.currentThread().interrupt();
			}));
		}
		asked.remove(0).run();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(interrupted).hasSize(65).containsOnly(false);
	}

	@Test
	void whatIsRefusedIsDoneWhenSomebodyAsksAgain() {
		List<Runnable> asked = new ArrayList<>();
		AtomicInteger refusals = new AtomicInteger(2);
		Workers refused = new Workers((task) -> {
			if (refusals.getAndDecrement() > 0) {
				throw new RejectedExecutionException("busy");
			}
			asked.add(task);
		}, Runnable::run, this.timer, 8);
		refused.submit(turn(() -> {
		}));
		refused.nudge();
		assertThat(asked).isEmpty();
		refused.nudge();
		asked.remove(0).run();
		assertThat(this.done).hasValue(1);
		refused.nudge();
		assertThat(asked).isEmpty();
	}

	// As many short turns as it takes to be sure.
	private void becomeShort() {
		becomeShort(this.workers);
	}

	private static void becomeShort(Workers workers) {
		CountDownLatch ended = new CountDownLatch(20_000);
		for (int i = 0; i < 20_000; i++) {
			workers.submit(() -> {
				ended.countDown();
				return 1;
			});
		}
		await().until(() -> ended.getCount() == 0);
	}

	private IntSupplier turn(Work work) {
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

	private interface Work {

		void run() throws Exception;

	}

}
