package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;

import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Refuses durations that bind and are too short to be intended. Most often the unit is
 * missing, so that a number counts milliseconds.
 */
final class DurationChecks {

	private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);

	private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

	// No application starts, and no Redis recovers, in less.
	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration TENTH = Duration.ofMillis(100);

	private static final Pattern WITHOUT_UNIT = Pattern.compile("\\+?\\d+");

	private final Binder binder;

	private DurationChecks(Binder binder) {
		this.binder = binder;
	}

	static void check(StateSignalsProperties properties, Binder binder) {
		DurationChecks checks = new DurationChecks(binder);
		checks.check("connect-timeout", properties.connectTimeout(), SECOND);
		checks.checkInterval("heartbeat-interval", properties.heartbeatInterval(), ", or 0 for no heartbeat");
		checks.check("exporter.await-timeout", properties.exporter().awaitTimeout(), SECOND);
		checks.checkInterval("exporter.republish-interval", properties.exporter().republishInterval(), "");
		checks.check("exporter.response-timeout", properties.exporter().responseTimeout(), TENTH);
		checks.check("exporter.probe-after", properties.exporter().probeAfter(), TENTH);
		for (Map.Entry<String, Channel> channel : properties.channels().entrySet()) {
			checkRetention("channels." + channel.getKey() + ".retention", channel.getValue().retention());
		}
	}

	private static void checkRetention(String name, Duration retention) {
		if (retention.compareTo(SHORTEST_RETENTION) < 0) {
			throw invalid(name, retention,
					"A stored signal would be deleted before a responder has restarted: set at least 1m. A number without a unit "
							+ "counts milliseconds: set 7d for seven days, not 7.");
		}
	}

	private void checkInterval(String name, Duration interval, String alternative) {
		check(name, interval, TENTH);
		if (interval.compareTo(SHORTEST_INTERVAL) < 0 && !interval.isZero()) {
			throw invalid(name, interval,
					"It would send more than 100 messages a second: set at least 10ms%s.".formatted(alternative));
		}
	}

	private void check(String name, Duration value, Duration shortest) {
		BindResult<String> bound = this.binder.bind("state-signals." + name, String.class);
		String written = bound.isBound() ? bound.get().strip() : "";
		if (value.compareTo(Duration.ZERO) > 0 && value.compareTo(shortest) < 0
				&& WITHOUT_UNIT.matcher(written).matches()) {
			throw invalid(name, written,
					"A number without a unit counts milliseconds, and %s ms is too short: set %ss, or %sms if this is intended."
						.formatted(written, written, written));
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException("state-signals." + name, value, reason);
	}

}
