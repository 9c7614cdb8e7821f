package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Signal;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Delivery;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Start;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Refuses property values that bind and are invalid, with the property and the remedy.
 */
final class PropertyChecks {

	private static final DataSize LARGEST_PAYLOAD = DataSize.ofMegabytes(512);

	private static final String CHANNEL_NAME = "The name of a channel consists of letters, digits, '.', '_' and '-', "
			+ "128 at most.";

	private PropertyChecks() {
	}

	static void check(StateSignalsProperties properties) {
		String channel = properties.channel();
		if (channel != null && !SignalTransport.isChannelName(channel)) {
			throw invalid("channel", channel, CHANNEL_NAME);
		}
		if (properties.heartbeatInterval().isNegative()) {
			throw invalid("heartbeat-interval", properties.heartbeatInterval(),
					"It must not be negative: 0 disables the heartbeat.");
		}
		for (Map.Entry<String, Channel> named : properties.channels().entrySet()) {
			checkChannel(named.getKey(), named.getValue(), properties);
		}
		checkExporter(properties.exporter());
		checkResponder(properties.responder());
		checkMaxPayload(properties.protocol().maxPayload());
	}

	private static void checkExporter(StateSignalsProperties.Exporter exporter) {
		notBlank("exporter.process-name", exporter.processName(), "Name the process, or remove the property.");
		notBlank("exporter.runner-host", exporter.runnerHost(), "Name the host, or remove the property.");
		if (exporter.legalEvents() != null) {
			checkLegalEvents(exporter.legalEvents());
		}
		for (String responderId : exporter.expectedResponders()) {
			notBlank("exporter.expected-responders", responderId, "Remove the blank id.");
		}
		notNegative("exporter.await-subscribers", exporter.awaitSubscribers(), "0 does not wait");
		if (exporter.awaitSubscribers() > 0 && exporter.legalEvents() == null) {
			throw invalid("exporter.await-subscribers", exporter.awaitSubscribers(),
					"Subscribers are awaited only if the exporter is initialized at start-up: "
							+ "set 'state-signals.exporter.legal-events', too.");
		}
		positive("exporter.republish-interval", exporter.republishInterval());
		if (exporter.responseTimeout().isZero()) {
			throw invalid("exporter.response-timeout", exporter.responseTimeout(),
					"No answer can arrive within it. Set a positive duration, or a negative one to wait indefinitely.");
		}
		notNegative("exporter.evict-after-missed", exporter.evictAfterMissed(), "0 always awaits every subscriber");
		if (exporter.probeAfter().isNegative()) {
			throw invalid("exporter.probe-after", exporter.probeAfter(), "It must not be negative: 0 never probes.");
		}
		if (exporter.maxPending() < 1) {
			throw invalid("exporter.max-pending", exporter.maxPending(), "It must be at least 1.");
		}
	}

	private static void checkResponder(StateSignalsProperties.Responder responder) {
		notBlank("responder.name", responder.name(), "Name the responder, or remove the property.");
		notBlank("responder.lock-publisher", responder.lockPublisher(),
				"Set the publisher's id, or remove the property to receive from all publishers.");
		notBlank("responder.lock-tag", responder.lockTag(),
				"Set the tag, or remove the property to receive signals with any tag.");
		if (responder.queueCapacity() < 1) {
			throw invalid("responder.queue-capacity", responder.queueCapacity(), "It must be at least 1.");
		}
		if (responder.totalQueueCapacity() < responder.queueCapacity()) {
			throw invalid("responder.total-queue-capacity", responder.totalQueueCapacity(),
					"It must not be less than the capacity for one publisher: increase it, or reduce "
							+ "'state-signals.responder.queue-capacity' (%d).".formatted(responder.queueCapacity()));
		}
	}

	private static void checkMaxPayload(DataSize maxPayload) {
		if (maxPayload.toBytes() < 1024) {
			throw invalid("protocol.max-payload", maxPayload,
					"A signal with metadata would exceed it: set at least 1KB.");
		}
		if (maxPayload.compareTo(LARGEST_PAYLOAD) > 0) {
			throw invalid("protocol.max-payload", maxPayload, "Redis accepts messages of at most 512MB.");
		}
	}

	private static void checkChannel(String name, Channel channel, StateSignalsProperties properties) {
		if (name.isEmpty() || !SignalTransport.isChannelName(name)) {
			throw invalid("channels.[" + name + "].delivery", channel.delivery(),
					CHANNEL_NAME + " A name with a dot is written in brackets: 'channels.[a.b].delivery'.");
		}
		positive("channels." + name + ".retention", channel.retention());
		if (channel.delivery() != Delivery.DURABLE) {
			if (channel.start() != Start.NEW) {
				throw invalid("channels." + name + ".start", channel.start().name().toLowerCase(Locale.ROOT),
						"Only a durable channel has earlier signals: remove it, or set 'state-signals.channels." + name
								+ ".delivery=durable'.");
			}
			return;
		}
		if (properties.protocol().extensions() == Extensions.OFF) {
			throw invalid("channels." + name + ".delivery", "durable",
					"A durable channel needs the extensions of the protocol: remove 'state-signals.protocol.extensions', "
							+ "or set it to 'negotiated'.");
		}
		if (name.equals(properties.channel())
				&& (properties.responder().lockPublisher() != null || properties.responder().lockTag() != null)) {
			throw invalid("channels." + name + ".delivery", "durable",
					"A durable channel stores every signal for every responder, and no responder can be locked: remove "
							+ "'state-signals.responder.lock-publisher' and 'lock-tag'.");
		}
	}

	private static void checkLegalEvents(List<String> events) {
		String name = "exporter.legal-events";
		if (events.isEmpty()) {
			throw invalid(name, "", "Name at least one event, or remove the property to initialize in code.");
		}
		Set<String> seen = new HashSet<>();
		for (String event : events) {
			notBlank(name, event, "Remove the blank event.");
			if (Signal.isReserved(event)) {
				throw invalid(name, events,
						"'%s' is reserved and sent by the exporter itself: remove it.".formatted(event));
			}
			if (!seen.add(event)) {
				throw invalid(name, events, "'%s' is named twice: remove one of them.".formatted(event));
			}
		}
	}

	private static void notBlank(String name, @Nullable String value, String remedy) {
		if (value != null && value.isBlank()) {
			throw invalid(name, value, "It must not be blank. " + remedy);
		}
	}

	private static void notNegative(String name, int value, String zero) {
		if (value < 0) {
			throw invalid(name, value, "It must not be negative: %s.".formatted(zero));
		}
	}

	private static void positive(String name, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw invalid(name, value, "It must be positive, such as 1s.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, @Nullable Object value,
			String reason) {
		return new InvalidConfigurationPropertyValueException("state-signals." + name, value, reason);
	}

}
