package io.github.statesignals.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Starts processes, and ensures that they end.
 */
final class Children {

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	private static final int PATIENCE_SECONDS = 5;

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			RUNNING.forEach(Children::hangUp);
			RUNNING.forEach(Children::stop);
		}, "children"));
	}

	private Children() {
	}

	/**
	 * Starts a process.
	 * @param command the command
	 * @param log where its standard error goes
	 * @return the process
	 */
	static Process start(List<String> command, Path log) {
		try {
			Files.createDirectories(log.getParent());
			Process process = new ProcessBuilder(command)
				.redirectError(ProcessBuilder.Redirect.appendTo(new File(log.toString())))
				.start();
			RUNNING.add(process);
			process.onExit().thenAccept(RUNNING::remove);
			return process;
		}
		catch (IOException ex) {
			throw new IllegalStateException("Could not start '" + command.get(0) + "'", ex);
		}
	}

	/**
	 * Stops a process: by closing its input, and if that does not help, by force.
	 * @param process the process
	 */
	static void stop(Process process) {
		hangUp(process);
		try {
			if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
				destroy(process);
				process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			destroy(process);
			Thread.currentThread().interrupt();
		}
	}

	private static void hangUp(Process process) {
		try {
			process.getOutputStream().close();
		}
		catch (IOException ex) {
			// It has ended already.
		}
	}

	private static void destroy(Process process) {
		process.descendants().forEach(ProcessHandle::destroyForcibly);
		process.destroyForcibly();
	}

}
