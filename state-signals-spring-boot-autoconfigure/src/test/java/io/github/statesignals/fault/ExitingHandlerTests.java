package io.github.statesignals.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.TestRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Handlers that end their application, as after a barrier.
 */
class ExitingHandlerTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	@RegisterExtension
	private final Applications applications = new Applications();

	@TempDir
	private Path directory;

	@Test
	void handlerThatLetsAnotherThreadExitIsAnswered() throws Exception {
		SignalResult result = publish("success");
		assertThat(result.isSuccess()).as(result.toString()).isTrue();
		assertThat(output()).doesNotContain("WARN");
	}

	@ParameterizedTest
	@ValueSource(strings = { "exit", "close", "exit-later" })
	void handlerThatExitsHasFailed(String event) throws Exception {
		SignalResult result = publish(event);
		assertThat(result.code()).as(result.toString()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(output()).containsOnlyOnce("Not waiting for ")
			.contains("'" + event + "'", "ends the application before it has returned");
	}

	private SignalResult publish(String event) {
		try (JavaProcess process = JavaProcess.start(Responder.class,
				List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
				List.of("--spring.data.redis.url=" + TestRedis.uri(), "--spring.main.keep-alive=true",
						"--state-signals.responder.name=other"),
				this.directory.resolve("output").toFile())) {
			SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(1, TIMEOUT, event)).as("subscribed while %s", process).isTrue();
			SignalResult result = exporter.publish(event);
			await().atMost(TIMEOUT).until(() -> !process.isAlive());
			return result;
		}
	}

	private String output() throws Exception {
		return Files.readString(this.directory.resolve("output"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Responder {

		private final ConfigurableApplicationContext context;

		Responder(ConfigurableApplicationContext context) {
			this.context = context;
		}

		public static void main(String[] arguments) {
			new SpringApplicationBuilder(Responder.class).web(WebApplicationType.NONE).run(arguments);
		}

		@OnSignal(event = "success")
		void finish() {
			new Thread(() -> System.exit(SpringApplication.exit(this.context))).start();
		}

		@OnSignal(event = "exit")
		void exit() {
			System.exit(0);
		}

		@OnSignal(event = "close")
		void close() {
			this.context.close();
		}

		@OnSignal(event = "exit-later")
		CompletableFuture<Void> prepare() {
			return CompletableFuture.runAsync(() -> {
			}, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
		}

		@Bean
		static Later later() {
			return new Later();
		}

	}

	// Its handlers are called after those of the configuration.
	static class Later {

		@OnSignal(event = "exit-later")
		void exit() {
			System.exit(0);
		}

	}

}
