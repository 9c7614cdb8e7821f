package io.github.statesignals.redis;

import java.time.Duration;

import io.github.statesignals.redis.driver.ConnectProblem;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * Remembers the last failure to connect, and logs each reason once with its remedy and
 * the time until the next attempt.
 */
final class ConnectFailures {

	private static final Logger logger = LoggerFactory.getLogger(ConnectFailures.class);

	private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

	// Longer: a refusal rarely ends by itself.
	private static final Duration REFUSED_INTERVAL = Duration.ofSeconds(10);

	private final Duration connectTimeout;

	private volatile @Nullable RuntimeException last;

	ConnectFailures(Duration connectTimeout) {
		this.connectTimeout = connectTimeout;
	}

	@Nullable RuntimeException last() {
		return this.last;
	}

	void clear() {
		this.last = null;
	}

	void record(RuntimeException ex) {
		this.last = RedisExceptions.translate(ex);
	}

	// Unless it has the reason of the one before.
	void log(RuntimeException ex, boolean starting) {
		log(ex, nextStep(ConnectProblem.of(ex).isCertain(), starting));
	}

	// While the driver connects again.
	void logOutage(RuntimeException ex) {
		log(ex, "Reconnecting in the background");
	}

	private void log(RuntimeException ex, String nextStep) {
		RuntimeException before = this.last;
		record(ex);
		if (before == null || !RedisExceptions.reason(before).equals(RedisExceptions.reason(ex))) {
			String described = SignalTransportException.describe(ex);
			warn((described != null) ? described : RedisExceptions.reason(ex), nextStep, ConnectProblem.remedy(ex));
		}
	}

	void logNoAnswer(boolean starting) {
		warn("it has not answered yet", nextStep(ConnectProblem.NO_ANSWER.isCertain(), starting),
				ConnectProblem.NO_ANSWER.remedy());
	}

	private static void warn(String reason, String nextStep, @Nullable String remedy) {
		logger.warn("Redis is not available: {}{} {}.{}", reason, reason.endsWith(".") ? "" : ".", nextStep,
				(remedy != null) ? " " + remedy : "");
	}

	private String nextStep(boolean certain, boolean starting) {
		boolean background = !starting || this.connectTimeout.isZero();
		if (certain && !background && !this.connectTimeout.isNegative()) {
			return "Not waiting for it, as that would not help";
		}
		String retrying = "Retrying every %d s".formatted((certain ? REFUSED_INTERVAL : RETRY_INTERVAL).toSeconds());
		if (background) {
			return retrying + " in the background";
		}
		return retrying
				+ (this.connectTimeout.isNegative() ? ", without limit"
						: ", for %s at most".formatted(
								DurationFormatterUtils.print(this.connectTimeout, DurationFormat.Style.COMPOSITE)))
				+ " (state-signals.connect-timeout)";
	}

	// Waiting does not help, unless Redis is configured meanwhile.
	boolean isCertain() {
		RuntimeException failure = this.last;
		return failure != null && ConnectProblem.of(failure).isCertain();
	}

	Duration retryInterval() {
		return isCertain() ? REFUSED_INTERVAL : RETRY_INTERVAL;
	}

}
