package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.Map;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsEndpointAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsHealthAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
				await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
					SignalsEndpoint.CountersDescriptor received = context.getBean(SignalsEndpoint.class)
						.signals()
						.heard();
					assertThat(received.signals()).isEqualTo(1);
					// It sends hello when it has its first handler.
					assertThat(received.responses()).isEqualTo(2);
				});
			});
	}

	@Test
	void endpointListsAtMostAHundredOfEachAndTheirNumber() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=signals").run((context) -> {
			SignalResponderFactory responders = context.getBean(SignalResponderFactory.class);
			for (int i = 0; i < 150; i++) {
				responders.get("responder-" + i).on("start", (signal) -> null);
				context.getBean(SignalExporterFactory.class).create("exporter-" + i).initialize("start");
			}
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(150, Duration.ofSeconds(20), "start")).isTrue();
			SignalsEndpoint.SignalsDescriptor signals = context.getBean(SignalsEndpoint.class).signals();
			assertThat(signals.responders()).hasSize(100);
			assertThat(signals.responderCount()).isGreaterThanOrEqualTo(150);
			assertThat(signals.exporters()).hasSize(100).allSatisfy((descriptor) -> {
				assertThat(descriptor.subscribers()).hasSize(100);
				assertThat(descriptor.subscriberCount()).isEqualTo(150);
			});
			assertThat(signals.exporterCount()).isEqualTo(151);
			SignalDetails.Channel channel = (SignalDetails.Channel) context.getBean(SignalsWebEndpointExtension.class)
				.find("channels", "default", null)
				.getBody();
			assertThat(channel.exporters()).hasSize(100);
			assertThat(channel.responders()).hasSize(100);
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
			assertThat(indicator.health(true).getDetails()).containsEntry("subscription", "lost");
		});
	}

	@Test
	void healthIsPartOfReadinessAndNotOfLiveness() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
					HealthEndpointAutoConfiguration.class, AvailabilityHealthContributorAutoConfiguration.class,
					AvailabilityProbesAutoConfiguration.class))
			.withPropertyValues("management.endpoint.health.probes.enabled=true",
					"management.endpoint.health.group.readiness.include=readinessState,signals")
			.run((context) -> {
				HealthEndpoint health = context.getBean(HealthEndpoint.class);
				AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);
				AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
				assertThat(health.healthForPath("readiness").getStatus()).isEqualTo(Status.UP);
				context.getBean(SignalEngine.class).stop();
				assertThat(health.healthForPath("readiness").getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.healthForPath("liveness").getStatus()).isEqualTo(Status.UP);
			});
	}

	@Test
	void healthHasNoIdsAndNoDetailsUnlessTheyAreShown() {
		this.contextRunner.run((context) -> {
			SignalResponder responder = context.getBean(SignalResponder.class);
			responder.on("start", (signal) -> null);
			SignalExporter exporter = context.getBean(SignalExporter.class);
			exporter.initializeAndWait(1, Duration.ofSeconds(10), "start");
			SignalsHealthIndicator indicator = context.getBean(SignalsHealthIndicator.class);
			assertThat(indicator.health(true).getDetails())
				.isEqualTo(Map.of("subscription", "alive", "gaps", 0L, "exporters", 1, "responders", 1));
			assertThat(indicator.health(false).getDetails()).isEmpty();
		});
	}

	@Test
	void healthCanBeDisabled() {
		this.contextRunner.withPropertyValues("management.health.signals.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SignalsHealthIndicator.class));
	}

}
