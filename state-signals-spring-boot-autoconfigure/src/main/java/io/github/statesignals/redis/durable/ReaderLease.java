package io.github.statesignals.redis.durable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.durable.store.StreamStore;

/**
 * The lease of one responder, as this instance holds it: of all instances that have a
 * responder of the name, the one with the lease reads. Safe for use by many threads.
 */
final class ReaderLease {

	// An older lease is not read with: it could expire meanwhile.
	private static final Duration READABLE = StreamStore.LEASE.minusSeconds(3);

	@GuardedBy("this")
	private Tokens tokens = new Tokens(newToken(), newToken());

	@GuardedBy("this")
	private State state = State.STANDBY;

	@GuardedBy("this")
	private long pausedUntilNanos;

	// When the last successful renewal was requested.
	@GuardedBy("this")
	private Moment renewed = Moment.now();

	// The number of dropped signals that were reported, by publisher, and that Redis may
	// still have.
	@GuardedBy("this")
	private Map<String, Long> reported = Map.of();

	private static byte[] newToken() {
		return UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
	}

	synchronized Tokens tokens() {
		return this.tokens;
	}

	synchronized boolean isCurrent(byte[] token) {
		return token == this.tokens.current();
	}

	// Whether handlers may begin.
	synchronized boolean isValid() {
		return this.state == State.HELD && this.renewed.age().compareTo(StreamStore.LEASE) < 0;
	}

	synchronized boolean isReadable() {
		return this.state == State.HELD && this.renewed.age().compareTo(READABLE) < 0;
	}

	// Redis counts from a later time on than that of the request.
	synchronized Renewal renew(StreamStore.Lease.State granted, Tokens offered, Moment requested) {
		if (this.state == State.CLOSED || isPaused()) {
			// The request was sent before the release.
			return Renewal.IGNORED;
		}
		boolean interrupted = !isValid();
		this.state = State.HELD;
		this.renewed = requested;
		if (granted == StreamStore.Lease.State.TAKEN_WITH_NEXT_TOKEN && offered == this.tokens) {
			this.tokens = new Tokens(offered.next(), newToken());
			this.reported = Map.of();
			return Renewal.AFTER_ANOTHER;
		}
		if (interrupted) {
			return Renewal.INTERRUPTED;
		}
		return (granted == StreamStore.Lease.State.WAS_FREE) ? Renewal.RETAKEN : Renewal.CONTINUED;
	}

	// Whether handlers may begin for signals that were read with a token.
	synchronized boolean isValid(byte[] token) {
		return isValid() && isCurrent(token);
	}

	synchronized Map<String, Long> reported() {
		return this.reported;
	}

	// Returns the number of those by publisher that were not reported before.
	synchronized Map<String, Long> report(Map<String, Long> dropped) {
		Map<String, Long> before = this.reported;
		this.reported = dropped;
		Map<String, Long> added = new LinkedHashMap<>();
		dropped.forEach((publisherId, count) -> {
			long known = before.getOrDefault(publisherId, 0L);
			// Otherwise Redis counts from zero again.
			added.put(publisherId, (known <= count) ? count - known : count);
		});
		added.values().removeIf((count) -> count <= 0);
		return added;
	}

	// Returns whether this instance held it.
	synchronized boolean lose() {
		boolean held = this.state == State.HELD;
		if (held) {
			this.state = State.STANDBY;
		}
		return held;
	}

	synchronized void close() {
		this.state = State.CLOSED;
	}

	// Returns whether this instance held it.
	synchronized boolean pause(Duration time) {
		if (this.state != State.HELD) {
			return false;
		}
		this.state = State.PAUSED;
		this.pausedUntilNanos = System.nanoTime() + time.toNanos();
		return true;
	}

	synchronized boolean isPaused() {
		return this.state == State.PAUSED && this.pausedUntilNanos - System.nanoTime() > 0;
	}

	private enum State {

		STANDBY, PAUSED, HELD, CLOSED

	}

	// The change since the last renewal.
	enum Renewal {

		// This instance has given the lease up.
		IGNORED,

		// This instance held the lease all the time.
		CONTINUED,

		// Redis had lost the lease.
		RETAKEN,

		// The lease had expired here. No other instance has read.
		INTERRUPTED,

		// Another instance has read.
		AFTER_ANOTHER

	}

	/**
	 * The tokens that a lease is requested with. The current one identifies this
	 * instance; the next replaces it if another instance may have read, so that earlier
	 * signals are not acknowledged with it.
	 */
	record Tokens(byte[] current, byte[] next) {
	}

	// A moment by both clocks: one of them does not count while the machine sleeps, the
	// other one can be set.
	record Moment(long nanos, long millis) {

		static Moment now() {
			return new Moment(System.nanoTime(), System.currentTimeMillis());
		}

		Duration age() {
			Moment now = now();
			Duration elapsed = Duration.ofNanos(now.nanos - this.nanos);
			Duration byWallClock = Duration.ofMillis(now.millis - this.millis);
			return (elapsed.compareTo(byWallClock) > 0) ? elapsed : byWallClock;
		}

	}

}
