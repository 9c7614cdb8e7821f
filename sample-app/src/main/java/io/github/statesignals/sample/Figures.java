package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The measurements of a collector. They are sent in the message of an acknowledgement, as
 * readable {@code name=number} pairs.
 *
 * @param values the numbers by name
 */
record Figures(Map<String, BigDecimal> values) {

	private static final Pattern PAIR = Pattern
		.compile("(?<name>[a-z-]+)=(?<number>-?\\d{1,15}(\\.\\d{1,6})?)(?![\\d.])");

	Figures() {
		this(Map.of());
	}

	Figures with(String name, long number) {
		return with(name, BigDecimal.valueOf(number));
	}

	Figures with(String name, double number) {
		return with(name, BigDecimal.valueOf(number).setScale(2, RoundingMode.HALF_UP));
	}

	Figures with(Figures others) {
		Map<String, BigDecimal> values = new LinkedHashMap<>(this.values);
		values.putAll(others.values);
		return new Figures(values);
	}

	private Figures with(String name, BigDecimal number) {
		return with(new Figures(Map.of(name, number)));
	}

	String toMessage() {
		StringJoiner message = new StringJoiner(" ");
		this.values.forEach((name, number) -> message.add(name + "=" + number));
		return message.toString();
	}

	static Figures parse(@Nullable String message) {
		Map<String, BigDecimal> values = new LinkedHashMap<>();
		Matcher pairs = PAIR.matcher((message != null) ? message : "");
		while (pairs.find()) {
			values.put(pairs.group("name"), new BigDecimal(pairs.group("number")));
		}
		return new Figures(values);
	}

}
