package io.github.statesignals.actuate;

import java.util.List;
import java.util.Set;

import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.SignalEngine;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator endpoint {@code signals}: who publishes, who is subscribed, who answers, and
 * how much went through.
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
	 * Describe the application's exporters and responders.
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
	 * What the endpoint tells.
	 *
	 * @param connected whether signals are being heard
	 * @param exporters the initialized exporters
	 * @param responders the responders
	 * @param heard what was heard since the start
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
	 * What was heard.
	 *
	 * @param signals the signals, whoever published them
	 * @param responses the responses, whoever they were for
	 * @param malformed the payloads that were neither
	 * @param rejected the signals that were answered 'busy'
	 * @param expired the signals that came after their publisher's timeout
	 * @param repeated the signals that were heard twice, and skipped
	 * @param missed the signals that were not heard, as far as numbers tell
	 * @param unexpected the answers that did not count
	 * @param gaps the times when hearing was interrupted
	 * @param refused the announcements that a responder leaves which were not its own
	 */
	public record CountersDescriptor(long signals, long responses, long malformed, long rejected, long expired,
			long repeated, long missed, long unexpected, long gaps, long refused) {
	}

}
