package io.github.statesignals.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The keys and the times of messages, of all channels of an application. Safe for use by
 * many threads.
 */
final class SignerState {

	private final Clock clock;

	private final AtomicLong last = new AtomicLong();

	private final ReplayGuard received;

	private final StoredOrder stored;

	private volatile KeyRing keys;

	SignerState(KeyRing keys, Duration tolerance, Clock clock) {
		this.keys = keys;
		this.clock = clock;
		long micros = tolerance.toMillis() * 1_000;
		this.received = new ReplayGuard(micros, now());
		this.stored = new StoredOrder(micros);
	}

	KeyRing keys() {
		return this.keys;
	}

	void keys(KeyRing keys) {
		this.keys = keys;
	}

	ReplayGuard received() {
		return this.received;
	}

	StoredOrder stored() {
		return this.stored;
	}

	// In microseconds.
	long now() {
		return ChronoUnit.MICROS.between(Instant.EPOCH, this.clock.instant());
	}

	// Unique, although the clock may stand still or be set back.
	long nextTime() {
		long now = now();
		return this.last.updateAndGet((before) -> Math.max(before + 1, now));
	}

}
