package io.github.statesignals.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Starts the processes of a run, all with the same JVM and the same Redis.
 */
final class Lab {

	private final Options options;

	private final RedisServer redis;

	private int recordings;

	private int durableChannels;

	Lab(Options options, RedisServer redis) {
		this.options = options;
		this.redis = redis;
	}

	Options options() {
		return this.options;
	}

	RedisServer redis() {
		return this.redis;
	}

	/**
	 * Makes further processes use a new durable channel: the responders that were
	 * registered on the last one would be awaited indefinitely.
	 */
	void useFreshDurableChannel() {
		this.durableChannels++;
	}

	/**
	 * Starts a process.
	 * @param role its purpose
	 * @param arm the arm
	 * @param more further arguments
	 * @return the process; not ready yet
	 */
	PeerProcess start(String role, Arm arm, String... more) {
		String name = arm.label() + "-" + role;
		if (arm == Arm.PYTHON) {
			return new PeerProcess(name, List.of(String.valueOf(this.options.python()), "-u", "-c",
					script(role + ".py"), this.redis.host(), String.valueOf(this.redis.port())), log(name));
		}
		List<String> command = java(System.getProperty("java.class.path"), Peer.class.getName());
		if (this.options.jfr()) {
			command.add(1, "-XX:StartFlightRecording:settings=profile,filename="
					+ this.options.out().resolve("%s-%d.jfr".formatted(name, ++this.recordings)));
		}
		command.addAll(List.of("role=" + role, "arm=" + arm.label(), "host=" + this.redis.host(),
				"port=" + this.redis.port()));
		if (arm == Arm.OURS_PLAIN) {
			command.add("state-signals.protocol.extensions=off");
		}
		if (arm == Arm.OURS_NAMED) {
			command.add("state-signals.channel=measured");
		}
		if (arm == Arm.OURS_DURABLE) {
			String channel = "durable-" + this.durableChannels;
			command.addAll(List.of("state-signals.channel=" + channel,
					"state-signals.channels." + channel + ".delivery=durable",
					"logging.level.io.github.statesignals.redis=error"));
		}
		command.addAll(List.of(more));
		return new PeerProcess(name, command, log(name));
	}

	/**
	 * Starts an application.
	 * @param application its class
	 * @param starter whether it has the starter
	 * @param arguments its arguments
	 * @return the process; not ready yet
	 */
	PeerProcess startApplication(Class<?> application, boolean starter, String... arguments) {
		String classPath = System.getProperty("java.class.path");
		if (!starter) {
			classPath = Arrays.stream(classPath.split(File.pathSeparator))
				.filter((entry) -> !entry.contains("state-signals-spring-boot-"))
				.collect(Collectors.joining(File.pathSeparator));
		}
		List<String> command = java(classPath, StartedApplication.class.getName());
		command.addAll(List.of(application.getName(), "--spring.data.redis.host=" + this.redis.host(),
				"--spring.data.redis.port=" + this.redis.port(), "--logging.level.root=warn"));
		command.addAll(List.of(arguments));
		String name = application.getSimpleName();
		return new PeerProcess(name, command, log(name));
	}

	static void pause(long millis) {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static List<String> java(String classPath, String main) {
		return new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms256m",
				"-Xmx1g", "-cp", classPath, main));
	}

	private Path log(String name) {
		return this.options.out().resolve(name + ".log");
	}

	private static String script(String name) {
		try (InputStream script = Lab.class.getResourceAsStream(name)) {
			if (script == null) {
				throw new IllegalStateException("The script " + name + " is missing");
			}
			return new String(script.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
