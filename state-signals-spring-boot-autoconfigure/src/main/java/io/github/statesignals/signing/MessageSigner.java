package io.github.statesignals.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Signs the messages of an application and verifies those that it receives: has the keys
 * and the times of messages of all channels. Safe for use by many threads.
 */
public final class MessageSigner {

	private final SigningMode mode;

	private final Map<String, SigningMode> modes;

	private final Clock clock;

	private final AtomicLong last = new AtomicLong();

	private final ReplayGuard received;

	private final StoredOrder stored;

	private volatile KeyRing keys;

	public MessageSigner(KeyRing keys, SigningMode mode, Map<String, SigningMode> modes, Duration tolerance,
			Clock clock) {
		this.keys = keys;
		this.mode = mode;
		this.modes = Map.copyOf(modes);
		this.clock = clock;
		long micros = tolerance.toMillis() * 1_000;
		this.received = new ReplayGuard(micros, now());
		this.stored = new StoredOrder(micros);
	}

	public void use(KeyRing keys) {
		this.keys = keys;
	}

	SigningMode mode(String channel) {
		return this.modes.getOrDefault(channel, this.mode);
	}

	KeyRing keys() {
		return this.keys;
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
