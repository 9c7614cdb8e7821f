package io.github.statesignals.benchmarks;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.github.statesignals.benchmarks.plain.PlainApplication;
import io.github.statesignals.benchmarks.signalling.SignallingApplication;

/**
 * Measures the time, memory and connections that the starter adds to an application that
 * uses Redis already.
 */
final class StartUp {

	/**
	 * Without the starter.
	 */
	static final String WITHOUT = "without";

	/**
	 * With the starter and a handler.
	 */
	static final String HANDLER = "handler";

	/**
	 * With an exporter, too, which is initialized at start.
	 */
	static final String EXPORTER = "exporter";

	private final Lab lab;

	private final Samples samples;

	StartUp(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
	}

	void run() {
		List<String> applications = Arrays.asList(WITHOUT, HANDLER, EXPORTER);
		// Once for the file cache.
		measure(-1, EXPORTER);
		for (int round = 0; round < Math.max(2, this.lab.options().rounds()); round++) {
			for (String application : applications) {
				measure(round, application);
			}
			Collections.reverse(applications);
		}
	}

	private PeerProcess start(String label) {
		return switch (label) {
			case WITHOUT -> this.lab.startApplication(PlainApplication.class, false);
			case HANDLER -> this.lab.startApplication(SignallingApplication.class, true);
			default -> this.lab.startApplication(SignallingApplication.class, true,
					"--state-signals.exporter.legal-events=" + SignallingApplication.EVENT);
		};
	}

	private void measure(int round, String label) {
		int before = this.lab.redis().connectionsNow();
		try (PeerProcess application = start(label)) {
			Map<String, Double> numbers = application.ready();
			if (round < 0) {
				return;
			}
			numbers.put("connections", (double) this.lab.redis().connectionsNow() - before);
			numbers.put("memory", numbers.getOrDefault("heap", 0.0) + numbers.getOrDefault("beside", 0.0));
			this.samples.add(round, label, 0, "start-up-", numbers);
			System.out.printf(
					"round %d  start-up %-8s %5.0f ms, %5.0f ms of CPU, %5.0f classes, %5.1f MB, %1.0f connections%n",
					round + 1, label, numbers.get("start"), numbers.get("cpu"), numbers.get("classes"),
					numbers.getOrDefault("memory", 0.0) / 1e6, numbers.get("connections"));
		}
		catch (RuntimeException ex) {
			System.out.println("left out: " + ex.getMessage());
		}
	}

}
