package io.github.statesignals.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

/**
 * A process that is measured: executes the commands that it reads, one in each line, and
 * writes a line of numbers for each. Ends with its standard input.
 */
final class Peer {

	private Peer() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		PrintStream replies = System.out;
		// The output of libraries is no reply.
		System.setOut(System.err);
		BlockingQueue<String> commands = new LinkedBlockingQueue<>();
		Thread reader = new Thread(() -> read(commands), "commands");
		reader.setDaemon(true);
		reader.start();
		try {
			Role role = create(Arguments.parse(arguments));
			reply(replies, Map.of());
			while (true) {
				String line = commands.take();
				String[] words = line.split(" ");
				reply(replies, role.handle(words[0], Arguments.parse(Arrays.copyOfRange(words, 1, words.length))));
			}
		}
		catch (Exception | LinkageError ex) {
			ex.printStackTrace();
			replies.println("! " + ex);
			replies.flush();
		}
		System.exit(0);
	}

	private static Role create(Arguments arguments) {
		return switch (arguments.get("role")) {
			case "exporter" -> new ExporterRole(Arm.of(arguments.get("arm")).exporter(arguments));
			case "responder" -> new ResponderRole(Arm.of(arguments.get("arm")).responder(arguments));
			case "crowd" -> new CrowdRole(Arm.of(arguments.get("arm")), arguments);
			case "foreign" -> new ForeignRole(arguments);
			case "visitors" -> new VisitorsRole(arguments);
			default -> throw new IllegalArgumentException("There is no such role: " + arguments);
		};
	}

	private static void read(BlockingQueue<String> commands) {
		try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				commands.add(line);
			}
		}
		catch (IOException ex) {
			// The same as the end.
		}
		// Also in the middle of a command: its sender has ended.
		System.exit(0);
	}

	static void reply(PrintStream replies, Map<String, ? extends Number> numbers) {
		replies.println(numbers.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + entry.getValue())
			.collect(Collectors.joining(" ", "= ", "")));
		replies.flush();
	}

	/**
	 * The purpose of a process.
	 */
	interface Role {

		/**
		 * Executes a command.
		 * @param command the command
		 * @param arguments its arguments
		 * @return its result
		 * @throws Exception if it fails
		 */
		Map<String, ? extends Number> handle(String command, Arguments arguments) throws Exception;

	}

}
