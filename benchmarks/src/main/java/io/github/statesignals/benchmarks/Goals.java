package io.github.statesignals.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.statesignals.benchmarks.Samples.Figure;

/**
 * Compares the ratios with the goals, and writes them as a table.
 */
final class Goals {

	private static final String OURS = Arm.OURS.label();

	private static final String NAMED = Arm.OURS_NAMED.label();

	private static final String FLOOR = Arm.FLOOR.label();

	private static final String P50 = "one-p50";

	private static final String RATE = "many-rate";

	private final List<Row> rows = new ArrayList<>();

	private final Samples samples;

	private final Options options;

	Goals(Samples samples, Options options) {
		this.samples = samples;
		this.options = options;
		roundTrips();
		throughput();
		alternatives();
		growth();
		durable();
		startUp();
		noise();
	}

	private void roundTrips() {
		for (int n : this.options.responders()) {
			double most = switch (n) {
				case 1 -> 1.25;
				case 10 -> 1.1;
				default -> 0.8;
			};
			ratio("1", "round trip p50 (µs), n=" + n, OURS, P50, FLOOR, P50, n, most, false);
			ratio("1", "round trip p99 (µs), n=" + n, OURS, "one-p99", FLOOR, "one-p99", n, 1.4, false);
		}
	}

	private void throughput() {
		for (int n : this.options.responders()) {
			String many = "signals/s, %d in flight, n=%d".formatted(this.options.window(), n);
			ratio("2", many, OURS, RATE, FLOOR, RATE, n, goal(n, 0.85, 1.75, 2.25), true);
			ratio("2", "named channel: " + many, NAMED, RATE, FLOOR, RATE, n, goal(n, 1.0, 2.0, 2.5), true);
			ratio("2", "signals/s, 16 in flight, n=" + n, OURS, "few-rate", FLOOR, "few-rate", n,
					goal(n, 0.8, 1.2, 1.8), true);
			ratio("-", many + ", floor-json", Arm.FLOOR_JSON.label(), RATE, FLOOR, RATE, n, Double.NaN, true);
		}
		int most = this.options.responders().stream().mapToInt(Integer::intValue).max().orElse(1);
		if (!this.samples.figure(OURS, most, RATE).isEmpty()) {
			value("2", "publishes not answered by all",
					new Figure(this.samples.sum(OURS, "many-failed") + this.samples.sum(OURS, "one-failed")), 0, false);
			value("2", "connections that Redis dropped", new Figure(this.samples.sum(OURS, "reconnects")), 0, false);
		}
	}

	private static double goal(int n, double one, double ten, double hundred) {
		return switch (n) {
			case 1 -> one;
			case 10 -> ten;
			case 100 -> hundred;
			default -> Double.NaN;
		};
	}

	private void alternatives() {
		for (int n : List.of(1, 10, 100)) {
			ratio("3", "signals/s compared with Redisson, n=" + n, NAMED, RATE, Arm.REDISSON.label(), RATE, n, 15,
					true);
			ratio("3", "signals/s compared with naive, n=" + n, NAMED, RATE, Arm.NAIVE.label(), RATE, n, 50, true);
		}
		ratio("3", "Python's round trip (µs) compared with ours", Arm.PYTHON.label(), P50, OURS, P50, 1, 400, true);
	}

	private void growth() {
		for (int n : this.options.responders()) {
			for (String process : List.of("exporter", "responder", "Redis")) {
				String metric = "many-" + process.toLowerCase(Locale.ROOT) + "-micros";
				ratio((n >= 10 && process.equals("Redis")) ? "4" : "-",
						"CPU (µs) per signal, %s, n=%d".formatted(process, n), OURS, metric, FLOOR, metric, n,
						(n >= 10 && process.equals("Redis")) ? 0.3 : Double.NaN, false);
			}
		}
		for (int n : List.of(10, 100, 1000)) {
			Figure bytes = this.samples.figure(OURS, n, "many-bytes");
			if (!bytes.isEmpty()) {
				value("4", "bytes allocated per answer, n=" + n,
						new Figure(bytes.min() / n, bytes.median() / n, bytes.max() / n), 450, false);
			}
		}
		int crowd = this.options.crowd();
		ratio("4", "Redis ms per round, %d × %d, compared with one shared channel".formatted(crowd, crowd), OURS,
				"crowd-redis-millis", OURS + "-shared", "crowd-redis-millis", crowd, 0.08, false);
		ratio("-", "the same of the floor", FLOOR, "crowd-redis-millis", FLOOR + "-shared", "crowd-redis-millis", crowd,
				Double.NaN, false);
		ratio("4", "p50 (µs), 10,000 foreign signals/s compared with none", OURS, "loaded-p50", OURS, "quiet-p50", 1,
				1.1, false);
		ratio("-", "the same of the floor", FLOOR, "loaded-p50", FLOOR, "quiet-p50", 1, Double.NaN, false);
		value("4", "share of a core to discard them", this.samples.figure(OURS, 1, "discard-cpu"), 0.1, false);
		value("-", "the same of the floor", this.samples.figure(FLOOR, 1, "discard-cpu"), Double.NaN, false);
	}

	private void durable() {
		String durable = Arm.OURS_DURABLE.label();
		for (int n : List.of(1, 10)) {
			ratio("5", "durable round trip p50 (µs), n=" + n, durable, P50, FLOOR, P50, n, (n == 1) ? 1.4 : Double.NaN,
					false);
			ratio("5", "durable signals/s, n=" + n, durable, RATE, FLOOR, RATE, n, (n == 1) ? 0.8 : Double.NaN, true);
		}
		value("5", "signals/s caught up after a disconnection", this.samples.figure(durable, 1, "catch-up-rate"),
				50_000, true);
	}

	private void startUp() {
		startUp(StartUp.HANDLER, "with a handler");
		startUp(StartUp.EXPORTER, "with a handler and an exporter");
	}

	private void startUp(String with, String application) {
		added(with, "classes that the starter adds, " + application, "start-up-classes", 1, 400);
		added(with, "start-up that it adds (ms)", "start-up-start", 1, 150);
		ratio("6", "CPU time (ms) of start-up", with, "start-up-cpu", StartUp.WITHOUT, "start-up-cpu", 0, 1.07, false);
		added(with, "memory that it adds (MB)", "start-up-memory", 1e6, 15);
		added(with, "connections that it adds", "start-up-connections", 1, 2);
	}

	private void added(String with, String what, String metric, double unit, double most) {
		Figure added = this.samples.difference(with, StartUp.WITHOUT, metric, 0);
		if (!added.isEmpty()) {
			value("6", what, new Figure(added.min() / unit, added.median() / unit, added.max() / unit), most, false);
		}
	}

	private void noise() {
		for (int n : this.options.responders()) {
			ratio("A/A", "round trip p50 (µs), n=" + n, Arm.FLOOR_AGAIN.label(), P50, FLOOR, P50, n, Double.NaN, false);
			ratio("A/A", "signals/s, n=" + n, Arm.FLOOR_AGAIN.label(), RATE, FLOOR, RATE, n, Double.NaN, true);
		}
	}

	private void ratio(String goal, String what, String arm, String metric, String otherArm, String otherMetric, int n,
			double wanted, boolean atLeast) {
		Figure ratio = this.samples.ratio(arm, metric, otherArm, otherMetric, n);
		if (!ratio.isEmpty()) {
			this.rows.add(new Row(goal, what, number(this.samples.figure(arm, n, metric).median()),
					number(this.samples.figure(otherArm, n, otherMetric).median()), ratio, wanted, atLeast));
		}
	}

	private void value(String goal, String what, Figure value, double most, boolean atLeast) {
		if (!value.isEmpty()) {
			this.rows.add(new Row(goal, what, "", "", value, most, atLeast));
		}
	}

	String table() {
		StringBuilder table = new StringBuilder();
		table.append(line("goal", "what", "value", "reference", "ratio", "(least-most)", "wanted", ""));
		for (Row row : this.rows) {
			Figure figure = row.figure;
			boolean judged = !Double.isNaN(row.wanted);
			boolean met = row.atLeast ? figure.median() >= row.wanted : figure.median() <= row.wanted;
			table.append(line(row.goal, row.what, row.value, row.reference, number(figure.median()),
					"(%s-%s)".formatted(number(figure.min()), number(figure.max())),
					judged ? (row.atLeast ? "≥ " : "≤ ") + number(row.wanted) : "",
					judged ? (met ? "PASS" : "MISS") : ""));
		}
		return table.toString();
	}

	private static String line(Object... cells) {
		return "%-4s  %-58s %10s %10s %9s  %-16s %-8s %s".formatted(cells).stripTrailing() + "\n";
	}

	private static String number(double value) {
		boolean whole = Math.abs(value) >= 100 || value == Math.rint(value);
		return String.format(Locale.ROOT, whole ? "%,.0f" : (Math.abs(value) >= 10) ? "%.1f" : "%.2f", value);
	}

	/**
	 * A line of the table.
	 */
	private record Row(String goal, String what, String value, String reference, Figure figure, double wanted,
			boolean atLeast) {
	}

}
