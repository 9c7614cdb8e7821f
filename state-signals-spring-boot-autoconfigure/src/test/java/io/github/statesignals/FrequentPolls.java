package io.github.statesignals;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets all tests poll an awaited condition soon, and then at intervals that grow up to
 * the default: each of them would wait for at least 100 milliseconds.
 */
public final class FrequentPolls implements BeforeAllCallback {

	private static final Duration FIRST = Duration.ofMillis(5);

	private static final Duration LONGEST = Duration.ofMillis(100);

	@Override
	public void beforeAll(ExtensionContext context) {
		Awaitility.setDefaultPollDelay(FIRST);
		Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(FrequentPolls::next, FIRST));
	}

	private static Duration next(Duration interval) {
		Duration longer = interval.multipliedBy(3).dividedBy(2);
		return (longer.compareTo(LONGEST) < 0) ? longer : LONGEST;
	}

}
