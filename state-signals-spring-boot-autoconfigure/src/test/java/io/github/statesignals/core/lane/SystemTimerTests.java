package io.github.statesignals.core.lane;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * {@link SystemTimer} by the machine's own clock: what is due runs, in turn, and nothing
 * else does.
 */
@Timeout(60)
class SystemTimerTests {

	private final SystemTimer timer = new SystemTimer();

	private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void runsWhatIsDueInTurn() throws InterruptedException {
		schedule(300, "third");
		schedule(100, "first");
		schedule(200, "second");
		assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
	}

	@Test
	void runsWhatIsDueSoonerThanWhatItWaitsFor() throws InterruptedException {
		schedule(60_000, "much later");
		schedule(1, "soon");
		assertThat(next()).isEqualTo("soon");
	}

	@Test
	void doesNotRunWhatIsCancelled() throws InterruptedException {
		Runnable cancel = schedule(50, "cancelled");
		schedule(200, "after it");
		cancel.run();
		cancel.run();
		assertThat(next()).isEqualTo("after it");
		assertThat(this.ran).isEmpty();
	}

	@Test
	void runsTheOthersOfADelayInTurnWhicheverIsCancelled() throws InterruptedException {
		List<Runnable> cancels = new ArrayList<>();
		for (int i = 0; i < 7; i++) {
			cancels.add(schedule(100, "task " + i));
		}
		for (int cancelled : List.of(0, 3, 6, 3, 0)) {
			cancels.get(cancelled).run();
		}
		assertThat(List.of(next(), next(), next(), next())).containsExactly("task 1", "task 2", "task 4", "task 5");
		cancels.forEach(Runnable::run);
		schedule(100, "anew");
		assertThat(next()).isEqualTo("anew");
		assertThat(this.ran).isEmpty();
	}

	@Test
	void runsWhatIsDueWhenTheFirstOfItsDelayWasCancelled() throws InterruptedException {
		schedule(250, "first").run();
		Runnable cancel = schedule(200, "cancelled");
		schedule(200, "of its delay");
		cancel.run();
		schedule(300, "after it");
		assertThat(List.of(next(), next())).containsExactly("of its delay", "after it");
	}

	@Test
	void runsWhatIsScheduledAfterTheLastOfItsDelayWasCancelled() throws InterruptedException {
		schedule(100, "first");
		schedule(100, "cancelled").run();
		schedule(100, "after it");
		assertThat(List.of(next(), next())).containsExactly("first", "after it");
	}

	@Test
	void runsWhatIsOverdueInTheOrderInWhichItWasDue() throws InterruptedException {
		CountDownLatch open = new CountDownLatch(1);
		this.timer.schedule(Duration.ZERO, () -> {
			try {
				open.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		schedule(1, "first");
		schedule(50, "second");
		// So that the third is due after the second, with the delay of the first.
		TimeUnit.MILLISECONDS.sleep(200);
		schedule(1, "third");
		TimeUnit.MILLISECONDS.sleep(50);
		open.countDown();
		assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
	}

	@Test
	void goesOnAfterATaskThatFails() throws InterruptedException {
		this.timer.schedule(Duration.ofMillis(1), () -> {
			throw new IllegalStateException("on purpose");
		});
		schedule(20, "after it");
		assertThat(next()).isEqualTo("after it");
	}

	@Test
	void whatIsScheduledByATaskRunsToo() throws InterruptedException {
		this.timer.schedule(Duration.ofMillis(1), () -> schedule(1, "nested"));
		assertThat(next()).isEqualTo("nested");
	}

	@Test
	void forEverIsADelay() throws InterruptedException {
		Runnable cancel = this.timer.schedule(ChronoUnit.FOREVER.getDuration(), () -> this.ran.add("for ever"));
		schedule(1, "soon");
		assertThat(next()).isEqualTo("soon");
		assertThatNoException().isThrownBy(cancel::run);
	}

	@Test
	void runsNothingOnceItIsStopped() throws InterruptedException {
		schedule(50, "too late");
		this.timer.stop();
		schedule(1, "far too late");
		assertThat(this.ran.poll(200, TimeUnit.MILLISECONDS)).isNull();
	}

	@Test
	void runsEachOnceWhoeverSchedulesAndCancels() throws InterruptedException {
		AtomicInteger expected = new AtomicInteger();
		AtomicInteger counted = new AtomicInteger();
		List<Thread> threads = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 4; i++) {
			Random random = new Random(i);
			Thread thread = new Thread(() -> {
				for (int j = 0; j < 5_000; j++) {
					if (random.nextBoolean()) {
						expected.incrementAndGet();
						this.timer.schedule(Duration.ofMillis(random.nextInt(20)), counted::incrementAndGet);
					}
					else {
						this.timer.schedule(Duration.ofSeconds(30), counted::incrementAndGet).run();
					}
				}
			});
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		schedule(500, "the last");
		assertThat(next()).isEqualTo("the last");
		assertThat(counted).hasValue(expected.get());
	}

	private Runnable schedule(long millis, String name) {
		return this.timer.schedule(Duration.ofMillis(millis), () -> this.ran.add(name));
	}

	private String next() throws InterruptedException {
		return this.ran.poll(20, TimeUnit.SECONDS);
	}

}
