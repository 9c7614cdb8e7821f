package io.github.statesignals.core.exporter;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Delays an initialization that responders request by hello. The first one is sent soon.
 * While requests continue and none of the responders subscribes, as with forged ones, the
 * delay doubles up to its limit. It is forgotten after a pause of 30 seconds. Not
 * thread-safe.
 */
final class HelloBackOff {

	static final Duration SHORTEST = Duration.ofMillis(100);

	static final Duration LONGEST = Duration.ofSeconds(30);

	private Duration delay = SHORTEST;

	private @Nullable Long sentNanos;

	Duration next(long nowNanos) {
		if (this.sentNanos == null) {
			return SHORTEST;
		}
		Duration passed = Duration.ofNanos(nowNanos - this.sentNanos);
		if (passed.compareTo(this.delay.plus(LONGEST)) > 0) {
			reset();
			return SHORTEST;
		}
		Duration remaining = this.delay.minus(passed);
		return (remaining.compareTo(SHORTEST) > 0) ? remaining : SHORTEST;
	}

	void sent(long nowNanos) {
		if (this.sentNanos != null) {
			Duration doubled = this.delay.multipliedBy(2);
			this.delay = (doubled.compareTo(LONGEST) < 0) ? doubled : LONGEST;
		}
		this.sentNanos = nowNanos;
	}

	void reset() {
		this.delay = SHORTEST;
		this.sentNanos = null;
	}

}
