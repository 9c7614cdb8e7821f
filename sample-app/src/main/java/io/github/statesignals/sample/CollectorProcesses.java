package io.github.statesignals.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.sample.Board.Kind;
import io.github.statesignals.sample.CollectorProcess.Action;
import io.github.statesignals.sample.CollectorProcess.ProcessState;
import io.github.statesignals.sample.CollectorProcess.ProcessView;
import io.github.statesignals.sample.SampleProperties.CollectorName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Starts further processes with collectors, stops, kills and freezes them. They end with
 * this one, also if it is killed: their standard input ends.
 */
@Component
@Profile("!collector")
class CollectorProcesses implements DisposableBean {

	static final int MOST = 3;

	static final Duration FROZEN_FOR = Duration.ofSeconds(8);

	private static final Logger logger = LoggerFactory.getLogger(CollectorProcesses.class);

	private static final Duration SHUTDOWN = Duration.ofSeconds(5);

	private final Board board;

	private final Origins origins;

	private final SampleProperties properties;

	private final List<String> redis;

	private final Map<Integer, CollectorProcess> processes = new TreeMap<>();

	private boolean closed;

	CollectorProcesses(Board board, Origins origins, SampleProperties properties, ApplicationArguments arguments,
			ObjectProvider<EmbeddedRedis> embedded) {
		this.board = board;
		this.origins = origins;
		this.properties = properties;
		EmbeddedRedis redis = embedded.getIfAvailable();
		this.redis = (redis != null)
				? List.of("--spring.data.redis.host=" + EmbeddedRedis.HOST,
						"--spring.data.redis.port=" + redis.getPort())
				: Arrays.stream(arguments.getSourceArgs())
					.filter((argument) -> argument.startsWith("--spring.data.redis."))
					.toList();
	}

	/**
	 * Adds a process.
	 * @return its number
	 * @throws RefusedException if there are too many
	 */
	int add() {
		int number;
		synchronized (this) {
			if (this.processes.size() >= MOST) {
				throw new RefusedException(
						"There are %d processes already; remove one first.".formatted(this.processes.size()));
			}
			number = Origins.OWN + 1;
			while (this.processes.containsKey(number)) {
				number++;
			}
			this.processes.put(number, new CollectorProcess(number));
			start(number);
		}
		this.board.note(Kind.ACTION, "Process %d is starting.".formatted(number));
		return number;
	}

	/**
	 * Starts, stops, kills, freezes or removes a process.
	 * @param number the number of the process
	 * @param action the action
	 * @throws RefusedException if the process is unknown, or its state does not allow the
	 * action
	 */
	void apply(int number, Action action) {
		String fact;
		synchronized (this) {
			CollectorProcess process = get(number);
			if (!process.state().actions().contains(action)) {
				throw new RefusedException("Process %d is %s.".formatted(number, process.state().word()));
			}
			fact = switch (action) {
				case START -> {
					start(number);
					yield "Process %d is starting again.".formatted(number);
				}
				case STOP -> {
					process.stop();
					yield "Process %d is stopping.".formatted(number);
				}
				case KILL -> {
					process.kill();
					yield "Process %d is killed.".formatted(number);
				}
				case FREEZE -> {
					freeze(process);
					yield "Process %d is frozen for %d s.".formatted(number, FROZEN_FOR.toSeconds());
				}
				case REMOVE -> {
					this.processes.remove(number);
					yield "Process %d is removed.".formatted(number);
				}
			};
		}
		if (action == Action.REMOVE) {
			this.board.forget(number);
		}
		this.board.note(Kind.ACTION, fact);
	}

	/**
	 * Sets the fault of a collector.
	 * @param number the number of the process
	 * @param collector the collector
	 * @param fault the fault
	 * @throws RefusedException if the process does not run
	 */
	void setFault(int number, CollectorName collector, Fault fault) {
		synchronized (this) {
			CollectorProcess process = get(number);
			if (process.state() != ProcessState.RUNNING) {
				throw new RefusedException("Process %d is %s.".formatted(number, process.state().word()));
			}
			try {
				process.setFault(collector, fault);
			}
			catch (IOException ex) {
				throw new RefusedException("Process %d takes no commands.".formatted(number));
			}
		}
	}

	synchronized List<ProcessView> processes() {
		return this.processes.values().stream().map(CollectorProcess::view).toList();
	}

	@Override
	public void destroy() throws InterruptedException {
		List<Process> handles;
		synchronized (this) {
			this.closed = true;
			this.processes.values()
				.stream()
				.filter((process) -> process.state() == ProcessState.FROZEN)
				.forEach(CollectorProcess::thaw);
			handles = this.processes.values().stream().map(CollectorProcess::handle).toList();
		}
		handles.forEach(Process::destroy);
		long until = System.nanoTime() + SHUTDOWN.toNanos();
		for (Process handle : handles) {
			if (!handle.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
				handle.destroyForcibly();
			}
		}
	}

	private CollectorProcess get(int number) {
		CollectorProcess process = this.processes.get(number);
		if (process == null) {
			throw new RefusedException("There is no process %d.".formatted(number));
		}
		return process;
	}

	private void start(int number) {
		if (this.closed) {
			throw new RefusedException("The application is stopping.");
		}
		CollectorProcess process = get(number);
		try {
			Process handle = process.start(command());
			Thread reader = new Thread(() -> read(process, handle), "process-" + number);
			reader.setDaemon(true);
			reader.start();
		}
		catch (IOException ex) {
			this.processes.remove(number);
			throw new RefusedException("Could not start a process: " + ex.getMessage());
		}
	}

	private List<String> command() {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
		ApplicationHome home = new ApplicationHome(SampleApplication.class);
		if (home.getSource() != null && home.getSource().isFile()) {
			command.addAll(List.of("-jar", home.getSource().toString()));
		}
		else {
			command.addAll(List.of("-cp", System.getProperty("java.class.path"), SampleApplication.class.getName()));
		}
		command.addAll(this.redis);
		command.addAll(List.of("--spring.profiles.active=collector", "--sample.console=true",
				"--sample.interval=" + this.properties.interval().toMillis() + "ms"));
		return command;
	}

	private void read(CollectorProcess process, Process handle) {
		try (BufferedReader reader = handle.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				received(process, handle, line);
			}
		}
		catch (IOException ex) {
			logger.debug("The output of process {} ended", process.number(), ex);
		}
		handle.onExit().join();
		ended(process, handle);
	}

	private void received(CollectorProcess process, Process handle, String line) {
		Map<CollectorName, String> responders = CollectorConsole.parse(line);
		if (responders == null) {
			logger.debug("Process {}: {}", process.number(), line);
			return;
		}
		responders.forEach((collector, id) -> this.origins.add(id, process.number(), collector));
		synchronized (this) {
			if (!process.started(handle)) {
				return;
			}
		}
		this.board.changed(Board.Part.RESPONDERS, Board.Part.SIGNALS);
	}

	private void ended(CollectorProcess process, Process handle) {
		String fact = null;
		synchronized (this) {
			if (this.closed || !process.isHandle(handle)) {
				return;
			}
			ProcessState before = process.ended();
			if (before == ProcessState.STOPPING) {
				fact = "Process %d has stopped.".formatted(process.number());
			}
			else if (before != ProcessState.KILLED) {
				fact = "Process %d ended by itself, with exit value %d.".formatted(process.number(),
						handle.exitValue());
			}
		}
		if (fact != null) {
			this.board.note(Kind.ACTION, fact);
		}
	}

	private void freeze(CollectorProcess process) {
		if (!process.freeze()) {
			throw new RefusedException("Process %d can't be frozen here.".formatted(process.number()));
		}
		Process handle = process.handle();
		CompletableFuture.delayedExecutor(FROZEN_FOR.toMillis(), TimeUnit.MILLISECONDS).execute(() -> {
			synchronized (this) {
				if (!process.isHandle(handle) || process.state() != ProcessState.FROZEN) {
					return;
				}
				process.thaw();
			}
			this.board.note(Kind.ACTION, "Process %d continues.".formatted(process.number()));
		});
	}

}
