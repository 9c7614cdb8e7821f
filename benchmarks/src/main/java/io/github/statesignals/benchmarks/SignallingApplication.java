package io.github.statesignals.benchmarks;

import java.io.IOException;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * The same application as {@link PlainApplication} with the starter: it publishes and
 * answers.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class SignallingApplication {

	public static void main(String[] arguments) throws IOException {
		PlainApplication.run(SignallingApplication.class, arguments);
	}

	@OnSignal(event = ExporterArm.EVENT)
	void on(Signal signal) {
		// That it was called is all there is to do.
	}

}
