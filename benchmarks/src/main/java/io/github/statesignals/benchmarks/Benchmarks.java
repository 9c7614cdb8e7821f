package io.github.statesignals.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs all arms in turn, and prints their ratios to each other and the goals.
 */
public final class Benchmarks {

	private Benchmarks() {
	}

	/**
	 * Runs the benchmarks.
	 * @param arguments the options, see {@code --help}
	 * @throws Exception if they can't be run
	 */
	public static void main(String[] arguments) throws Exception {
		if (List.of(arguments).contains("--help")) {
			System.out.println(Options.HELP);
			return;
		}
		Options options;
		try {
			options = Options.parse(arguments);
		}
		catch (RuntimeException ex) {
			System.out.println(ex.getMessage());
			System.out.println(Options.HELP);
			System.exit(2);
			return;
		}
		Files.createDirectories(options.out());
		try (RedisServer redis = RedisServer.open(options)) {
			Lab lab = new Lab(options, redis);
			System.out.printf("JDK %s, Redis %s, %d cores; logs and numbers in %s%n", Runtime.version(),
					redis.version(), Runtime.getRuntime().availableProcessors(), options.out());
			if (options.soak() != null) {
				endAfter(options.limit(), () -> {
				});
				new Soak(lab).run(options.soak());
			}
			else {
				compare(lab);
			}
		}
		// A library may have threads that are no daemons.
		System.exit(0);
	}

	private static void compare(Lab lab) {
		Options options = lab.options();
		Samples samples = new Samples();
		if (options.arms().contains(Arm.PYTHON) && options.python() == null) {
			System.out.println(
					"The arm python is left out. Set --python to the path of an interpreter with the package state-signals 1.0.1.");
		}
		Map<String, Runnable> parts = new LinkedHashMap<>();
		parts.put(Options.ROUND_TRIPS, () -> new RoundTrips(lab, samples).run());
		parts.put(Options.CATCH_UP, () -> new CatchUp(lab, samples).run());
		parts.put(Options.FOREIGN, () -> new ForeignTraffic(lab, samples).run());
		parts.put(Options.CROWD, () -> new Crowd(lab, samples).run());
		parts.put(Options.START_UP, () -> new StartUp(lab, samples).run());
		parts.keySet().retainAll(options.only());
		endAfter(options.limit(), () -> report(samples, options));
		parts.values().forEach(Runnable::run);
		report(samples, options);
	}

	// By one thread: if the limit is reached meanwhile, the other waits, and prints the
	// same.
	private static synchronized void report(Samples samples, Options options) {
		try {
			samples.write(options.out().resolve("samples.csv"));
			String table = new Goals(samples, options).table();
			Files.writeString(options.out().resolve("goals.txt"), table);
			System.out.println();
			System.out.print(table);
			new Charts(samples, options).write();
		}
		catch (IOException ex) {
			ex.printStackTrace();
		}
	}

	private static void endAfter(Duration limit, Runnable report) {
		Thread thread = new Thread(() -> {
			try {
				TimeUnit.MILLISECONDS.sleep(limit.toMillis());
				System.out.println("Ended after " + limit.toMinutes() + " minutes, see --limit");
				report.run();
				System.exit(3);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, "limit");
		thread.setDaemon(true);
		thread.start();
	}

}
