package io.github.statesignals.sample.snippets;

import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;

class TypedSignalSnippets {

	private static final Logger logger = LoggerFactory.getLogger(TypedSignalSnippets.class);

	private final SignalExporter exporter;

	private final ApplicationEventPublisher events;

	TypedSignalSnippets(SignalExporter exporter, ApplicationEventPublisher events) {
		this.exporter = exporter;
		this.events = events;
	}

	// tag::types[]
	record Ready() {
	}

	record Bork(String reason) {
	}
	// end::types[]

	// tag::emit[]
	void install() {
		try {
			installEverything();
			this.exporter.emit(new Ready());
		}
		catch (InstallationException ex) {
			// Tell the remote end that this one is bork.
			this.exporter.emit(new Bork(ex.getMessage()));
		}
	}
	// end::emit[]

	// tag::observe[]
	@OnSignal
	void onRemoteReady(Ready ready) {
		logger.info("The remote end is ready");
	}

	@OnSignal
	void onRemoteBork(Bork bork) {
		logger.info("The remote end is bork because {}", bork.reason());
	}
	// end::observe[]

	// tag::family[]
	sealed interface Alarm permits Fire, Flood {

	}

	record Fire(String where) implements Alarm {
	}

	record Flood(int level) implements Alarm {
	}

	@OnSignal
	void onAlarm(Alarm alarm) {
		logger.warn("{}", alarm);
	}
	// end::family[]

	// tag::bridge[]
	@SignalEvent(bridge = true)
	record StockChanged(String sku, int left) {
	}
	// end::bridge[]

	// tag::bridged[]
	void sell(String sku, int left) {
		this.events.publishEvent(new StockChanged(sku, left));
	}

	@EventListener
	void on(StockChanged changed) {
		logger.info("{} left of {}", changed.left(), changed.sku());
	}
	// end::bridged[]

	private void installEverything() {
		throw new InstallationException("no disk");
	}

	@SuppressWarnings("serial")
	static class InstallationException extends RuntimeException {

		InstallationException(String message) {
			super(message);
		}

	}

}
