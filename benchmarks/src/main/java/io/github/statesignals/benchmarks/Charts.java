package io.github.statesignals.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Draws the medians of all arms as charts.
 */
final class Charts {

	private final Samples samples;

	private final Options options;

	Charts(Samples samples, Options options) {
		this.samples = samples;
		this.options = options;
	}

	void write() throws IOException {
		System.setProperty("java.awt.headless", "true");
		try {
			draw("round-trip", "Round trip, one at a time (median)", "µs", "one-p50");
			draw("throughput", "Signals answered by all, %d in flight".formatted(this.options.window()), "signals/s",
					"many-rate");
		}
		catch (LinkageError | RuntimeException ex) {
			// The measurements are valid without charts, as in a JDK without fonts.
			System.out.println("No charts: " + ex);
		}
	}

	private void draw(String file, String title, String unit, String metric) throws IOException {
		XYChart chart = new XYChartBuilder().width(900)
			.height(450)
			.title(title)
			.xAxisTitle("responders")
			.yAxisTitle(unit)
			.build();
		chart.getStyler().setXAxisLogarithmic(true);
		chart.getStyler().setYAxisLogarithmic(true);
		chart.getStyler().setXAxisDecimalPattern("#,###");
		chart.getStyler().setYAxisDecimalPattern("#,###");
		chart.getStyler().setChartBackgroundColor(Color.WHITE);
		chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
		List<Double> all = new ArrayList<>();
		for (Arm arm : this.options.arms()) {
			List<Integer> counts = new ArrayList<>();
			List<Double> medians = new ArrayList<>();
			for (int n : this.options.responders()) {
				Samples.Figure figure = this.samples.figure(arm.label(), n, metric);
				// A logarithmic axis can't show zero.
				if (!figure.isEmpty() && figure.median() > 0) {
					counts.add(n);
					medians.add(figure.median());
				}
			}
			if (!counts.isEmpty()) {
				chart.addSeries(arm.label(), counts, medians);
				all.addAll(medians);
			}
		}
		if (!all.isEmpty()) {
			// The axis has a label at each power of ten.
			chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(Collections.min(all)))));
			chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(Collections.max(all)))));
			Files.write(this.options.out().resolve(file + ".png"), ChartEncoder.getBytes(chart, "png"));
		}
	}

}
