package io.github.statesignals.test;

import java.time.Duration;
import java.util.List;

import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.SignalEngine;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.unit.DataSize;

/**
 * Another application on the broker of the tested one, with a separate engine.
 */
record Peer(InMemoryTransport transport, SignalEngine engine) {

	private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

	static Peer of(InMemoryBroker broker, EngineSettings tested, DataSize maxPayload, JsonMapper mapper,
			boolean respond) {
		InMemoryTransport transport = new InMemoryTransport(broker, maxPayload,
				tested.extensions() != EngineSettings.Extensions.OFF);
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("signal-scenario-");
		executor.setDaemon(true);
		executor.setTaskDecorator(broker::inFlight);
		return new Peer(transport,
				new SignalEngine(transport, settings(tested, respond), executor, mapper, List::of, (event) -> {
				}, broker.clock().timer(), () -> SignalObserver.NONE));
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

	// Ends as an application that stops, also if its process was killed in between: then
	// its responders are not awaited by later tests.
	void close() {
		this.transport.cut(false);
		this.engine.close();
	}

}
