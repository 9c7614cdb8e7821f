package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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

		// A slice in which other processes or compilers were busy is measured again.
		void measure(int round, int n) {
			int attempts = RoundTrips.this.options.attempts();
			if (this.arm == Arm.PYTHON || attempts == 0) {
				add(round, n, slice(n));
				return;
			}
			for (int i = 0; i < attempts; i++) {
				QuietMachine machine = new QuietMachine(this.exporter, this.responder, RoundTrips.this.lab.redis());
				Map<String, Double> slice = slice(n);
				String disturbance = machine.disturbance();
				if (disturbance == null) {
					add(round, n, slice);
					return;
				}
				// Each publish of it has to be answered nevertheless.
				slice.keySet().removeIf((metric) -> !metric.endsWith("-failed"));
				RoundTrips.this.samples.add(round, this.arm.label(), n, "", slice);
				System.out.printf("round %d  n=%-4d %-12s not counted: %s%n", round + 1, n, this.arm.label(),
						disturbance);
			}
		}

		private void add(int round, int n, Map<String, Double> slice) {
			RoundTrips.this.samples.add(round, this.arm.label(), n, "", slice);
			System.out.printf("round %d  n=%-4d %-12s p50 %9.0f us", round + 1, n, this.arm.label(),
					slice.get("one-p50"));
			if (this.arm != Arm.PYTHON) {
				System.out.printf("  p99 %9.0f us  %9.0f/s  %,9.0f bytes", slice.get("one-p99"), slice.get("many-rate"),
						slice.get("many-bytes"));
			}
			System.out.println();
		}

		private Map<String, Double> slice(int n) {
			Duration time = RoundTrips.this.options.slice();
			Map<String, Double> slice = new LinkedHashMap<>();
			put(slice, "one-", latency(time));
			if (this.arm != Arm.PYTHON) {
				put(slice, "few-", throughput(time, n, FEW));
				double redis = RoundTrips.this.lab.redis().cpuSeconds();
				double exporter = this.exporter.cpuMillis();
				double responder = this.responder.cpuMillis();
				Map<String, Double> throughput = throughput(time, n);
				double count = throughput.getOrDefault("count", 1.0);
				put(slice, "many-", throughput);
				slice.put("many-redis-micros", (RoundTrips.this.lab.redis().cpuSeconds() - redis) * 1e6 / count);
				slice.put("many-exporter-micros", (this.exporter.cpuMillis() - exporter) * 1e3 / count);
				slice.put("many-responder-micros", (this.responder.cpuMillis() - responder) * 1e3 / count);
			}
			return slice;
		}

		private static void put(Map<String, Double> slice, String prefix, Map<String, Double> numbers) {
			numbers.forEach((metric, value) -> slice.put(prefix + metric, value));
		}

		private Map<String, Double> latency(Duration time) {
			return this.exporter.request("latency millis=" + time.toMillis(), PATIENCE);
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
