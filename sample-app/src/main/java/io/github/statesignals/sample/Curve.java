package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The samples of a collector over the time of a run.
 *
 * @param unit the unit of the values
 * @param intervalMillis the time between two values, in milliseconds
 * @param values the values, at most {@value #MOST}
 */
record Curve(String unit, long intervalMillis, List<BigDecimal> values) {

	static final int MOST = 120;

	// Any peer can send such a message: all of its parts are bounded.
	private static final Pattern MESSAGE = Pattern.compile(
			"curve\\((?<unit>[A-Za-z]{1,16}),(?<interval>\\d{1,9})\\):(?<values>\\d{1,15}(\\.\\d{1,6})?(,\\d{1,15}(\\.\\d{1,6})?){0,"
					+ (MOST - 1) + "})(?![\\w.,])");

	/**
	 * Returns the curve of all samples of a run: the mean of neighbours where there are
	 * more than {@value #MOST}.
	 * @param unit the unit
	 * @param intervalMillis the time between two samples, in milliseconds
	 * @param samples the samples
	 * @return the curve
	 */
	static Curve of(String unit, long intervalMillis, List<Double> samples) {
		List<Double> values = samples;
		long interval = intervalMillis;
		while (values.size() > MOST) {
			List<Double> halved = new ArrayList<>();
			for (int i = 0; i < values.size(); i += 2) {
				halved.add((i + 1 < values.size()) ? (values.get(i) + values.get(i + 1)) / 2 : values.get(i));
			}
			values = halved;
			interval *= 2;
		}
		return new Curve(unit, interval,
				values.stream().map((value) -> BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP)).toList());
	}

	String toMessage() {
		return this.values.stream()
			.map(BigDecimal::toPlainString)
			.collect(Collectors.joining(",", "curve(%s,%d):".formatted(this.unit, this.intervalMillis), ""));
	}

	/**
	 * Removes the curve from the message of an answer.
	 * @param message the message
	 * @return the rest of the message
	 */
	static @Nullable String remove(@Nullable String message) {
		return (message != null) ? MESSAGE.matcher(message).replaceFirst("").stripTrailing() : null;
	}

	static Optional<Curve> parse(@Nullable String message) {
		Matcher matcher = MESSAGE.matcher((message != null) ? message : "");
		return matcher.find()
				? Optional.of(new Curve(matcher.group("unit"), Long.parseLong(matcher.group("interval")),
						Arrays.stream(matcher.group("values").split(",")).map(BigDecimal::new).toList()))
				: Optional.empty();
	}

}
