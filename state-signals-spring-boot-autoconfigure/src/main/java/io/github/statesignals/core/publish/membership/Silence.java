package io.github.statesignals.core.publish.membership;

import java.time.Duration;

/**
 * The time that responders were awaited in vain.
 *
 * @param lastNumber the number of the last publication that was called meanwhile
 * @param awaited the timeout that has passed
 */
public record Silence(long lastNumber, Duration awaited) {

	Silence longer(Silence other) {
		return (this.awaited.compareTo(other.awaited) > 0) ? this : other;
	}

	// Whether a publication would be queued behind the same wait.
	boolean covers(long number, Duration timeout) {
		return number <= this.lastNumber && timeout.compareTo(this.awaited) <= 0;
	}

}
