package io.github.statesignals.fault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

/**
 * Handles what the tests of this package publish, and remembers in which order.
 */
class Recorder {

	static final String EVENT = "recorded";

	private final List<Integer> samples = new CopyOnWriteArrayList<>();

	@OnSignal(event = EVENT)
	void record(Signal signal) {
		this.samples.add((int) signal.sampleNo());
	}

	List<Integer> samples() {
		return this.samples;
	}

}
