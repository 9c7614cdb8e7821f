package io.github.statesignals.core;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.lane.Timer;

/**
 * The parts that all exporters and responders of an application share, and the ids of its
 * exporters that are still in use.
 */
public record EngineServices(EngineSettings settings, Outbound outbound, Timer timer, Executor executor,
		OrderedLanes lanes, OrderedLanes callbackLanes, Budget answers, Interceptors interceptors,
		SignalCounters counters, ApplicationEvents events, Supplier<SignalObserver> observers, Set<String> ownIds) {

	public SignalObserver observer() {
		return this.observers.get();
	}

}
