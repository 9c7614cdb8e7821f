package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.benchmarks.Samples.Figure;

/**
 * Measures whether heap and threads level out while publishers join and leave.
 */
final class Soak {

	private static final int VISITORS = 100_000;

	private static final int RESPONDERS = 3;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Duration SAMPLE = Duration.ofSeconds(10);

	private final Lab lab;

	private final Samples samples = new Samples();

	Soak(Lab lab) {
		this.lab = lab;
	}

	void run(Duration time) throws Exception {
		try (PeerProcess responder = this.lab.start("responder", Arm.OURS);
				PeerProcess exporter = this.lab.start("exporter", Arm.OURS);
				PeerProcess visitors = this.lab.start("visitors", Arm.OURS)) {
			responder.ready();
			exporter.ready();
			visitors.ready();
			responder.request("size n=" + RESPONDERS, PATIENCE);
			exporter.request("await n=" + RESPONDERS, PATIENCE);
			exporter.request("background pause=5", PATIENCE);
			visitors.request("start count=%d millis=%d".formatted(VISITORS, time.toMillis()), PATIENCE);
			List<Map<String, Double>> responders = new ArrayList<>();
			List<Map<String, Double>> exporters = new ArrayList<>();
			long begin = System.nanoTime();
			for (int i = 1; i <= Math.max(4, time.dividedBy(SAMPLE)); i++) {
				TimeUnit.NANOSECONDS.sleep(begin + SAMPLE.toNanos() * i - System.nanoTime());
				responders.add(sample(i, "responder", responder));
				exporters.add(sample(i, "exporter", exporter));
				System.out.printf("%4d s  %,7.0f visitors  responder %s  exporter %s%n", i * SAMPLE.toSeconds(),
						visitors.request("count", PATIENCE).get("visitors"), text(responders), text(exporters));
			}
			System.out.println();
			report("responder", responders);
			report("exporter", exporters);
		}
		this.samples.write(this.lab.options().out().resolve("soak.csv"));
	}

	private Map<String, Double> sample(int i, String role, PeerProcess process) {
		Map<String, Double> footprint = process.request("footprint", PATIENCE);
		this.samples.add(i, role, 0, "soak-", footprint);
		return footprint;
	}

	private static String text(List<Map<String, Double>> footprints) {
		Map<String, Double> last = footprints.get(footprints.size() - 1);
		return "%6.1f MB %3.0f threads".formatted(last.getOrDefault("heap", 0.0) / 1e6, last.get("threads"));
	}

	private static void report(String role, List<Map<String, Double>> footprints) {
		for (String metric : List.of("heap", "threads")) {
			double unit = metric.equals("heap") ? 1e6 : 1;
			double[] values = footprints.stream()
				.mapToDouble((numbers) -> numbers.getOrDefault(metric, 0.0) / unit)
				.toArray();
			int quarter = Math.max(1, values.length / 4);
			double first = new Figure(Arrays.copyOfRange(values, 0, quarter)).median();
			double last = new Figure(Arrays.copyOfRange(values, values.length - quarter, values.length)).median();
			System.out.printf("goal 7  %-9s %-9s first quarter %7.1f, last quarter %7.1f, %+5.1f %%  %s%n", role,
					metric.equals("heap") ? "heap (MB)" : metric, first, last, (last / first - 1) * 100,
					(last <= first * 1.1) ? "PASS" : "MISS");
		}
	}

}
