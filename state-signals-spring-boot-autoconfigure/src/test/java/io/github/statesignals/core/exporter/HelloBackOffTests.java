package io.github.statesignals.core.exporter;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HelloBackOff}.
 */
class HelloBackOffTests {

	private final HelloBackOff backOff = new HelloBackOff();

	private long nowNanos = Long.MAX_VALUE - 1_000;

	@Test
	void theFirstRequestIsAnsweredSoon() {
		assertThat(this.backOff.next(this.nowNanos)).isEqualTo(HelloBackOff.SHORTEST);
	}

	@Test
	void requestsThatGoOnAreAnsweredLessAndLess() {
		int sent = 0;
		long end = this.nowNanos + Duration.ofMinutes(10).toNanos();
		while (end - this.nowNanos > 0) {
			this.nowNanos += this.backOff.next(this.nowNanos).toNanos();
			this.backOff.sent(this.nowNanos);
			sent++;
		}
		assertThat(sent).isBetween(20, 32);
		assertThat(this.backOff.next(this.nowNanos)).isEqualTo(HelloBackOff.LONGEST);
	}

	@Test
	void aRequestAfterAPauseIsAnsweredSoon() {
		for (int i = 0; i < 10; i++) {
			this.nowNanos += this.backOff.next(this.nowNanos).toNanos();
			this.backOff.sent(this.nowNanos);
		}
		assertThat(this.backOff.next(this.nowNanos)).isGreaterThan(Duration.ofSeconds(20));
		this.nowNanos += Duration.ofMinutes(2).toNanos();
		assertThat(this.backOff.next(this.nowNanos)).isEqualTo(HelloBackOff.SHORTEST);
	}

	@Test
	void aResponderThatSubscribesEndsTheDelay() {
		for (int i = 0; i < 10; i++) {
			this.nowNanos += this.backOff.next(this.nowNanos).toNanos();
			this.backOff.sent(this.nowNanos);
		}
		this.backOff.reset();
		assertThat(this.backOff.next(this.nowNanos)).isEqualTo(HelloBackOff.SHORTEST);
	}

}
