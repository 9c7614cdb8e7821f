package io.github.statesignals.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Arguments of the form {@code key=value}; one without a value is {@code true}.
 *
 * @param values the values by key
 */
record Arguments(Map<String, String> values) {

	static Arguments parse(String... arguments) {
		Map<String, String> values = new LinkedHashMap<>();
		for (String argument : arguments) {
			int equals = argument.indexOf('=');
			values.put((equals < 0) ? argument : argument.substring(0, equals),
					(equals < 0) ? "true" : argument.substring(equals + 1));
		}
		return new Arguments(values);
	}

	String get(String key) {
		String value = this.values.get(key);
		if (value == null) {
			throw new IllegalArgumentException("'" + key + "' is missing in " + this.values);
		}
		return value;
	}

	@Nullable String find(String key) {
		return this.values.get(key);
	}

	int getInt(String key) {
		return Integer.parseInt(get(key));
	}

	boolean has(String key) {
		return this.values.containsKey(key);
	}

}
