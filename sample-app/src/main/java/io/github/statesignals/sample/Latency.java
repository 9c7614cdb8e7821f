package io.github.statesignals.sample;

import java.time.Duration;
import java.util.Locale;

/**
 * Formats the latency of an answer.
 */
final class Latency {

	private Latency() {
	}

	static String format(Duration latency) {
		double millis = latency.toNanos() / 1e6;
		if (millis < 99.95) {
			return String.format(Locale.ROOT, "%.1f ms", millis);
		}
		return (millis < 999.5) ? String.format(Locale.ROOT, "%.0f ms", millis)
				: String.format(Locale.ROOT, "%.1f s", millis / 1000);
	}

}
