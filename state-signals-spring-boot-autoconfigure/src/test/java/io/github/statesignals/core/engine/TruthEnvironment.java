package io.github.statesignals.core.engine;

import java.time.Duration;

import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.SignalTransport;

/**
 * Where a situation takes place.
 */
interface TruthEnvironment {

	/**
	 * Returns the time, which runs scheduled tasks one after the other.
	 * @return the time
	 */
	Timer timer();

	/**
	 * Returns how long one unit of the situation takes.
	 * @return the duration
	 */
	Duration unit();

	/**
	 * Returns by how much a real clock may be late.
	 * @return zero where the time is turned by hand
	 */
	Duration slack();

	/**
	 * Whether all tasks ran in time, so that no responder was slow for that reason.
	 * @return {@code false} if the machine had too much other work
	 */
	boolean isPunctual();

	String channel();

	SignalTransport createTransport();

	SignalEngine createEngine(SignalTransport transport, EngineSettings settings);

}
