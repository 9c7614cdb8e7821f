package io.github.statesignals.core;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.statesignals.core.lane.MemoryBudget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.lane.Timer;

/**
 * The parts that all exporters and responders of an application share.
 *
 * @param settings the settings
 * @param outbound sends signals and responses
 * @param timer the time of publishers
 * @param executor completes futures that the application sees
 * @param callbackLanes run the application's callbacks
 * @param answers the memory of the answers' messages of all publishes in flight
 * @param interceptors the application's interceptors
 * @param counters counts messages
 * @param events publishes application events
 * @param observers provides the observer, which may depend on exporters
 */
public record EngineServices(EngineSettings settings, Outbound outbound, Timer timer, Executor executor,
		OrderedLanes callbackLanes, MemoryBudget answers, Interceptors interceptors, SignalCounters counters,
		ApplicationEvents events, Supplier<SignalObserver> observers) {

	public SignalObserver observer() {
		return this.observers.get();
	}

}
