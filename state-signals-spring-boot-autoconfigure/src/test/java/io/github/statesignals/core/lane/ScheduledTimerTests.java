package io.github.statesignals.core.lane;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * {@link ScheduledTimer} in real time. Each task that must not run has the same or a
 * shorter delay than a later one that does.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ScheduledTimerTests {

	@AutoClose("stop")
	private final ScheduledTimer timer = new ScheduledTimer();

	private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

	@Test
	void runsTasksWhenTheyAreDue() throws InterruptedException {
		schedule(60_000, "much later");
		schedule(300, "third");
		schedule(100, "first");
		schedule(200, "second");
		assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
	}

	@Test
	void runsOverdueTasksInTheOrderInWhichTheyWereDue() throws InterruptedException {
		CountDownLatch open = new CountDownLatch(1);
		this.timer.schedule(Duration.ZERO, () -> await(open));
		schedule(2, "second");
		schedule(-1, "first");
		schedule(3, "third");
		open.countDown();
		assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
	}

	@Test
	void doesNotRunCancelledTasks() throws InterruptedException {
		Runnable cancel = schedule(50, "cancelled");
		schedule(50, "after it");
		cancel.run();
		cancel.run();
		assertThat(next()).isEqualTo("after it");
		assertThat(this.ran).isEmpty();
	}

	@Test
	void cancellingATaskThatRanDoesNothing() throws InterruptedException {
		Runnable cancel = schedule(1, "first");
		assertThat(next()).isEqualTo("first");
		cancel.run();
		schedule(1, "second");
		assertThat(next()).isEqualTo("second");
	}

	@Test
	void cancellingARunningTaskDoesNotInterruptIt() throws InterruptedException {
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch open = new CountDownLatch(1);
		Runnable cancel = this.timer.schedule(Duration.ZERO, () -> {
			started.countDown();
			await(open);
			this.ran.add("finished");
		});
		started.await();
		cancel.run();
		open.countDown();
		assertThat(next()).isEqualTo("finished");
	}

	@Test
	void taskThatThrowsIsLoggedAndStopsNoOther(CapturedOutput output) throws InterruptedException {
		this.timer.schedule(Duration.ofMillis(1), () -> {
			throw new IllegalStateException("on purpose");
		});
		this.timer.schedule(Duration.ofMillis(1), () -> {
			throw new StackOverflowError("on purpose");
		});
		schedule(20, "after them");
		assertThat(next()).isEqualTo("after them");
		assertThat(output.getOut().lines().filter((line) -> line.contains("A scheduled task failed"))).hasSize(2)
			.allMatch((line) -> line.contains("ERROR"));
	}

	@Test
	void runsTasksThatATaskSchedules() throws InterruptedException {
		this.timer.schedule(Duration.ofMillis(1), () -> schedule(1, "nested"));
		assertThat(next()).isEqualTo("nested");
	}

	@Test
	void acceptsTheLongestDuration() throws InterruptedException {
		Runnable cancel = this.timer.schedule(ChronoUnit.FOREVER.getDuration(), () -> this.ran.add("never"));
		schedule(1, "soon");
		assertThat(next()).isEqualTo("soon");
		assertThatNoException().isThrownBy(cancel::run);
	}

	@Test
	void stoppingCancelsTasksAndReleasesTheThread() throws InterruptedException {
		AtomicReference<Thread> thread = new AtomicReference<>();
		schedule(60_000, "cancelled");
		this.timer.schedule(Duration.ZERO, () -> {
			thread.set(Thread.currentThread());
			this.ran.add("started");
		});
		assertThat(next()).isEqualTo("started");
		assertThat(thread.get().isDaemon()).isTrue();
		assertThat(thread.get().getName()).isEqualTo("state-signals-timer-1");
		this.timer.stop();
		thread.get().join();
		Runnable cancel = schedule(0, "expired");
		cancel.run();
		this.timer.stop();
		assertThat(this.ran).isEmpty();
	}

	@Test
	void stoppingDoesNotInterruptARunningTask() throws InterruptedException {
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch open = new CountDownLatch(1);
		this.timer.schedule(Duration.ZERO, () -> {
			started.countDown();
			await(open);
			this.ran.add("finished");
		});
		started.await();
		this.timer.stop();
		open.countDown();
		assertThat(next()).isEqualTo("finished");
	}

	private Runnable schedule(long millis, String name) {
		return this.timer.schedule(Duration.ofMillis(millis), () -> this.ran.add(name));
	}

	private String next() throws InterruptedException {
		return this.ran.poll(20, TimeUnit.SECONDS);
	}

	private void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			this.ran.add("interrupted");
		}
	}

}
