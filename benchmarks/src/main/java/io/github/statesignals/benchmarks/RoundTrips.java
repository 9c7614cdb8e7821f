package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Measures round trips one at a time and many at once. In a round, each arm has two
 * processes, and the arms are measured in turn, the slow ones last; the next round starts
 * them again in the opposite order.
 */
final class RoundTrips {

	// Signals in flight, in addition to the window of the options.
	private static final int FEW = 16;

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	/**
	 * The number of rounds with the slow arms: they are so much slower that more rounds
	 * would not change the result.
	 */
	private static final int SLOW_ROUNDS = 2;

	private final Lab lab;

	private final Samples samples;

	private final Options options;

	RoundTrips(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
		this.options = lab.options();
	}

	void run() {
		for (int round = 0; round < this.options.rounds(); round++) {
			List<Arm> arms = new ArrayList<>(this.options.arms());
			// It uses the starter's channels, and is measured alone therefore.
			boolean python = arms.remove(Arm.PYTHON) && this.options.python() != null;
			if (round % 2 == 1) {
				Collections.reverse(arms);
			}
			round(round, arms.stream().filter((arm) -> !arm.isSlow()).toList());
			if (round >= SLOW_ROUNDS) {
				continue;
			}
			round(round, arms.stream().filter(Arm::isSlow).toList());
			if (python) {
				round(round, List.of(Arm.PYTHON));
			}
		}
	}

	private void round(int round, List<Arm> arms) {
		List<Pair> pairs = new ArrayList<>();
		try {
			for (Arm arm : arms) {
				pairs.add(new Pair(arm));
			}
			for (int n : this.options.responders()) {
				List<Pair> taking = new ArrayList<>(pairs.stream().filter((pair) -> pair.takes(n)).toList());
				taking.forEach((pair) -> pair.attempt(() -> pair.prepare(n)));
				for (int slice = 0; slice < this.options.slices(); slice++) {
					taking.forEach((pair) -> pair.attempt(() -> pair.measure(round, n)));
					Collections.reverse(taking);
				}
			}
		}
		finally {
			pairs.forEach(Pair::close);
		}
	}

	/**
	 * The two processes of an arm.
	 */
	private final class Pair {

		private final Arm arm;

		private final PeerProcess responder;

		private final PeerProcess exporter;

		private boolean broken;

		Pair(Arm arm) {
			this.arm = arm;
			Lab lab = RoundTrips.this.lab;
			if (arm == Arm.OURS_DURABLE) {
				lab.useFreshDurableChannel();
			}
			this.responder = lab.start("responder", arm);
			this.exporter = lab.start("exporter", arm);
			attempt(() -> {
				this.responder.ready();
				this.exporter.ready();
			});
		}

		boolean takes(int n) {
			return n <= this.arm.maxResponders();
		}

		// An arm that fails does not end the others.
		void attempt(Runnable work) {
			if (this.broken) {
				return;
			}
			try {
				work.run();
			}
			catch (RuntimeException ex) {
				this.broken = true;
				System.out.println("left out from now on: " + ex.getMessage());
			}
		}

		void prepare(int n) {
			this.responder.request("size n=" + n, PATIENCE);
			this.exporter.request("await n=" + n, PATIENCE);
			if (this.arm != Arm.PYTHON) {
				warmUp(n);
			}
		}

		private void warmUp(int n) {
			Duration time = RoundTrips.this.options.warmUp();
			new WarmUp(this.exporter, this.responder).run(() -> {
				latency(time);
				throughput(time, n);
			}, time.multipliedBy(2), RoundTrips.this.options.warmUps());
		}

		void measure(int round, int n) {
			Samples samples = RoundTrips.this.samples;
			RedisServer redis = RoundTrips.this.lab.redis();
			String label = this.arm.label();
			Map<String, Double> latency = latency(RoundTrips.this.options.slice());
			samples.add(round, label, n, "one-", latency);
			if (this.arm != Arm.PYTHON) {
				samples.add(round, label, n, "few-", throughput(RoundTrips.this.options.slice(), n, FEW));
				double cpu = redis.cpuSeconds();
				double exporterCpu = cpuMillis(this.exporter);
				double responderCpu = cpuMillis(this.responder);
				Map<String, Double> throughput = throughput(RoundTrips.this.options.slice(), n);
				double count = throughput.getOrDefault("count", 1.0);
				samples.add(round, label, n, "many-", throughput);
				samples.add(round, label, n, "many-redis-micros", (redis.cpuSeconds() - cpu) * 1e6 / count);
				samples.add(round, label, n, "many-exporter-micros",
						(cpuMillis(this.exporter) - exporterCpu) * 1e3 / count);
				samples.add(round, label, n, "many-responder-micros",
						(cpuMillis(this.responder) - responderCpu) * 1e3 / count);
				System.out.printf("round %d  n=%-4d %-12s p50 %9.0f us  p99 %9.0f us  %9.0f/s  %,9.0f bytes%n",
						round + 1, n, label, latency.get("p50"), latency.get("p99"), throughput.get("rate"),
						throughput.get("bytes"));
			}
			else {
				System.out.printf("round %d  n=%-4d %-12s p50 %9.0f us%n", round + 1, n, label, latency.get("p50"));
			}
		}

		private Map<String, Double> latency(Duration time) {
			return this.exporter.request("latency millis=" + time.toMillis(), PATIENCE);
		}

		private double cpuMillis(PeerProcess peer) {
			return peer.request("cpu-time", PATIENCE).getOrDefault("millis", 0.0);
		}

		private Map<String, Double> throughput(Duration time, int n) {
			return throughput(time, n, RoundTrips.this.options.window());
		}

		private Map<String, Double> throughput(Duration time, int n, int window) {
			long before = RoundTrips.this.lab.redis().connectionsEver();
			Map<String, Double> numbers = this.exporter.request(
					"throughput millis=%d window=%d".formatted(time.toMillis(), this.arm.window(window, n)), PATIENCE);
			long reconnected = RoundTrips.this.lab.redis().connectionsEver() - before;
			if (reconnected > 0 && this.arm.isOurs()) {
				RoundTrips.this.samples.add(0, this.arm.label(), n, "reconnects", reconnected);
				System.out.println("Redis disconnected a subscriber of " + this.arm.label());
			}
			return numbers;
		}

		void close() {
			this.exporter.close();
			this.responder.close();
		}

	}

}
