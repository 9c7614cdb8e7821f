package io.github.statesignals.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;

import io.github.statesignals.ResultCode;
import io.github.statesignals.sample.RunReport.AnswerReport;
import io.github.statesignals.sample.RunReport.SignalReport;

/**
 * Formats a report as text.
 */
final class ReportPrinter {

	private static final int MESSAGE_LENGTH = 48;

	private ReportPrinter() {
	}

	static String print(RunReport report) {
		StringJoiner text = new StringJoiner(System.lineSeparator());
		text.add("%s (uuid %s): %d rounds of the workload, %s".formatted(report.run(), report.uuid(), report.rounds(),
				report.success() ? "collected by all" : "NOT collected by all"));
		text.add("");
		answers(report).forEach(text::add);
		text.add("");
		results(report).forEach(text::add);
		text.add("");
		figures(report).forEach(text::add);
		return text.toString();
	}

	private static List<String> answers(RunReport report) {
		List<List<String>> rows = new ArrayList<>();
		rows.add(List.of("EVENT", "RESPONDER", "RAS", "LATENCY", "MESSAGE"));
		for (SignalReport signal : report.signals()) {
			for (AnswerReport answer : signal.answers()) {
				rows.add(List.of(signal.event(), shortId(answer.responder()), Integer.toString(answer.ras()),
						millis(answer.latencyMillis()), shortMessage(answer)));
			}
		}
		return table(rows);
	}

	private static List<String> results(RunReport report) {
		List<List<String>> rows = new ArrayList<>();
		rows.add(List.of("EVENT", "RESULT", "AFTER", "MISSING"));
		for (SignalReport signal : report.signals()) {
			String missing = signal.missing()
				.stream()
				.map(ReportPrinter::shortId)
				.sorted()
				.collect(Collectors.joining(", "));
			rows.add(List.of(signal.event(), result(signal), millis(signal.elapsedMillis()),
					missing.isEmpty() ? "none" : missing));
		}
		return table(rows);
	}

	private static String result(SignalReport signal) {
		boolean noneActed = signal.code() == ResultCode.ALL_SUBS_SUCCESS && !signal.success();
		return noneActed ? "NO RESPONDER ACTED" : signal.code().name();
	}

	private static List<String> figures(RunReport report) {
		List<List<String>> rows = new ArrayList<>();
		rows.add(List.of("COLLECTOR", "FIGURES"));
		SignalReport stop = report.signals().get(report.signals().size() - 1);
		for (AnswerReport answer : stop.answers()) {
			rows.add(List.of(shortId(answer.responder()), figures(report, answer)));
		}
		stop.missing().forEach((responder) -> rows.add(List.of(shortId(responder), "none: it did not answer")));
		return table(rows);
	}

	private static String figures(RunReport report, AnswerReport answer) {
		Map<String, ?> figures = report.figures().get(answer.responder());
		return (figures != null)
				? figures.entrySet()
					.stream()
					.map((figure) -> figure.getKey() + " " + figure.getValue())
					.collect(Collectors.joining(", "))
				: "none: " + Objects.requireNonNullElse(answer.message(), "it failed");
	}

	private static List<String> table(List<List<String>> rows) {
		int columns = rows.get(0).size();
		StringBuilder format = new StringBuilder();
		for (int i = 0; i < columns - 1; i++) {
			int column = i;
			int width = rows.stream().mapToInt((row) -> row.get(column).length()).max().orElseThrow();
			format.append("  %-").append(width).append("s");
		}
		format.append("  %s");
		return rows.stream().map((row) -> format.toString().formatted(row.toArray()).stripTrailing()).toList();
	}

	private static String millis(double millis) {
		return String.format(Locale.ROOT, "%.1f ms", millis);
	}

	private static String shortMessage(AnswerReport answer) {
		String message = Objects.requireNonNullElse(answer.message(), "");
		return (message.length() <= MESSAGE_LENGTH) ? message : message.substring(0, MESSAGE_LENGTH - 3) + "...";
	}

	// cpu-0b4e38ef-5a3c-4d2e-9c15-1c0a7d1b3f6e-resp: eight digits
	// distinguish it from the others.
	private static String shortId(String responder) {
		return responder.replaceFirst("(-\\p{XDigit}{8})(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}", "$1");
	}

}
