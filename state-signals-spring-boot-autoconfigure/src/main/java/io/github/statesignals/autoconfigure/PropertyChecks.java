package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.statesignals.Signal;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Delivery;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.unit.DataSize;

/**
 * Refuses property values that bind and are invalid, with the property and the remedy,
 * and warns about those that have no effect in combination with others. Durations that
 * are too short to be intended most often lack the unit, so that a number counts
 * milliseconds.
 */
record PropertyChecks(StateSignalsProperties properties, Binder binder) {

	private static final Logger logger = LoggerFactory.getLogger(StateSignalsProperties.class);

	private static final String PREFIX = "state-signals";

	static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}:]+)[^}]*}");

	private static final Pattern INDEX_OR_DOTTED = Pattern.compile("\\d+|.*\\..*");

	// Boot takes no value for the default one, which may be the opposite of the intended.
	private static final Pattern CHOICE = Pattern.compile("(?i)" + PREFIX + "\\.(signing\\.mode|protocol\\.extensions|"
			+ "responder\\.(?:unhandled|expired)|channels(?:\\.[^.]+|\\[.+])\\.(?:delivery|start|signing))");

	private static final DataSize LARGEST_PAYLOAD = DataSize.ofMegabytes(512);

	private static final String CHANNEL_NAME = "The name of a channel consists of letters, digits, '.', '_' and '-', "
			+ "128 at most. 'default' stands for the channel without a name.";

	// No application starts, and no Redis recovers, in less.
	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration TENTH = Duration.ofMillis(100);

	private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

	private static final Duration SHORTEST_RETENTION = Duration.ofMinutes(1);

	void check() {
		StateSignalsProperties properties = this.properties;
		BindResult<?> values = this.binder.bind(PREFIX, Bindable.mapOf(String.class, Object.class));
		if (values.isBound()) {
			checkPlaceholders(PREFIX, values.get());
		}
		String channel = properties.getChannel();
		check(channel == null || SignalTransport.isChannelName(channel), "channel", channel, CHANNEL_NAME);
		checkUnit("connect-timeout", properties.getConnectTimeout(), SECOND);
		notNegative("heartbeat-interval", properties.getHeartbeatInterval(), Duration.ZERO, "disables the heartbeat");
		checkInterval("heartbeat-interval", properties.getHeartbeatInterval(), ", or 0 for no heartbeat");
		for (Map.Entry<String, Channel> named : properties.getChannels().entrySet()) {
			checkChannel(named.getKey(), named.getValue());
		}
		checkExporter(properties.getExporter());
		checkResponder(properties.getResponder());
		checkMaxPayload(properties.getProtocol().getMaxPayload());
		checkUnit("signing.clock-tolerance", properties.getSigning().getClockTolerance(), SECOND);
		positive("signing.clock-tolerance", properties.getSigning().getClockTolerance());
		warnOfKeys(properties.getSigning());
	}

	// Boot leaves a placeholder without a value as it is: all applications would have the
	// same name, or a secret that is easy to guess. Not with the value, which may be one.
	private static void checkPlaceholders(String name, Object value) {
		if (value instanceof Map<?, ?> group) {
			group.forEach((key, nested) -> checkPlaceholders(
					name + (INDEX_OR_DOTTED.matcher((String) key).matches() ? "[" + key + "]" : "." + key), nested));
			return;
		}
		Matcher choice = CHOICE.matcher(name);
		if (choice.matches()) {
			notBlank(choice.group(1), value.toString(), "Set a value, or remove the property.");
		}
		Matcher placeholder = PLACEHOLDER.matcher(value.toString());
		if (placeholder.find()) {
			throw new FailureAnalyzedException(
					"The property '%s' has the placeholder '%s', which is not resolved.".formatted(name,
							placeholder.group()),
					"Define '%1$s', or give the placeholder a default: ${%1$s:default}."
						.formatted(placeholder.group(1)));
		}
	}

	// An explicit 'off' is meant.
	private void warnOfKeys(StateSignalsProperties.Signing signing) {
		if ((signing.getKey() != null || signing.getFile() != null || !signing.getKeys().isEmpty())
				&& !this.properties.hasSignedChannel()
				&& !this.binder.bind("state-signals.signing.mode", String.class).isBound()) {
			logger.warn("The keys of 'state-signals.signing' are ignored, because no channel is signed. "
					+ "Set 'state-signals.signing.mode' to require or verify, or to off to hide this warning");
		}
	}

	private void checkExporter(StateSignalsProperties.Exporter exporter) {
		notBlank("exporter.process-name", exporter.getProcessName(), "Name the process, or remove the property.");
		notBlank("exporter.runner-host", exporter.getRunnerHost(), "Name the host, or remove the property.");
		if (exporter.getLegalEvents() != null) {
			checkLegalEvents(exporter.getLegalEvents());
		}
		if (exporter.getExpectedResponders() != null) {
			for (String responderId : exporter.getExpectedResponders()) {
				notBlank("exporter.expected-responders", responderId, "Remove the blank id.");
				check(responderId.length() <= SignalTransport.MAX_TEXT_LENGTH, "exporter.expected-responders",
						responderId, "Shorten it: no responder has an id of more than 1,024 characters.");
			}
		}
		notNegative("exporter.await-subscribers", exporter.getAwaitSubscribers(), 0, "does not wait");
		check(exporter.getAwaitSubscribers() <= 0 || exporter.getLegalEvents() != null, "exporter.await-subscribers",
				exporter.getAwaitSubscribers(),
				"Subscribers are awaited only if the exporter is initialized at start-up: "
						+ "set 'state-signals.exporter.legal-events', too.");
		checkUnit("exporter.await-timeout", exporter.getAwaitTimeout(), SECOND);
		positive("exporter.republish-interval", exporter.getRepublishInterval());
		checkInterval("exporter.republish-interval", exporter.getRepublishInterval(), "");
		check(!exporter.getResponseTimeout().isZero(), "exporter.response-timeout", exporter.getResponseTimeout(),
				"No answer can arrive within it. Set a positive duration, or a negative one to wait indefinitely.");
		checkUnit("exporter.response-timeout", exporter.getResponseTimeout(), TENTH);
		notNegative("exporter.evict-after-missed", exporter.getEvictAfterMissed(), 0, "always awaits every subscriber");
		notNegative("exporter.probe-after", exporter.getProbeAfter(), Duration.ZERO, "never probes");
		checkUnit("exporter.probe-after", exporter.getProbeAfter(), TENTH);
		atLeastOne("exporter.max-pending", exporter.getMaxPending());
	}

	private static void checkResponder(StateSignalsProperties.Responder responder) {
		notBlank("responder.name", responder.getName(), "Name the responder, or remove the property.");
		notBlank("responder.lock-publisher", responder.getLockPublisher(),
				"Set the publisher's id, or remove the property to receive from all publishers.");
		notBlank("responder.lock-tag", responder.getLockTag(),
				"Set the tag, or remove the property to receive signals with any tag.");
		atLeastOne("responder.queue-capacity", responder.getQueueCapacity());
		check(responder.getTotalQueueCapacity() >= responder.getQueueCapacity(), "responder.total-queue-capacity",
				responder.getTotalQueueCapacity(),
				"It must not be less than the capacity for one publisher: increase it, or reduce "
						+ "'state-signals.responder.queue-capacity' (%d).",
				responder.getQueueCapacity());
	}

	private static void checkMaxPayload(DataSize maxPayload) {
		check(maxPayload.toBytes() >= 1024, "protocol.max-payload", maxPayload,
				"A signal with metadata would exceed it: set at least 1KB.");
		check(maxPayload.compareTo(LARGEST_PAYLOAD) <= 0, "protocol.max-payload", maxPayload,
				"Redis accepts messages of at most 512MB.");
	}

	private void checkChannel(String name, Channel channel) {
		if (name.isEmpty() || !SignalTransport.isChannelName(name)) {
			Map.Entry<?, ?> set = anyProperty(name);
			check(false, "channels.[" + name + "]." + set.getKey(), set.getValue(),
					CHANNEL_NAME + " A name with a dot is written in brackets: 'channels.[a.b].delivery'.");
		}
		String property = "channels." + LogText.propertyKey(name);
		Duration retention = channel.retention();
		if (retention != null) {
			positive(property + ".retention", retention);
			check(retention.compareTo(SHORTEST_RETENTION) >= 0, property + ".retention", retention,
					"A stored signal would be deleted before a responder has restarted: set at least 1m. A number without a unit "
							+ "counts milliseconds: set 7d for seven days, not 7.");
		}
		if (channel.delivery() != Delivery.DURABLE) {
			check(channel.start() == Start.NEW, property + ".start", channel.start().name().toLowerCase(Locale.ROOT),
					"Only a durable channel has earlier signals: remove it, or set 'state-signals.%s.delivery=durable'.",
					property);
			if (retention != null) {
				logger.warn(
						"The property 'state-signals.{}.retention' is ignored, because the channel is not durable and stores no signals. "
								+ "Set 'state-signals.{}.delivery' to durable, or remove it",
						property, property);
			}
			return;
		}
		check(this.properties.getProtocol().getExtensions() != Extensions.OFF, property + ".delivery", "durable",
				"A durable channel needs the extensions of the protocol: remove 'state-signals.protocol.extensions', "
						+ "or set it to 'negotiated'.");
		StateSignalsProperties.Responder responder = this.properties.getResponder();
		check(!name.equals(this.properties.getChannel())
				|| (responder.getLockPublisher() == null && responder.getLockTag() == null), property + ".delivery",
				"durable",
				"A durable channel stores every signal for every responder, and no responder can be locked: remove "
						+ "'state-signals.responder.lock-publisher' and 'lock-tag'.");
	}

	private Map.Entry<?, ?> anyProperty(String channel) {
		Map<?, ?> channels = this.binder.bind(PREFIX + ".channels", Bindable.mapOf(String.class, Object.class))
			.orElse(Map.of());
		return (channels.get(channel) instanceof Map<?, ?> set) ? set.entrySet().iterator().next()
				: Map.entry("delivery", "");
	}

	private static void checkLegalEvents(List<String> events) {
		String name = "exporter.legal-events";
		check(!events.isEmpty(), name, "", "Name at least one event, or remove the property to initialize in code.");
		Set<String> seen = new HashSet<>();
		for (String event : events) {
			notBlank(name, event, "Remove the blank event.");
			check(!Signal.isReserved(event), name, events,
					"'%s' is reserved and sent by the exporter itself: remove it.", event);
			check(seen.add(event), name, events, "'%s' is named twice: remove one of them.", event);
		}
	}

	private static void notBlank(String name, @Nullable String value, String remedy) {
		check(value == null || !value.isBlank(), name, value, "It must not be blank. %s", remedy);
	}

	private void checkInterval(String name, Duration interval, String alternative) {
		checkUnit(name, interval, TENTH);
		check(interval.isZero() || interval.compareTo(SHORTEST_INTERVAL) >= 0, name, interval,
				"It would send more than 100 messages a second: set at least 10ms%s.", alternative);
	}

	private void checkUnit(String name, Duration value, Duration shortest) {
		if (value.compareTo(shortest) >= 0 || value.isZero() || value.isNegative()) {
			return;
		}
		String written = this.binder.bind("state-signals." + name, String.class).orElse("");
		check(!written.matches("\\+?\\d+"), name, written,
				"A number without a unit counts milliseconds, and %1$s ms is too short: set %1$ss, or %1$sms if this is intended.",
				written);
	}

	private static void atLeastOne(String name, int value) {
		check(value >= 1, name, value, "It must be at least 1.");
	}

	private static <T extends Comparable<T>> void notNegative(String name, T value, T zero, String meaning) {
		check(value.compareTo(zero) >= 0, name, value, "It must not be negative: 0 %s.", meaning);
	}

	private static void positive(String name, Duration value) {
		check(!value.isNegative() && !value.isZero(), name, value, "It must be positive, such as 1s.");
	}

	private static void check(boolean valid, String name, @Nullable Object value, String reason, Object... arguments) {
		if (!valid) {
			throw new InvalidConfigurationPropertyValueException("state-signals." + name, value,
					reason.formatted(arguments));
		}
	}

}
