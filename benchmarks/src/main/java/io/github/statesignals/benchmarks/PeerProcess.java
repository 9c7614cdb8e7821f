package io.github.statesignals.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Peer} process, as the process that sends its commands sees it.
 */
final class PeerProcess implements AutoCloseable {

	static final Duration START_TIMEOUT = Duration.ofSeconds(120);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final String GONE = "! it ended";

	private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

	private final String name;

	private final Process process;

	private final Path log;

	PeerProcess(String name, List<String> command, Path log) {
		this.name = name;
		this.log = log;
		this.process = Children.start(command, log);
		Thread reader = new Thread(this::read, name);
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader out = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = out.readLine(); line != null; line = out.readLine()) {
				if (line.startsWith("= ") || line.equals("=") || line.startsWith("! ")) {
					this.replies.add(line);
				}
			}
		}
		catch (IOException ex) {
			// The same as the end.
		}
		this.replies.add(GONE);
	}

	/**
	 * Sends a command, and waits for its numbers.
	 * @param command the command
	 * @param timeout how long to wait
	 * @return the numbers
	 */
	Map<String, Double> request(String command, Duration timeout) {
		try {
			this.process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(this + " no longer takes commands", ex);
		}
		return reply(command, timeout);
	}

	/**
	 * Returns the CPU time that the process has used so far.
	 * @return the milliseconds
	 */
	double cpuMillis() {
		return millis("cpu-time");
	}

	/**
	 * Returns the time that the compilers of the process have used so far.
	 * @return the milliseconds
	 */
	double compilerMillis() {
		return millis("compilation");
	}

	private double millis(String command) {
		return request(command, PATIENCE).getOrDefault("millis", 0.0);
	}

	/**
	 * Waits for the first line of a process, which it writes without a command.
	 * @return the numbers
	 */
	Map<String, Double> ready() {
		return reply("start", START_TIMEOUT);
	}

	private Map<String, Double> reply(String command, Duration timeout) {
		String line;
		try {
			line = this.replies.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			line = null;
		}
		if (line == null || line.startsWith("!")) {
			throw new IllegalStateException(
					"%s did not '%s': %s".formatted(this, command, (line != null) ? line.substring(2) : "no reply"));
		}
		Map<String, Double> numbers = new LinkedHashMap<>();
		Arguments.parse(line.substring(1).strip().split(" "))
			.values()
			.forEach((key, value) -> numbers.put(key, key.isEmpty() ? 0 : Double.parseDouble(value)));
		return numbers;
	}

	@Override
	public void close() {
		Children.stop(this.process);
	}

	@Override
	public String toString() {
		return "%s (log: %s)".formatted(this.name, this.log);
	}

}
