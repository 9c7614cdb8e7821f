package io.github.statesignals.benchmarks.signalling;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The plain application with the starter: it answers, and publishes if it is configured
 * to.
 */
@SpringBootApplication
public class SignallingApplication {

	/**
	 * The event that it publishes and answers.
	 */
	public static final String EVENT = "state";

	@OnSignal(event = EVENT)
	void on(Signal signal) {
		// That it was called is all there is to do.
	}

}
