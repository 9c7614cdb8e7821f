package io.github.statesignals.autoconfigure.startup;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.statesignals.TestRedis;
import io.github.statesignals.autoconfigure.startup.minimal.MinimalApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands of "Start fast" in {@code docs/performance.md}: beans that are processed
 * ahead of time, and a cache of the JVM that a run without Redis creates. And the goal of
 * "Start-up" there that does not depend on the machine.
 */
class FastStartTests {

	private static final String APPLICATION = StartedApplication.class.getName();

	// The goal is 400, and 397 to 406 were measured: a few more are no reason to fail.
	private static final int MOST_CLASSES = 410;

	// Libraries that the starter does not bring, and configures where they are present.
	private static final String OPTIONAL = "(?!.*/(?:spring-boot-(?:actuator|health|micrometer|validation|test)|"
			+ "micrometer-(?:core|jakarta|tracing|registry)|kotlin|jedis|commons-pool2|hibernate-validator)[^/]*$)";

	@TempDir
	private static Path processed;

	@TempDir
	private Path directory;

	@Test
	void applicationStartsWithBeansThatWereProcessedAheadOfTime() throws Exception {
		assertThat(run("-Dspring.aot.enabled=true", "-cp", processAheadOfTime(), APPLICATION, redis()))
			.contains("handled: {reason=smoke}", "alarm: ALL_SUBS_SUCCESS, processed ahead of time: true");
		Path hints = processed.resolve("classes/META-INF/native-image/group/artifact/reachability-metadata.json");
		assertThat(Files.readString(hints).replace("\\/", "/"))
			.contains("io/github/statesignals/redis/durable/store/*.lua", APPLICATION + "$Alarms");
	}

	@Test
	void signingThatIsTurnedOnAfterProcessingIsNotIgnored() throws Exception {
		assertThat(run(1, "-Dspring.aot.enabled=true", "-cp", processAheadOfTime(), APPLICATION, redis(),
				"--state-signals.signing.mode=require"))
			.contains("The keys of signatures in 'state-signals.signing' are invalid");
	}

	@Test
	void trainingRunNeedsNoRedis() throws Exception {
		assertThat(
				run("-Dspring.context.exit=onRefresh", "-cp", classPath(), APPLICATION, "--spring.data.redis.port=1"))
			.doesNotContain("handled", "ERROR", "Could not");
	}

	@Test
	@EnabledForJreRange(minVersion = 25)
	void cacheOfATrainingRunIsUsed() throws Exception {
		String jars = jars(processAheadOfTime());
		Path cache = this.directory.resolve("app.aot");
		run("-XX:AOTCacheOutput=" + cache, "-Dspring.aot.enabled=true", "-Dspring.context.exit=onRefresh", "-cp", jars,
				APPLICATION, "--spring.data.redis.port=1");
		assertThat(cache).isNotEmptyFile();
		assertThat(run("-XX:AOTCache=" + cache, "-XX:AOTMode=on", "-Dspring.aot.enabled=true", "-cp", jars, APPLICATION,
				redis()))
			.contains("alarm: ALL_SUBS_SUCCESS, processed ahead of time: true");
	}

	// The number depends on the JDK.
	@Test
	@EnabledForJreRange(maxVersion = 17)
	void starterAddsFewClassesToAMinimalApplication() throws Exception {
		List<String> without = loadedClasses("(?!.*/state-signals-spring-boot-autoconfigure/target/classes$)");
		List<String> with = loadedClasses("");
		List<String> added = new ArrayList<>(with);
		without.forEach(added::remove);
		assertThat(with.size() - without.size()).as("Added: %s", added).isBetween(100, MOST_CLASSES);
	}

	private List<String> loadedClasses(String selected) throws Exception {
		Path loaded = this.directory.resolve("loaded");
		String classPath = Stream.of(classPath().split(File.pathSeparator))
			.filter(Pattern.compile("^" + selected + OPTIONAL).asPredicate())
			.collect(Collectors.joining(File.pathSeparator));
		run("-Xlog:class+load:file=" + loaded, "-cp", classPath, MinimalApplication.class.getName(), redis());
		try (Stream<String> lines = Files.lines(loaded)) {
			return lines.filter((line) -> line.contains(" source: "))
				.map((line) -> line.replaceFirst(".*\\] ?", "").replaceFirst("( source: |\\$\\$Lambda|[/+]0x).*", ""))
				.toList();
		}
	}

	// Once for all tests.
	private String processAheadOfTime() throws Exception {
		Path sources = processed.resolve("sources");
		Path classes = processed.resolve("classes");
		String classPath = classes + File.pathSeparator + classPath();
		if (Files.exists(classes)) {
			return classPath;
		}
		Files.createDirectories(classes);
		run("-cp", classPath(), SpringApplicationAotProcessor.class.getName(), APPLICATION, sources.toString(),
				classes.toString(), classes.toString(), "group", "artifact");
		List<String> options = new ArrayList<>(
				List.of("-proc:none", "-nowarn", "-parameters", "-cp", classPath(), "-d", classes.toString()));
		try (Stream<Path> generated = Files.walk(sources)) {
			generated.map(Path::toString).filter((name) -> name.endsWith(".java")).forEach(options::add);
		}
		assertThat(tool("javac", options)).isZero();
		return classPath;
	}

	// The cache accepts no directories.
	private String jars(String classPath) {
		List<String> jars = new ArrayList<>();
		for (String entry : classPath.split(File.pathSeparator)) {
			if (Files.isDirectory(Path.of(entry))) {
				String jar = this.directory.resolve(jars.size() + ".jar").toString();
				assertThat(tool("jar", List.of("cf", jar, "-C", entry, "."))).isZero();
				jars.add(jar);
			}
			else {
				jars.add(entry);
			}
		}
		return String.join(File.pathSeparator, jars);
	}

	private static int tool(String name, List<String> arguments) {
		return ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments.toArray(String[]::new));
	}

	private static String classPath() {
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
	}

	private static String redis() {
		return "--spring.data.redis.url=" + TestRedis.uri();
	}

	private String run(String... arguments) throws IOException, InterruptedException {
		return run(0, arguments);
	}

	private String run(int exitValue, String... arguments) throws IOException, InterruptedException {
		Path log = this.directory.resolve("log");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-XX:+UseSerialGC"));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
		// The starter would look for properties among them.
		builder.environment().keySet().removeIf((name) -> name.startsWith("STATE_SIGNALS"));
		Process process = builder.start();
		try {
			boolean ended = process.waitFor(2, TimeUnit.MINUTES);
			String output = Files.readString(log);
			assertThat(ended).as(output).isTrue();
			assertThat(process.exitValue()).as(output).isEqualTo(exitValue);
			return output;
		}
		finally {
			process.destroyForcibly();
		}
	}

}
