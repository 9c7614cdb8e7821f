package io.github.statesignals.actuate;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.engine.SignalEngine;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint {@code signals}: the exporters with their subscribers, the responders
 * and the counters of the application.
 *
 * @since 0.1.0
 */
@Endpoint(id = "signals")
public class SignalsEndpoint {

	// Any client of the same Redis can subscribe any number of ids.
	private static final int MAX_LISTED = 100;

	private final SignalEngine engine;

	public SignalsEndpoint(SignalEngine engine) {
		this.engine = engine;
	}

	/**
	 * Describes the exporters and responders of the application.
	 * @return a snapshot
	 */
	@ReadOperation
	public SignalsDescriptor signals() {
		Collection<? extends SignalExporter> exporters = this.engine.exporters();
		Collection<? extends SignalResponder> responders = this.engine.responders();
		SignalCounters counters = this.engine.counters();
		return new SignalsDescriptor(this.engine.isConnected(),
				exporters.stream().limit(MAX_LISTED).map(SignalsEndpoint::describe).toList(), exporters.size(),
				responders.stream().limit(MAX_LISTED).map(SignalsEndpoint::describe).toList(), responders.size(),
				new CountersDescriptor(counters.signals(), counters.responses(), counters.malformed(),
						counters.rejected(), counters.expired(), counters.repeated(), counters.missed(),
						counters.unexpected(), counters.gaps(), counters.refused(), counters.unverified()));
	}

	private static ExporterDescriptor describe(SignalExporter exporter) {
		Set<String> subscribers = exporter.getSubscribers();
		return new ExporterDescriptor(exporter.getPublisherId(),
				subscribers.stream().limit(MAX_LISTED).collect(Collectors.toCollection(LinkedHashSet::new)),
				subscribers.size());
	}

	private static ResponderDescriptor describe(SignalResponder responder) {
		return new ResponderDescriptor(responder.getName(), responder.getResponderId());
	}

	/**
	 * The response of the endpoint.
	 *
	 * @param connected whether signals are received
	 * @param exporters the initialized exporters, at most 100
	 * @param exporterCount the number of all initialized exporters
	 * @param responders the responders, at most 100
	 * @param responderCount the number of all responders
	 * @param heard the numbers of received messages since the start
	 */
	public record SignalsDescriptor(boolean connected, List<ExporterDescriptor> exporters, int exporterCount,
			List<ResponderDescriptor> responders, int responderCount, CountersDescriptor heard) {
	}

	/**
	 * An exporter.
	 *
	 * @param publisherId its id
	 * @param subscribers the ids of the responders that are subscribed, at most 100
	 * @param subscriberCount the number of all subscribed responders
	 */
	public record ExporterDescriptor(String publisherId, Set<String> subscribers, int subscriberCount) {
	}

	/**
	 * A responder.
	 *
	 * @param name its name
	 * @param responderId its id
	 */
	public record ResponderDescriptor(String name, String responderId) {
	}

	/**
	 * Numbers of received messages.
	 *
	 * @param signals signals of all publishers
	 * @param responses responses to all publishers
	 * @param malformed malformed payloads
	 * @param rejected signals that were answered 'busy'
	 * @param expired signals that were received after the timeout of their publisher
	 * @param repeated signals that were received twice and skipped the second time
	 * @param missed signals that were not received, by their sequence numbers
	 * @param unexpected responses that did not count
	 * @param gaps interruptions of the subscription
	 * @param refused forged messages: announcements that a responder leaves, numbers of
	 * signals, and messages without a valid signature where one is required
	 * @param unverified messages without a valid signature that were received all the
	 * same
	 */
	public record CountersDescriptor(long signals, long responses, long malformed, long rejected, long expired,
			long repeated, long missed, long unexpected, long gaps, long refused, long unverified) {
	}

}
