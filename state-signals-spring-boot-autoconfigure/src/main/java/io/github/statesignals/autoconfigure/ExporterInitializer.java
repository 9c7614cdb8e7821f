package io.github.statesignals.autoconfigure;

import java.util.List;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.SignalEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Initializes the application's exporter when all else has started, if
 * {@code state-signals.exporter.legal-events} says so: before runners and ready
 * listeners, which may publish already. Where the application starts without Redis, it
 * does so in the background as soon as Redis is there.
 */
final class ExporterInitializer implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(ExporterInitializer.class);

	private final @Nullable SignalExporter exporter;

	private final SignalEngine engine;

	private final StateSignalsProperties.Exporter properties;

	private volatile boolean running;

	ExporterInitializer(@Nullable SignalExporter exporter, SignalEngine engine,
			StateSignalsProperties.Exporter properties) {
		this.exporter = exporter;
		this.engine = engine;
		this.properties = properties;
	}

	@Override
	public void start() {
		this.running = true;
		SignalExporter exporter = this.exporter;
		List<String> legalEvents = this.properties.legalEvents();
		if (exporter == null || legalEvents == null) {
			return;
		}
		InitializationSpec initialization = exporter.initialization(legalEvents.toArray(String[]::new));
		if (this.engine.isConnected()) {
			initialize(exporter, initialization);
		}
		else {
			this.engine.connected().thenRun(() -> initialize(exporter, initialization)).exceptionally((ex) -> {
				logger.error("Could not initialize exporter '{}'", exporter.getPublisherId(), ex);
				return null;
			});
		}
	}

	private void initialize(SignalExporter exporter, InitializationSpec initialization) {
		int awaited = this.properties.awaitSubscribers();
		if (awaited == 0) {
			initialization.initialize();
		}
		else if (!initialization.initializeAndWait(awaited, this.properties.awaitTimeout())) {
			logger.warn("Exporter '{}' goes on with {} of {} subscribers after {}: {}", exporter.getPublisherId(),
					exporter.getSubscribers().size(), awaited, this.properties.awaitTimeout(),
					exporter.getSubscribers());
		}
	}

	@Override
	public void stop() {
		// The engine shuts the exporter down.
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return Integer.MAX_VALUE;
	}

}
