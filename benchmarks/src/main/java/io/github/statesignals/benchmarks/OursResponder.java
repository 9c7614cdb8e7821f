package io.github.statesignals.benchmarks;

import java.util.Map;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponderFactory;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Answers with the starter: the first responder is an annotated method, further ones are
 * responders of other names.
 */
final class OursResponder implements ResponderArm {

	private final SignalResponderFactory responders;

	private final Application application;

	private int size = 1;

	OursResponder(Arguments arguments) {
		ConfigurableApplicationContext context = SpringArm.start(Application.class, arguments);
		this.responders = context.getBean(SignalResponderFactory.class);
		this.application = context.getBean(Application.class);
	}

	@Override
	public void resize(int size) {
		while (this.size < size) {
			this.responders.get("responder-" + this.size++)
				.on(ExporterArm.EVENT, (signal) -> Acknowledgement.success());
		}
	}

	@Override
	public Map<String, Double> handled() {
		long handled = this.application.handled;
		return Map.of("count", (double) handled, "seconds",
				(this.application.lastNanos - this.application.firstNanos) / 1e9);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		private volatile long handled;

		private volatile long firstNanos;

		private volatile long lastNanos;

		// There is one exporter, whose signals come one after the other.
		@OnSignal(event = ExporterArm.EVENT)
		void on(Signal signal) {
			long now = System.nanoTime();
			if (this.handled == 0) {
				this.firstNanos = now;
			}
			this.lastNanos = now;
			this.handled = this.handled + 1;
		}

	}

}
