package io.github.statesignals.autoconfigure.startup;

import java.time.Duration;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalGateway;

import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Publishes a signal with a gateway to its own handler, and ends.
 */
@SpringBootApplication
public class StartedApplication {

	public static void main(String[] arguments) {
		try (ConfigurableApplicationContext context = SpringApplication.run(StartedApplication.class, arguments)) {
			context.getBean(SignalExporter.class).initializeAndWait(1, Duration.ofSeconds(20), "alarm");
			System.out.printf("alarm: %s, processed ahead of time: %s%n", context.getBean(Alarms.class).alarm("smoke"),
					AotDetector.useGeneratedArtifacts());
		}
	}

	@OnSignal(event = "alarm")
	void on(Signal signal) {
		System.out.println("handled: " + signal.metadata());
	}

	/**
	 * A gateway that is found by scanning.
	 */
	@SignalGateway
	interface Alarms {

		ResultCode alarm(String reason);

	}

}
