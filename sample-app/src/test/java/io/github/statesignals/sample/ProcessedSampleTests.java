package io.github.statesignals.sample;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample starts with beans that were processed ahead of time, and its collectors act.
 */
@Timeout(240)
class ProcessedSampleTests {

	private static final String SAMPLE = SampleApplication.class.getName();

	@TempDir
	private Path directory;

	@Test
	void collectorsActWithBeansThatWereProcessedAheadOfTime() throws Exception {
		String classes = processAheadOfTime();
		int port = TestSocketUtils.findAvailableTcpPort();
		Process sample = java("-Dspring.aot.enabled=true", "-cp", classes, SAMPLE, "--server.port=" + port,
				"--sample.workload=100ms");
		try {
			await().atMost(Duration.ofMinutes(2))
				.pollInterval(Duration.ofMillis(200))
				.ignoreException(ConnectException.class)
				.untilAsserted(() -> {
					assertThat(sample.isAlive()).as(log()).isTrue();
					assertThat(signals(port)).contains("\"exporterCount\":1", "\"subscriberCount\":3");
				});
			assertThat(Files.readString(this.directory.resolve("log"))).doesNotContain("ERROR");
		}
		finally {
			sample.destroy();
			assertThat(sample.waitFor(60, TimeUnit.SECONDS)).isTrue();
		}
	}

	private String processAheadOfTime() throws Exception {
		Path sources = this.directory.resolve("sources");
		Path classes = Files.createDirectories(this.directory.resolve("classes"));
		Process processing = java("-cp", classPath(), SpringApplicationAotProcessor.class.getName(), SAMPLE,
				sources.toString(), classes.toString(), classes.toString(), "group", "sample");
		assertThat(processing.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(processing.exitValue()).as(log()).isZero();
		List<String> options = new ArrayList<>(
				List.of("-proc:none", "-nowarn", "-parameters", "-cp", classPath(), "-d", classes.toString()));
		try (Stream<Path> generated = Files.walk(sources)) {
			generated.map(Path::toString).filter((name) -> name.endsWith(".java")).forEach(options::add);
		}
		assertThat(ToolProvider.findFirst("javac")
			.orElseThrow()
			.run(System.out, System.err, options.toArray(String[]::new))).isZero();
		return classes + File.pathSeparator + classPath();
	}

	private static String signals(int port) throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/signals")).build(),
					BodyHandlers.ofString())
			.body();
	}

	private static String classPath() {
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
	}

	private String log() throws IOException {
		return Files.readString(this.directory.resolve("log"));
	}

	private Process java(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-XX:+UseSerialGC"));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
	}

}
