package io.github.statesignals.actuate;

import java.time.Duration;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsEndpointAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsHealthAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class ActuatorTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class,
				StateSignalsEndpointAutoConfiguration.class, StateSignalsHealthAutoConfiguration.class))
		.withBean(SignalTransport.class, () -> new InMemoryBroker().transport());

	@Test
	void endpointShowsExportersTheirSubscribersAndResponders() {
		this.contextRunner
			.withPropertyValues("management.endpoints.web.exposure.include=signals", "state-signals.responder.name=cpu",
					"state-signals.exporter.process-name=conductor")
			.run((context) -> {
				SignalResponder responder = context.getBean(SignalResponder.class);
				responder.on("start", (signal) -> null);
				SignalExporter exporter = context.getBean(SignalExporter.class);
				exporter.initializeAndWait(1, Duration.ofSeconds(10), "start");
				SignalsEndpoint.SignalsDescriptor signals = context.getBean(SignalsEndpoint.class).signals();
				assertThat(signals.connected()).isTrue();
				assertThat(signals.exporters()).singleElement().satisfies((descriptor) -> {
					assertThat(descriptor.publisherId()).startsWith("conductor-");
					assertThat(descriptor.subscribers()).containsExactly(responder.getResponderId());
				});
				assertThat(signals.responders()).singleElement()
					.satisfies((descriptor) -> assertThat(descriptor.responderId()).startsWith("cpu-"));
				assertThat(signals.heard().signals()).isEqualTo(1);
				// It says hello when it has its first handler.
				assertThat(signals.heard().responses()).isEqualTo(2);
			});
	}

	@Test
	void endpointIsAbsentUnlessExposed() {
		this.contextRunner.run((context) -> assertThat(context).doesNotHaveBean(SignalsEndpoint.class));
	}

	@Test
	void healthIsUpWhileSignalsAreReceived() {
		this.contextRunner.run((context) -> {
			SignalsHealthIndicator indicator = context.getBean(SignalsHealthIndicator.class);
			assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
			context.getBean(SignalEngine.class).stop();
			assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
		});
	}

	@Test
	void healthCanBeDisabled() {
		this.contextRunner.withPropertyValues("management.health.signals.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SignalsHealthIndicator.class));
	}

}
