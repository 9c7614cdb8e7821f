package io.github.statesignals.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * All measurements of a run.
 */
final class Samples {

	private static final double[] NONE = {};

	private final List<Sample> samples = new CopyOnWriteArrayList<>();

	void add(int round, String arm, int n, String metric, double value) {
		this.samples.add(new Sample(round, arm, n, metric, value));
	}

	void add(int round, String arm, int n, String prefix, Map<String, Double> numbers) {
		numbers.forEach((metric, value) -> add(round, arm, n, prefix + metric, value));
	}

	/**
	 * Returns the figures of an arm: for each round the median of its slices.
	 * @param arm the arm
	 * @param n the number of responders
	 * @param metric the metric
	 * @return the figures
	 */
	Figure figure(String arm, int n, String metric) {
		return new Figure(byRound(arm, n, metric).values()
			.stream()
			.mapToDouble((slices) -> new Figure(slices).median())
			.toArray());
	}

	/**
	 * Returns the ratios of two arms: for each round the median of the ratios of slices
	 * of the same number, which were measured shortly after each other.
	 * @param arm the arm of the numerator
	 * @param metric its metric
	 * @param otherArm the arm of the denominator
	 * @param otherMetric its metric
	 * @param n how many responders
	 * @return the ratios
	 */
	Figure ratio(String arm, String metric, String otherArm, String otherMetric, int n) {
		return compare(arm, metric, otherArm, otherMetric, n, (above, below) -> above / below);
	}

	/**
	 * Returns the differences of two arms, as the ratios.
	 * @param arm the arm from which is subtracted
	 * @param otherArm the arm that is subtracted
	 * @param metric the metric
	 * @param n how many responders
	 * @return the differences
	 */
	Figure difference(String arm, String otherArm, String metric, int n) {
		return compare(arm, metric, otherArm, metric, n, (more, less) -> more - less);
	}

	private Figure compare(String arm, String metric, String otherArm, String otherMetric, int n,
			DoubleBinaryOperator comparison) {
		Map<Integer, double[]> above = byRound(arm, n, metric);
		Map<Integer, double[]> below = byRound(otherArm, n, otherMetric);
		return new Figure(above.keySet()
			.stream()
			.filter(below::containsKey)
			.mapToDouble(
					(round) -> compare(above.getOrDefault(round, NONE), below.getOrDefault(round, NONE), comparison))
			.toArray());
	}

	private static double compare(double[] above, double[] below, DoubleBinaryOperator comparison) {
		if (above.length != below.length) {
			// One of them failed before its last slice, or a slice of it did not count.
			return comparison.applyAsDouble(new Figure(above).median(), new Figure(below).median());
		}
		return new Figure(IntStream.range(0, above.length)
			.mapToDouble((slice) -> comparison.applyAsDouble(above[slice], below[slice]))
			.toArray()).median();
	}

	double sum(String arm, String metric) {
		return values((sample) -> sample.arm.equals(arm) && sample.metric.equals(metric)).sum();
	}

	private Map<Integer, double[]> byRound(String arm, int n, String metric) {
		Map<Integer, double[]> slices = new TreeMap<>();
		Predicate<Sample> wanted = (sample) -> sample.arm.equals(arm) && sample.n == n && sample.metric.equals(metric);
		this.samples.stream()
			.filter(wanted)
			.map(Sample::round)
			.distinct()
			.forEach((round) -> slices.put(round, values(wanted.and((sample) -> sample.round == round)).toArray()));
		return slices;
	}

	private DoubleStream values(Predicate<Sample> wanted) {
		return this.samples.stream().filter(wanted).mapToDouble(Sample::value);
	}

	void write(Path file) throws IOException {
		List<String> lines = new ArrayList<>();
		lines.add("round,arm,n,metric,value");
		for (Sample sample : this.samples) {
			lines.add("%d,%s,%d,%s,%s".formatted(sample.round, sample.arm, sample.n, sample.metric,
					String.format(Locale.ROOT, "%.3f", sample.value)));
		}
		Files.write(file, lines);
	}

	/**
	 * A measurement.
	 */
	private record Sample(int round, String arm, int n, String metric, double value) {
	}

	/**
	 * The median of some values, and how far they spread.
	 */
	static final class Figure {

		private final double[] sorted;

		Figure(double... values) {
			this.sorted = values.clone();
			Arrays.sort(this.sorted);
		}

		boolean isEmpty() {
			return this.sorted.length == 0;
		}

		double median() {
			int middle = this.sorted.length / 2;
			return (this.sorted.length % 2 == 1) ? this.sorted[middle]
					: (this.sorted[middle - 1] + this.sorted[middle]) / 2;
		}

		double min() {
			return this.sorted[0];
		}

		double max() {
			return this.sorted[this.sorted.length - 1];
		}

	}

}
