package io.github.statesignals.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.github.statesignals.sample.SampleProperties.CollectorName;
import org.jspecify.annotations.Nullable;

/**
 * A further process with collectors, its state and the faults of its collectors. Used
 * only by {@link CollectorProcesses}, which synchronizes.
 */
final class CollectorProcess {

	private static final Path KILL = Path.of("/bin/kill");

	private final int number;

	private final Map<CollectorName, Fault> faults = new TreeMap<>();

	private @Nullable Process handle;

	private ProcessState state = ProcessState.STARTING;

	CollectorProcess(int number) {
		this.number = number;
	}

	int number() {
		return this.number;
	}

	ProcessState state() {
		return this.state;
	}

	Process handle() {
		if (this.handle == null) {
			throw new IllegalStateException("Process %d has not been started".formatted(this.number));
		}
		return this.handle;
	}

	// No longer after it was started again.
	boolean isHandle(Process handle) {
		return this.handle == handle;
	}

	Process start(List<String> command) throws IOException {
		Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
		this.handle = started;
		this.state = ProcessState.STARTING;
		this.faults.clear();
		return started;
	}

	boolean started(Process handle) {
		if (!isHandle(handle) || this.state != ProcessState.STARTING) {
			return false;
		}
		this.state = ProcessState.RUNNING;
		return true;
	}

	void stop() {
		this.state = ProcessState.STOPPING;
		handle().destroy();
	}

	void kill() {
		this.state = ProcessState.KILLED;
		handle().destroyForcibly();
	}

	boolean freeze() {
		if (!signal("STOP")) {
			return false;
		}
		this.state = ProcessState.FROZEN;
		return true;
	}

	void thaw() {
		signal("CONT");
		this.state = ProcessState.RUNNING;
	}

	/**
	 * Records that the process has ended.
	 * @return the state in which it ended
	 */
	ProcessState ended() {
		ProcessState before = this.state;
		if (before != ProcessState.KILLED) {
			this.state = ProcessState.STOPPED;
		}
		return before;
	}

	void setFault(CollectorName collector, Fault fault) throws IOException {
		OutputStream commands = handle().getOutputStream();
		commands.write(CollectorConsole.command(collector, fault).getBytes(StandardCharsets.US_ASCII));
		commands.flush();
		this.faults.put(collector, fault);
	}

	ProcessView view() {
		return new ProcessView(this.number, handle().pid(), this.state,
				this.state.actions().stream().filter(CollectorProcess::isPossible).toList(), Map.copyOf(this.faults));
	}

	private boolean signal(String name) {
		try {
			return new ProcessBuilder(KILL.toString(), "-" + name, Long.toString(handle().pid())).start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private static boolean isPossible(Action action) {
		return action != Action.FREEZE || Files.isExecutable(KILL);
	}

	/**
	 * The operations on a process.
	 */
	enum Action {

		START("Start again"), FREEZE("Freeze for %d s".formatted(CollectorProcesses.FROZEN_FOR.toSeconds())),
		STOP("Stop"), KILL("Kill"), REMOVE("Remove");

		private final String label;

		Action(String label) {
			this.label = label;
		}

		public String label() {
			return this.label;
		}

	}

	/**
	 * The state of a process.
	 */
	enum ProcessState {

		STARTING, RUNNING, FROZEN, STOPPING, STOPPED, KILLED;

		List<Action> actions() {
			return switch (this) {
				case STARTING -> List.of(Action.KILL);
				case RUNNING -> List.of(Action.FREEZE, Action.STOP, Action.KILL);
				case FROZEN, STOPPING -> List.of(Action.KILL);
				case STOPPED, KILLED -> List.of(Action.START, Action.REMOVE);
			};
		}

		String word() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * A process, for the page.
	 *
	 * @param number its number
	 * @param pid its process id
	 * @param state its state
	 * @param actions the operations on it that are possible now
	 * @param faults the faults of its collectors
	 */
	record ProcessView(int number, long pid, ProcessState state, List<Action> actions,
			Map<CollectorName, Fault> faults) {
	}

}
