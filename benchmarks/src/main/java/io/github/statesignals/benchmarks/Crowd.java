package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Many exporters, each with as many responders: where all answers go to one channel, each
 * reaches every exporter.
 */
final class Crowd {

	private static final Duration PATIENCE = Duration.ofSeconds(180);

	private static final String SHARED = "-shared";

	private final Lab lab;

	private final Samples samples;

	private final Options options;

	Crowd(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
		this.options = lab.options();
	}

	void run() {
		// The processes are many, and the ratio is large: fewer rounds do.
		int rounds = Math.min(this.options.rounds(), 3);
		for (int round = 0; round < rounds; round++) {
			for (Arm arm : List.of(Arm.FLOOR, Arm.OURS)) {
				if (this.options.arms().contains(arm)) {
					attempt(round, arm, false);
					attempt(round, arm, true);
				}
			}
		}
	}

	private void attempt(int round, Arm arm, boolean shared) {
		try {
			measure(round, arm, shared);
		}
		catch (RuntimeException ex) {
			System.out.println("left out: " + ex.getMessage());
		}
	}

	private void measure(int round, Arm arm, boolean shared) {
		int size = this.options.crowd();
		String label = arm.label() + (shared ? SHARED : "");
		Arm actual = (shared && arm == Arm.OURS) ? Arm.OURS_PLAIN : arm;
		String[] more = (shared || arm == Arm.OURS) ? new String[0] : new String[] { "reply-to" };
		try (PeerProcess responder = this.lab.start("responder", actual);
				PeerProcess exporters = this.lab.start("crowd", actual, more)) {
			responder.ready();
			exporters.ready();
			responder.request("size n=" + size, PATIENCE);
			exporters.request("start n=%d responders=%d".formatted(size, size), PATIENCE);
			exporters.request("round", PATIENCE);
			for (int slice = 0; slice < this.options.slices() + 1; slice++) {
				double cpu = this.lab.redis().cpuSeconds();
				Map<String, Double> numbers = exporters.request("round", PATIENCE);
				this.samples.add(round, label, size, "crowd-", numbers);
				this.samples.add(round, label, size, "crowd-redis-millis",
						(this.lab.redis().cpuSeconds() - cpu) * 1000);
			}
		}
		System.out.printf("round %d  crowd of %d  %-13s %7.1f ms, %7.1f ms of Redis%n", round + 1, size, label,
				this.samples.figure(label, size, "crowd-millis").median(),
				this.samples.figure(label, size, "crowd-redis-millis").median());
	}

}
