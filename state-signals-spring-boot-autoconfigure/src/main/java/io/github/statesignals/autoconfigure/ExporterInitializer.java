package io.github.statesignals.autoconfigure;

import java.util.List;
import java.util.function.BooleanSupplier;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.SmartLifecycle;

/**
 * Initializes the application's exporter with
 * {@code state-signals.exporter.legal-events}: in the last phase, and so before runners
 * and ready listeners, which may publish. Without Redis at start, that happens in the
 * background with the first connection. When the application is stopped and started
 * again, the engine restores the exporter, and only waiting for subscribers is repeated
 * here.
 */
final class ExporterInitializer implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(ExporterInitializer.class);

	private final @Nullable SignalExporter exporter;

	private final SignalEngine engine;

	private final StateSignalsProperties.Exporter properties;

	private volatile State state = State.NEW;

	ExporterInitializer(@Nullable SignalExporter exporter, SignalEngine engine,
			StateSignalsProperties.Exporter properties) {
		this.exporter = exporter;
		this.engine = engine;
		this.properties = properties;
	}

	@Override
	public void start() {
		boolean first = this.state == State.NEW;
		this.state = State.RUNNING;
		SignalExporter exporter = this.exporter;
		List<String> legalEvents = this.properties.getLegalEvents();
		if (exporter == null || legalEvents == null) {
			return;
		}
		if (first) {
			initialize(exporter, legalEvents);
		}
		else if (this.properties.getAwaitSubscribers() > 0) {
			whenConnected(exporter, () -> this.engine.awaitSubscribers(exporter, this.properties.getAwaitSubscribers(),
					this.properties.getAwaitTimeout()));
		}
	}

	private void initialize(SignalExporter exporter, List<String> legalEvents) {
		InitializationSpec initialization = exporter.initialization(legalEvents.toArray(new String[0]));
		if (initialization == null) {
			logger.debug("The SignalExporter bean is a mock: it is not initialized");
		}
		else if (this.properties.getAwaitSubscribers() == 0) {
			// The engine does it later if the application is not connected yet.
			initialization.initialize();
		}
		else {
			whenConnected(exporter, () -> initialization.initializeAndWait(this.properties.getAwaitSubscribers(),
					this.properties.getAwaitTimeout()));
		}
	}

	private void whenConnected(SignalExporter exporter, BooleanSupplier wait) {
		if (this.engine.isConnected()) {
			try {
				await(exporter, wait);
			}
			catch (IllegalStateException ex) {
				// Not set again: beans are destroyed on this thread next, and may wait.
				if (Thread.interrupted()) {
					throw new FailureAnalyzedException(
							"Too few responders were subscribed" + SignalTransportException.INTERRUPTED + ".",
							"Start responders of the events, or reduce 'state-signals.exporter.await-subscribers'.");
				}
				throw ex;
			}
			return;
		}
		this.engine.connected().thenRun(() -> await(exporter, wait)).exceptionally((ex) -> {
			logger.error("Could not initialize exporter '{}'", exporter.getPublisherId(), ex);
			return null;
		});
	}

	private void await(SignalExporter exporter, BooleanSupplier wait) {
		if (!wait.getAsBoolean()) {
			logger.warn(
					"Exporter '{}' has {} of {} subscribers after {} (state-signals.exporter.await-timeout), and does not wait longer: {}",
					exporter.getPublisherId(), exporter.getSubscribers().size(), this.properties.getAwaitSubscribers(),
					this.properties.getAwaitTimeout(), exporter.getSubscribers());
		}
	}

	@Override
	public void stop() {
		// The engine shuts the exporter down.
		this.state = State.STOPPED;
	}

	@Override
	public boolean isRunning() {
		return this.state == State.RUNNING;
	}

	@Override
	public int getPhase() {
		return Integer.MAX_VALUE;
	}

	private enum State {

		NEW, RUNNING, STOPPED

	}

}
