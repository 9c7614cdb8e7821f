package io.github.statesignals.benchmarks;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponderFactory;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * Answers with the starter: the first responder is an annotated method, further ones are
 * responders of other names.
 */
final class OursResponder implements ResponderArm {

	private final SignalResponderFactory responders;

	private int size = 1;

	OursResponder(Arguments arguments) {
		this.responders = SpringArm.start(Application.class, arguments).getBean(SignalResponderFactory.class);
	}

	@Override
	public void resize(int size) {
		while (this.size < size) {
			this.responders.get("responder-" + this.size++)
				.on(ExporterArm.EVENT, (signal) -> Acknowledgement.success());
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@OnSignal(event = ExporterArm.EVENT)
		void on(Signal signal) {
			// That it was called is all there is to do.
		}

	}

}
