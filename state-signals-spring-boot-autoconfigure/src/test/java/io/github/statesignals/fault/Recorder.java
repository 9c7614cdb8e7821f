package io.github.statesignals.fault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalsMissedEvent;

import org.springframework.context.event.EventListener;

/**
 * Handles the signals of the tests of this package, and records their order.
 */
class Recorder {

	static final String EVENT = "recorded";

	private final List<Integer> samples = new CopyOnWriteArrayList<>();

	private final List<SignalsMissedEvent> missed = new CopyOnWriteArrayList<>();

	@OnSignal(event = EVENT)
	void record(Signal signal) {
		this.samples.add((int) signal.sampleNo());
	}

	@EventListener
	void missed(SignalsMissedEvent event) {
		this.missed.add(event);
	}

	List<SignalsMissedEvent> missed() {
		return this.missed;
	}

	List<Integer> samples() {
		return this.samples;
	}

}
