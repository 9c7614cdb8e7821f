package io.github.statesignals.redis.durable;

import io.github.statesignals.redis.durable.ReaderLease.Moment;
import io.github.statesignals.redis.durable.ReaderLease.Renewal;
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
	void aLeaseWhoseReplyIsProcessedTooLateIsNotValid() {
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

	private Renewal renew(State granted, Moment requested) {
		return this.lease.renew(granted, this.lease.tokens(), requested);
	}

}
