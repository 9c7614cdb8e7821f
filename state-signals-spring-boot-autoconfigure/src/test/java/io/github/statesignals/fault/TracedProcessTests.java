package io.github.statesignals.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.TestRedis;
import io.github.statesignals.observation.Spans;
import io.micrometer.tracing.exporter.FinishedSpan;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One trace over two processes.
 */
class TracedProcessTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	@RegisterExtension
	private final Applications applications = new Applications();

	@TempDir
	private Path directory;

	@ParameterizedTest
	@FieldSource("io.github.statesignals.observation.Tracers#ALL")
	void aHandlerInAnotherProcessContinuesTheTrace(Class<?> tracer) {
		Path output = this.directory.resolve("output");
		try (JavaProcess process = JavaProcess
			.start(Responder.class,
					List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-D" + Spans.PRINT + "=true"),
					List.of("--spring.data.redis.url=" + TestRedis.uri(), "--spring.main.sources=" + tracer.getName(),
							"--spring.main.keep-alive=true", "--state-signals.responder.name=other"),
					output.toFile())) {
			ConfigurableApplicationContext context = this.applications.start(Object.class,
					"spring.main.sources=" + tracer.getName());
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "start")).as("subscribed while %s", process).isTrue();
			assertThat(exporter.publish("start").isSuccess()).isTrue();
			FinishedSpan publish = context.getBean(Spans.class).await("publish start");
			Awaitility.await()
				.atMost(TIMEOUT)
				.untilAsserted(() -> assertThat(Files.readString(output)).contains(
						Spans.line("handle start", publish.getTraceId(), publish.getSpanId()),
						Spans.line("respond start", publish.getTraceId(), publish.getSpanId())));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Responder {

		public static void main(String[] arguments) {
			new SpringApplicationBuilder(Responder.class).web(WebApplicationType.NONE).run(arguments);
		}

		@OnSignal(event = "start")
		void start() {
		}

	}

}
