package io.github.statesignals.core;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.statesignals.core.lane.MemoryBudget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.lane.Timer;

/**
 * The parts that all exporters and responders of an application share.
 */
public record EngineServices(EngineSettings settings, Outbound outbound, Timer timer, Executor executor,
		OrderedLanes callbackLanes, MemoryBudget answers, Interceptors interceptors, SignalCounters counters,
		ApplicationEvents events, Supplier<SignalObserver> observers) {

	public SignalObserver observer() {
		return this.observers.get();
	}

}
