package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Map;

import io.github.statesignals.redis.durable.ReaderLease.Moment;
import io.github.statesignals.redis.durable.ReaderLease.Renewal;
import io.github.statesignals.redis.durable.ReaderLease.Tokens;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.Lease.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReaderLeaseTests {

	private static final long MILLIS = StreamStore.LEASE.toMillis();

	private final ReaderLease lease = new ReaderLease();

	@Test
	void aLeaseIsValidFromItsRequestOn() {
		assertThat(this.lease.isValid()).isFalse();
		assertThat(renew(State.WAS_FREE, Moment.now())).isEqualTo(Renewal.INTERRUPTED);
		assertThat(this.lease.isValid()).isTrue();
		assertThat(renew(State.RENEWED, Moment.now())).isEqualTo(Renewal.CONTINUED);
	}

	@Test
	void aLeaseThatExpiredBeforeItsReplyWasProcessedIsNotValid() {
		Moment now = Moment.now();
		renew(State.WAS_FREE, new Moment(now.nanos() - MILLIS * 1_000_000, now.millis()));
		assertThat(this.lease.isValid()).isFalse();
	}

	@Test
	void theTimeThatTheMachineSleepsCounts() {
		Moment now = Moment.now();
		renew(State.WAS_FREE, new Moment(now.nanos(), now.millis() - MILLIS));
		assertThat(this.lease.isValid()).isFalse();
	}

	@Test
	void aClockThatIsSetBackDoesNotExtendALease() {
		Moment now = Moment.now();
		renew(State.WAS_FREE, new Moment(now.nanos() - MILLIS * 1_000_000, now.millis() + MILLIS));
		assertThat(this.lease.isValid()).isFalse();
	}

	@Test
	void aRenewalAfterTheExpiryIsAnInterruption() {
		Moment now = Moment.now();
		renew(State.WAS_FREE, new Moment(now.nanos() - MILLIS * 1_000_000, now.millis()));
		assertThat(renew(State.RENEWED, Moment.now())).isEqualTo(Renewal.INTERRUPTED);
		assertThat(this.lease.isValid()).isTrue();
	}

	@Test
	void aRenewalThatArrivesAfterTheReleaseIsIgnored() {
		renew(State.WAS_FREE, Moment.now());
		assertThat(this.lease.pause(Duration.ofMinutes(1))).isTrue();
		assertThat(renew(State.RENEWED, Moment.now())).isEqualTo(Renewal.IGNORED);
		assertThat(this.lease.isValid()).isFalse();
		this.lease.close();
		assertThat(renew(State.RENEWED, Moment.now())).isEqualTo(Renewal.IGNORED);
		assertThat(this.lease.isValid()).isFalse();
	}

	@Test
	void tokenIsReplacedOnceAfterAnotherInstanceHasRead() {
		renew(State.WAS_FREE, Moment.now());
		Tokens first = this.lease.tokens();
		assertThat(this.lease.isValid(first.current())).isTrue();
		assertThat(this.lease.renew(State.TAKEN_WITH_NEXT_TOKEN, first, Moment.now())).isEqualTo(Renewal.AFTER_ANOTHER);
		Tokens second = this.lease.tokens();
		assertThat(second.current()).isSameAs(first.next());
		assertThat(this.lease.isValid(first.current())).isFalse();
		assertThat(this.lease.isValid(second.current())).isTrue();
		// The reply to a request that was sent before.
		assertThat(this.lease.renew(State.TAKEN_WITH_NEXT_TOKEN, first, Moment.now())).isEqualTo(Renewal.CONTINUED);
		assertThat(this.lease.tokens()).isSameAs(second);
		Moment now = Moment.now();
		renew(State.RENEWED, new Moment(now.nanos() - MILLIS * 1_000_000, now.millis()));
		assertThat(this.lease.isValid(second.current())).isFalse();
	}

	@Test
	void droppedSignalsAreReportedOnce() {
		assertThat(this.lease.report(Map.of("p", 3L))).containsExactly(Map.entry("p", 3L));
		assertThat(this.lease.report(Map.of("p", 3L))).isEmpty();
		assertThat(this.lease.report(Map.of("p", 5L))).containsExactly(Map.entry("p", 2L));
		// Redis has deleted the reported count, and counts from zero again.
		assertThat(this.lease.report(Map.of("p", 1L))).containsExactly(Map.entry("p", 1L));
	}

	@Test
	void droppedSignalsThatAnotherInstanceHasReportedAreNotSubtracted() {
		renew(State.WAS_FREE, Moment.now());
		this.lease.report(Map.of("p", 3L));
		renew(State.TAKEN_WITH_NEXT_TOKEN, Moment.now());
		assertThat(this.lease.report(Map.of("p", 5L))).containsExactly(Map.entry("p", 5L));
	}

	private Renewal renew(State granted, Moment requested) {
		return this.lease.renew(granted, this.lease.tokens(), requested);
	}

}
