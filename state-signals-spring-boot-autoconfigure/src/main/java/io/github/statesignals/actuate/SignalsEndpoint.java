package io.github.statesignals.actuate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint {@code signals}: the exporters with their subscribers, the
 * responders, the channels and the counters of the application. Reads nothing from Redis.
 * Its extensions for web and JMX have the operations on a single exporter, responder or
 * channel; those that change anything require
 * {@code management.endpoint.signals.access=unrestricted}.
 *
 * @since 0.1.0
 */
@Endpoint(id = "signals", defaultAccess = Access.READ_ONLY)
public class SignalsEndpoint {

	// Any client of the same Redis can subscribe any number of ids.
	static final int MAX_LISTED = 100;

	private final SignalEngine engine;

	public SignalsEndpoint(SignalEngine engine) {
		this.engine = engine;
	}

	@ReadOperation
	public SignalsDescriptor signals() {
		List<DefaultSignalExporter> exporters = this.engine.exporters();
		List<DefaultSignalResponder> responders = this.engine.responders();
		SignalCounters counters = this.engine.counters();
		return new SignalsDescriptor(this.engine.isConnected(),
				exporters.stream().limit(MAX_LISTED).map(ExporterDescriptor::of).toList(), exporters.size(),
				responders.stream().limit(MAX_LISTED).map(ResponderDescriptor::of).toList(), responders.size(),
				channels(this.engine).stream()
					.limit(MAX_LISTED)
					.map((channel) -> new ChannelDescriptor(channel,
							this.engine.services().outbound().isDurable(channel)))
					.toList(),
				new CountersDescriptor(counters.signals.sum(), counters.responses.sum(), counters.malformed.sum(),
						counters.rejected.sum(), counters.expired.sum(), counters.repeated.sum(), counters.missed.sum(),
						counters.unexpected(), counters.gaps.sum(), counters.refused(), counters.unverified.sum()));
	}

	static SortedSet<String> channels(SignalEngine engine) {
		return Stream
			.concat(engine.exporters().stream().map(DefaultSignalExporter::getChannel),
					engine.responders().stream().map(DefaultSignalResponder::getChannel))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	static Set<String> first(Set<String> names) {
		return names.stream().limit(MAX_LISTED).collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/**
	 * The response of the endpoint. Each list has at most 100.
	 */
	public record SignalsDescriptor(boolean connected, List<ExporterDescriptor> exporters, int exporterCount,
			List<ResponderDescriptor> responders, int responderCount, List<ChannelDescriptor> channels,
			CountersDescriptor heard) {
	}

	public record ExporterDescriptor(String publisherId, String processName, String channel, Set<String> legalEvents,
			int inFlight, Set<String> subscribers, int subscriberCount) {

		static ExporterDescriptor of(DefaultSignalExporter exporter) {
			Set<String> subscribers = exporter.getSubscribers();
			return new ExporterDescriptor(exporter.getPublisherId(), exporter.getProcessName(), exporter.getChannel(),
					first(exporter.getLegalEvents()), exporter.subscriptions().publisher().inFlight(),
					first(subscribers), subscribers.size());
		}

	}

	public record ResponderDescriptor(String name, String responderId, String channel, int unanswered) {

		static ResponderDescriptor of(DefaultSignalResponder responder) {
			return new ResponderDescriptor(responder.getName(), responder.getResponderId(), responder.getChannel(),
					responder.unanswered());
		}

	}

	public record ChannelDescriptor(String name, boolean durable) {
	}

	public record CountersDescriptor(long signals, long responses, long malformed, long rejected, long expired,
			long repeated, long missed, long unexpected, long gaps, long refused, long unverified) {
	}

}
