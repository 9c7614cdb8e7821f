package io.github.statesignals.autoconfigure;

import io.github.statesignals.core.SignalEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Logs once, when the application has started and is connected, which responders handle
 * which events and what is published.
 */
final class StartupLogger implements ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	private final ApplicationContext context;

	private final SignalEngine engine;

	StartupLogger(ApplicationContext context, SignalEngine engine) {
		this.context = context;
		this.engine = engine;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		// Those of child contexts come here, too.
		if (event.getApplicationContext() != this.context) {
			return;
		}
		if (this.engine.isConnected()) {
			log();
		}
		else {
			this.engine.connected().thenRun(this::log);
		}
	}

	private void log() {
		String description = this.engine.describe();
		if (!description.isEmpty()) {
			logger.info("Signals: {}", description);
		}
	}

}
