package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.core.lane.Budget;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimeoutsTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTimer timer = new ManualTimer();

	private final List<Publication> expired = new ArrayList<>();

	private final Timeouts<Publication> timeouts = timeouts(this.expired::add);

	@Test
	void eachPublicationExpiresAtItsTime() {
		Publication first = start(SECOND);
		this.timer.advance(Duration.ofMillis(400));
		Publication second = start(SECOND);
		Publication shortest = start(Duration.ofMillis(100));
		this.timer.advance(Duration.ofMillis(99));
		assertThat(this.expired).isEmpty();
		this.timer.advance(Duration.ofMillis(1));
		assertThat(this.expired).containsExactly(shortest);
		this.timer.advance(Duration.ofMillis(500));
		assertThat(this.expired).containsExactly(shortest, first);
		this.timer.advance(Duration.ofMillis(399));
		assertThat(this.expired).hasSize(2);
		this.timer.advance(Duration.ofMillis(1));
		assertThat(this.expired).containsExactly(shortest, first, second);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void stoppedPublicationDoesNotExpire() {
		Publication publication = publication();
		Runnable stop = stoppable(publication, SECOND);
		Publication next = start(SECOND);
		stop.run();
		stop.run();
		this.timer.advance(SECOND);
		assertThat(this.expired).containsExactly(next);
		stop.run();
		Publication last = start(SECOND);
		this.timer.advance(SECOND);
		assertThat(this.expired).containsExactly(next, last);
	}

	@Test
	void publicationsWithTheSameTimeoutShareATask() {
		List<Runnable> stops = IntStream.range(0, 1_000).mapToObj((i) -> stoppable(publication(), SECOND)).toList();
		assertThat(this.timer.scheduled()).isOne();
		Publication later = start(SECOND);
		stops.forEach(Runnable::run);
		assertThat(this.timer.scheduled()).isOne();
		this.timer.advance(SECOND);
		assertThat(this.expired).containsExactly(later);
	}

	@Test
	void stoppedPublicationsLeaveNoTask() {
		for (int i = 1; i <= 1_000; i++) {
			stoppable(publication(), Duration.ofHours(i % 3)).run();
		}
		assertThat(this.timer.scheduled()).isZero();
		Publication next = start(SECOND);
		this.timer.advance(SECOND);
		assertThat(this.expired).containsExactly(next);
	}

	@Test
	void oneThatFailsDoesNotPreventOthersFromExpiring() {
		Timeouts<Publication> failing = timeouts((publication) -> {
			this.expired.add(publication);
			throw new IllegalStateException("on purpose");
		});
		Publication first = publication();
		Publication second = publication();
		failing.start(first, SECOND);
		failing.start(second, SECOND);
		this.timer.advance(SECOND);
		assertThat(this.expired).containsExactly(first, second);
	}

	@Test
	void longestTimeoutDoesNotExpire() {
		start(Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000));
		this.timer.advance(Duration.ofDays(365));
		assertThat(this.expired).isEmpty();
	}

	private Timeouts<Publication> timeouts(Consumer<Publication> expired) {
		return new Timeouts<>(this.timer, (publication) -> publication.tally().sentNanos(), expired);
	}

	private Publication start(Duration timeout) {
		Publication publication = publication();
		this.timeouts.start(publication, timeout);
		return publication;
	}

	private Runnable stoppable(Publication publication, Duration timeout) {
		Consumer<Publication> stop = this.timeouts.start(publication, timeout);
		return () -> stop.accept(publication);
	}

	private Publication publication() {
		Publication publication = Publications.ofSize("e", 0);
		publication.await(Set.of(), this.timer.nanoTime(), false, new Budget(0));
		return publication;
	}

}
