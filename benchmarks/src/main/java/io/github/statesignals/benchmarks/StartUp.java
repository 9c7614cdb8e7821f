package io.github.statesignals.benchmarks;

import java.util.Map;

import io.github.statesignals.benchmarks.plain.PlainApplication;
import io.github.statesignals.benchmarks.signalling.SignallingApplication;

/**
 * Measures the time, memory and connections that the starter adds to an application that
 * uses Redis already.
 */
final class StartUp {

	static final String WITH = "with";

	static final String WITHOUT = "without";

	private final Lab lab;

	private final Samples samples;

	StartUp(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
	}

	void run() {
		// Once for the file cache.
		measure(-1, true);
		for (int round = 0; round < Math.max(2, this.lab.options().rounds()); round++) {
			measure(round, round % 2 == 0);
			measure(round, round % 2 == 1);
		}
	}

	private void measure(int round, boolean starter) {
		int before = this.lab.redis().connectionsNow();
		try (PeerProcess application = starter
				? this.lab.startApplication(SignallingApplication.class, true,
						"--state-signals.exporter.legal-events=" + SignallingApplication.EVENT)
				: this.lab.startApplication(PlainApplication.class, false)) {
			Map<String, Double> numbers = application.ready();
			if (round < 0) {
				return;
			}
			String label = starter ? WITH : WITHOUT;
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
