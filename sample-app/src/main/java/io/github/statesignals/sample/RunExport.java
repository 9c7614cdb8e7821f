package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.util.StringJoiner;

import io.github.statesignals.sample.RunReport.AnswerReport;
import io.github.statesignals.sample.RunReport.SignalReport;
import org.jspecify.annotations.Nullable;

/**
 * Formats a report as CSV: a line for each answer, missing responder, figure and sample.
 */
final class RunExport {

	private static final String LINE = "\r\n";

	private RunExport() {
	}

	static String csv(RunReport report) {
		StringJoiner text = new StringJoiner(LINE, "", LINE);
		text.add("run,kind,event,responder,name,millis,value,message");
		for (SignalReport signal : report.signals()) {
			for (AnswerReport answer : signal.answers()) {
				text.add(line(report.run(), "answer", signal.event(), answer.responder(), "ras",
						Double.toString(answer.latencyMillis()), Integer.toString(answer.ras()), answer.message()));
			}
			for (String responder : signal.missing()) {
				text.add(line(report.run(), "missing", signal.event(), responder, null, null, null, null));
			}
		}
		report.figures()
			.forEach((responder, figures) -> figures.forEach((name, value) -> text
				.add(line(report.run(), "figure", null, responder, name, null, value.toPlainString(), null))));
		report.curves().forEach((responder, curve) -> {
			long millis = 0;
			for (BigDecimal value : curve.values()) {
				text.add(line(report.run(), "sample", null, responder, curve.unit(), Long.toString(millis),
						value.toPlainString(), null));
				millis += curve.intervalMillis();
			}
		});
		return text.toString();
	}

	private static String line(@Nullable String... fields) {
		StringJoiner line = new StringJoiner(",");
		for (String field : fields) {
			line.add(quoted(field));
		}
		return line.toString();
	}

	// A spreadsheet takes text that begins like this for a formula.
	private static String quoted(@Nullable String field) {
		if (field == null) {
			return "";
		}
		String text = field.matches("(?s)[=+@\\t\\r-].*") && !field.matches("-?[0-9.]+") ? "'" + field : field;
		return text.matches("(?s).*[\",\\r\\n'].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
	}

}
