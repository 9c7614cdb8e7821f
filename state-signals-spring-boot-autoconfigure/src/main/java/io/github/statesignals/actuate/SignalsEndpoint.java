package io.github.statesignals.actuate;

import java.util.List;
import java.util.Set;

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
		List<ExporterDescriptor> exporters = this.engine.exporters()
			.stream()
			.map((exporter) -> new ExporterDescriptor(exporter.getPublisherId(), exporter.getSubscribers()))
			.toList();
		List<ResponderDescriptor> responders = this.engine.responders()
			.stream()
			.map((responder) -> new ResponderDescriptor(responder.getName(), responder.getResponderId()))
			.toList();
		SignalCounters counters = this.engine.counters();
		return new SignalsDescriptor(this.engine.isConnected(), exporters, responders,
				new CountersDescriptor(counters.signals(), counters.responses(), counters.malformed(),
						counters.rejected(), counters.expired(), counters.repeated(), counters.missed(),
						counters.unexpected(), counters.gaps(), counters.refused()));
	}

	/**
	 * The response of the endpoint.
	 *
	 * @param connected whether signals are received
	 * @param exporters the initialized exporters
	 * @param responders the responders
	 * @param heard the numbers of received messages since the start
	 */
	public record SignalsDescriptor(boolean connected, List<ExporterDescriptor> exporters,
			List<ResponderDescriptor> responders, CountersDescriptor heard) {
	}

	/**
	 * An exporter.
	 *
	 * @param publisherId its id
	 * @param subscribers the ids of the responders that are subscribed
	 */
	public record ExporterDescriptor(String publisherId, Set<String> subscribers) {
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
	 * @param refused forged announcements that a responder leaves
	 */
	public record CountersDescriptor(long signals, long responses, long malformed, long rejected, long expired,
			long repeated, long missed, long unexpected, long gaps, long refused) {
	}

}
