package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Measures the cost of signals for other applications: to a round trip, and to a process
 * that only discards them.
 */
final class ForeignTraffic {

	private static final int RATE = 10_000;

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private final Lab lab;

	private final Samples samples;

	private final Options options;

	ForeignTraffic(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
		this.options = lab.options();
	}

	void run() {
		List<Arm> arms = new ArrayList<>(List.of(Arm.FLOOR, Arm.OURS));
		arms.retainAll(this.options.arms());
		for (int round = 0; round < this.options.rounds(); round++) {
			for (Arm arm : arms) {
				try {
					measure(round, arm);
				}
				catch (RuntimeException ex) {
					System.out.println("left out: " + ex.getMessage());
				}
			}
			Collections.reverse(arms);
		}
	}

	private void measure(int round, Arm arm) {
		String label = arm.label();
		try (PeerProcess responder = this.lab.start("responder", arm, "lock-tag=" + ExporterArm.TAG,
				"state-signals.responder.lock-tag=" + ExporterArm.TAG);
				PeerProcess exporter = this.lab.start("exporter", arm);
				PeerProcess foreign = this.lab.start("foreign", arm)) {
			responder.ready();
			exporter.ready();
			foreign.ready();
			responder.request("size n=1", PATIENCE);
			exporter.request("await n=1", PATIENCE);
			String start = "start rate=%d channel=%s".formatted(RATE,
					arm.isOurs() ? OursChannels.SIGNALS : FloorChannels.signals(label));
			// Both are warmed up before either is measured.
			new WarmUp(exporter, responder).run(() -> {
				latency(exporter, this.options.warmUp());
				foreign.request(start, PATIENCE);
				latency(exporter, this.options.warmUp());
				foreign.request("stop", PATIENCE);
				catchUp(exporter);
			}, this.options.warmUp().multipliedBy(2), this.options.warmUps());
			Map<String, Double> loaded = Map.of();
			Map<String, Double> quiet = Map.of();
			for (int slice = 0; slice < this.options.slices(); slice++) {
				quiet = latency(exporter, this.options.slice());
				this.samples.add(round, label, 1, "quiet-", quiet);
				foreign.request(start, PATIENCE);
				Lab.pause(200);
				loaded = latency(exporter, this.options.slice());
				this.samples.add(round, label, 1, "loaded-", loaded);
				foreign.request("stop", PATIENCE);
				catchUp(exporter);
			}
			foreign.request(start, PATIENCE);
			Lab.pause(200);
			String cpu = "cpu millis=" + this.options.slice().multipliedBy(2).toMillis();
			double responderCpu = responder.request(cpu, PATIENCE).getOrDefault("cpu", 0.0);
			double exporterCpu = exporter.request(cpu, PATIENCE).getOrDefault("cpu", 0.0);
			foreign.request("stop", PATIENCE);
			this.samples.add(round, label, 1, "discard-cpu", Math.max(responderCpu, exporterCpu));
			System.out.printf(
					"round %d  foreign %-10s p50 quiet %6.0f us, loaded %6.0f us; discarding: responder %4.1f %%, exporter %4.1f %% of a core%n",
					round + 1, label, quiet.get("p50"), loaded.get("p50"), responderCpu * 100, exporterCpu * 100);
		}
	}

	// The responder answers after it has discarded all foreign signals.
	private void catchUp(PeerProcess exporter) {
		latency(exporter, Duration.ofMillis(50));
	}

	private Map<String, Double> latency(PeerProcess exporter, Duration time) {
		return exporter.request("latency millis=" + time.toMillis(), PATIENCE);
	}

}
