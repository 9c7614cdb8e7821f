package io.github.statesignals.fault;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A JVM with the class path of the tests, which can be killed and frozen. It ends at the
 * latest with the JVM of the tests.
 */
final class JavaProcess implements AutoCloseable {

	private final Process process;

	private JavaProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts a JVM.
	 * @param main its main class
	 * @param options options of the JVM
	 * @param arguments arguments of the main class
	 * @param output the file that its output is appended to; {@code null} to discard it
	 * @return the process
	 */
	static JavaProcess start(Class<?> main, List<String> options, List<String> arguments, @Nullable File output) {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		builder.command().addAll(options);
		builder.command().addAll(List.of("-cp", classPath, main.getName()));
		builder.command().addAll(arguments);
		builder.redirectErrorStream(true)
			.redirectOutput(
					(output != null) ? ProcessBuilder.Redirect.appendTo(output) : ProcessBuilder.Redirect.DISCARD);
		try {
			JavaProcess started = new JavaProcess(builder.start());
			Runtime.getRuntime().addShutdownHook(new Thread(started.process::destroyForcibly));
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends a line to its standard input.
	 * @param line the line
	 */
	void send(String line) {
		try {
			OutputStream input = this.process.getOutputStream();
			input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
			input.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Process " + this.process.pid() + " has ended", ex);
		}
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Ends it with SIGKILL.
	 */
	void kill() {
		this.process.destroyForcibly();
		join();
	}

	/**
	 * Asks it to end, with SIGTERM.
	 */
	void terminate() {
		// Process.destroy would also close its input.
		this.process.toHandle().destroy();
	}

	/**
	 * Stops it with SIGSTOP: its connections stay.
	 */
	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			Process sender = new ProcessBuilder("sh", "-c", "kill -" + name + " " + this.process.pid()).inheritIO()
				.start();
			if (!sender.waitFor(RedisProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS) || sender.exitValue() != 0) {
				throw new IllegalStateException("Process " + this.process.pid() + " can't be sent '" + name + "'");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	void join() {
		try {
			if (!this.process.waitFor(RedisProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("Process " + this.process.pid() + " does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		kill();
	}

}
