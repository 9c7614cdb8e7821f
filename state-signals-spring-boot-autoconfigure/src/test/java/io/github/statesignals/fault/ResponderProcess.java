package io.github.statesignals.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * An application in a process of its own that answers signals, to be killed: each handler
 * takes some time, and the first one of event {@code hang} never ends.
 */
final class ResponderProcess implements AutoCloseable {

	private final Process process;

	private ResponderProcess(Process process) {
		this.process = process;
	}

	/**
	 * Start the process.
	 * @param server the properties that connect it to its Redis
	 * @param properties its further properties, with their prefix
	 * @return the process, which may not have subscribed yet
	 */
	static ResponderProcess start(List<String> server, String... properties) {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", classPath, ResponderProcess.class.getName());
		server.forEach((property) -> builder.command().add("--" + property));
		for (String property : properties) {
			builder.command().add("--" + property);
		}
		try {
			ResponderProcess started = new ResponderProcess(
					builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
			Runtime.getRuntime().addShutdownHook(new Thread(started.process::destroyForcibly));
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * End it without a chance to say anything.
	 */
	void kill() {
		this.process.destroyForcibly();
		join();
	}

	/**
	 * End it as an operator does, so that it can say goodbye.
	 */
	void terminate() {
		this.process.destroy();
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

	private void join() {
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

	public static void main(String[] args) {
		new SpringApplicationBuilder(Answering.class).web(WebApplicationType.NONE)
			.properties("spring.main.keep-alive=true")
			.run(args);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Answering {

		private final StringRedisTemplate redis;

		private final String handled;

		Answering(StringRedisTemplate redis, @Value("${handled:handled}") String handled) {
			this.redis = redis;
			this.handled = handled;
		}

		@OnSignal(event = "counted")
		void count(Signal signal) throws InterruptedException {
			this.redis.opsForList().rightPush(this.handled, String.valueOf(signal.sampleNo()));
			TimeUnit.MILLISECONDS.sleep(20);
		}

		@OnSignal(event = Recorder.EVENT)
		void answer(Signal signal) {
		}

		@OnSignal(event = "hang")
		void hang(Signal signal) throws InterruptedException {
			TimeUnit.MINUTES.sleep(10);
		}

	}

}
