package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.OnSignal;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application without a web server that ends after its start logs the reason. Each is
 * a separate process, because the end of a process is tested.
 */
@Timeout(120)
class LifecycleLoggerTests {

	private static final String WARNING = "This application has signal handlers and ends, because it has no web server "
			+ "and no other thread that runs. Set 'spring.main.keep-alive' to true";

	@TempDir
	private Path directory;

	@Test
	void responderWithoutARunningThreadLogsAWarning() throws Exception {
		assertThat(output(start("return"))).containsOnlyOnce(WARNING);
	}

	@Test
	void responderWithoutKeepAliveLogsNoWarning() throws Exception {
		assertThat(output(start("return", "--spring.main.keep-alive=false"))).doesNotContain("WARN");
	}

	@Test
	void applicationWithoutHandlersLogsNoWarning() throws Exception {
		assertThat(output(start("return", "--state-signals.responder.enabled=false"))).doesNotContain("WARN");
	}

	@Test
	void applicationThatExitsLogsNoWarning() throws Exception {
		assertThat(output(start("exit"))).doesNotContain("WARN");
	}

	@Test
	void terminatedResponderLogsNoWarning() throws Exception {
		Process process = start("thread");
		await().atMost(60, TimeUnit.SECONDS).until(() -> Files.readString(log()).contains("started"));
		process.destroy();
		assertThat(output(process)).doesNotContain("WARN");
	}

	private Process start(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-XX:+UseSerialGC", "-cp",
						System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
						LifecycleLoggerTests.class.getName()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile()).start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return process;
	}

	private Path log() {
		return this.directory.resolve("log");
	}

	private String output(Process process) throws Exception {
		if (!process.waitFor(60, TimeUnit.SECONDS)) {
			process.destroyForcibly();
		}
		String output = Files.readString(log());
		assertThat(process.waitFor()).as(output).isIn(0, 143);
		assertThat(output).contains("started");
		return output;
	}

	public static void main(String[] arguments) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Responder.class)
			.web(WebApplicationType.NONE)
			.run(arguments);
		System.out.println("started");
		if (arguments[0].equals("exit")) {
			System.exit(SpringApplication.exit(context));
		}
		if (arguments[0].equals("thread")) {
			new Thread(() -> {
				try {
					TimeUnit.MINUTES.sleep(5);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}).start();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class Responder {

		@Bean
		SignalTransport transport() {
			return new InMemoryBroker().transport();
		}

		@OnSignal(event = "start")
		void start() {
		}

	}

}
