package io.github.statesignals.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.lane.Timer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The time of a broker, in real time and moved ahead.
 */
@Timeout(60)
class BrokerClockTests {

	private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

	private final BrokerClock clock = new BrokerClock(() -> this.ran.add("settled"));

	private final Timer timer = this.clock.timer();

	@Test
	void tasksRunInRealTime() throws InterruptedException {
		schedule(60_000, "much later");
		schedule(40, "second");
		schedule(20, "first");
		assertThat(List.of(next(), next())).containsExactly("first", "second");
	}

	@Test
	void tasksRunAtTheirTimeWhenItIsMovedAhead() {
		long start = this.timer.nanoTime();
		schedule(20_000, "second");
		this.timer.schedule(Duration.ofSeconds(10), () -> {
			this.ran.add("first");
			schedule(9_000, "in between");
			schedule(30_000, "too late");
			assertThat(Duration.ofNanos(this.timer.nanoTime() - start)).isBetween(Duration.ofSeconds(10),
					Duration.ofSeconds(19));
		});
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(this.ran).containsExactly("settled", "first", "settled", "in between", "settled", "second",
				"settled");
		assertThat(Duration.ofNanos(this.timer.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void cancelledTasksAndThoseOfAStoppedTimerDoNotRun() {
		Timer other = this.clock.timer();
		other.schedule(Duration.ofSeconds(1), () -> this.ran.add("other"));
		this.timer.schedule(Duration.ofSeconds(1), () -> this.ran.add("cancelled")).run();
		this.timer.schedule(Duration.ofDays(365_000), () -> this.ran.add("never"));
		schedule(1_000, "stopped");
		this.timer.stop();
		schedule(1_000, "after the stop");
		this.clock.advance(Duration.ofSeconds(2));
		assertThat(this.ran).containsExactly("settled", "other", "settled");
	}

	private void schedule(long millis, String name) {
		this.timer.schedule(Duration.ofMillis(millis), () -> this.ran.add(name));
	}

	private String next() throws InterruptedException {
		return this.ran.poll(20, TimeUnit.SECONDS);
	}

}
