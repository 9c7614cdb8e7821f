package io.github.statesignals.core.exporter;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.SignalObserver.Observed;
import io.github.statesignals.core.SignalObserver.Scope;
import io.github.statesignals.core.exporter.DefaultSignalSpec.Published;
import io.github.statesignals.core.exporter.ExporterState.Status;
import io.github.statesignals.core.publish.PublishOptions;
import io.github.statesignals.core.publish.SignalPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Observes the publishes of one exporter, and passes them through the interceptors. One
 * that can't be sent, in the state of the exporter or while all are stopped, fails.
 */
record ObservedPublisher(String channel, EngineServices services, BooleanSupplier stopped,
		Supplier<Subscriptions> subscriptions) {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	@SuppressWarnings("try")
	Published publish(Signal signal, ExporterState current, PublishOptions options) {
		Observed observed = this.services.observer()
			.publish(signal, this.channel, current.legalEvents().contains(signal.event()));
		try (Scope scope = observed.open()) {
			return new Published(send(observed.toSend(signal), current, options.traced(observed.trace())), observed);
		}
		catch (RuntimeException | Error ex) {
			observed.outcome(null, ex);
			observed.stop();
			throw ex;
		}
	}

	private CompletableFuture<SignalResult> send(Signal signal, ExporterState current, PublishOptions options) {
		String event = signal.event();
		if (this.stopped.getAsBoolean() || current.is(Status.WAITING)) {
			DataAccessResourceFailureException failure = new DataAccessResourceFailureException(
					"'%s' of exporter '%s' was not sent: the application %s".formatted(event, signal.publisherId(),
							this.stopped.getAsBoolean()
									? "has not started yet, or has stopped. "
											+ "Publish when it has started, such as in an ApplicationRunner, "
											+ "and before it stops, such as in a listener of ContextClosedEvent"
									: "is not connected to Redis yet"));
			this.services.counters().ended(this.channel, event, null, failure);
			return CompletableFuture.failedFuture(failure);
		}
		if (current.is(Status.SHUT_DOWN)) {
			logger.warn("Publishing '{}' of exporter '{}', which is not initialized or was shut down: no responder is "
					+ "awaited. Call initialize(\"{}\") first; state-signals.exporter.legal-events does so at the end of "
					+ "the start, for the SignalExporter bean alone", event, signal.publisherId(), event);
		}
		SignalPublisher publisher = this.subscriptions.get().publisher();
		return this.services.interceptors()
			.publish(signal, options.completion(), (actual) -> publisher.publish(actual, options));
	}

}
