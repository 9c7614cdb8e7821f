package io.github.statesignals.test;

import java.time.Duration;
import java.util.List;

import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.lane.Timer;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.unit.DataSize;

/**
 * Another application on the broker of the tested one, with a separate engine.
 */
final class Peer {

	private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

	private final InMemoryTransport transport;

	private final Timer timer;

	private final SignalEngine engine;

	Peer(InMemoryBroker broker, EngineSettings tested, DataSize maxPayload, JsonMapper mapper, boolean respond) {
		this.transport = broker.transport(maxPayload, tested.extensions() != EngineSettings.Extensions.OFF);
		this.timer = broker.clock().timer();
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("signal-scenario-");
		executor.setDaemon(true);
		executor.setTaskDecorator(broker::inFlight);
		this.engine = new SignalEngine(this.transport, settings(tested, respond), executor, mapper, List::of,
				(event) -> {
				}, this.timer, () -> SignalObserver.NONE);
	}

	private static EngineSettings settings(EngineSettings tested, boolean respond) {
		EngineSettings.Exporters exporters = tested.exporters();
		EngineSettings.Responders responders = tested.responders();
		return new EngineSettings(tested.channel(), tested.extensions(),
				new EngineSettings.Exporters(exporters.runnerHost(), List.of(), exporters.republishInterval(),
						exporters.responseTimeout(), 0, exporters.probeAfter(), exporters.maxPending()),
				new EngineSettings.Responders("test", respond, responders.unhandled(), responders.expired(), null, null,
						true, responders.queueCapacity(), responders.totalQueueCapacity()),
				DRAIN_TIMEOUT);
	}

	InMemoryTransport transport() {
		return this.transport;
	}

	Timer timer() {
		return this.timer;
	}

	SignalEngine engine() {
		return this.engine;
	}

	// Ends as an application that stops, also if its process was killed in between: then
	// its responders are not awaited by later tests.
	void close() {
		this.transport.cut(false);
		this.engine.close();
	}

}
