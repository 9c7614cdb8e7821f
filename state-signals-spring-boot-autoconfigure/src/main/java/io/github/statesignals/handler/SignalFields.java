package io.github.statesignals.handler;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a signal by their names in the protocol.
 */
final class SignalFields {

	static final String EVENT = "event";

	static final String TAG = "tag";

	static final String SAMPLE_NO = "sample_no";

	// No member of a signal, but known wherever it is handled.
	static final String CHANNEL = "channel";

	private static final Map<String, Function<Signal, Object>> FIELDS = new LinkedHashMap<>();

	static {
		FIELDS.put("publisher_id", Signal::publisherId);
		FIELDS.put("process_name", Signal::processName);
		FIELDS.put(EVENT, Signal::event);
		FIELDS.put("runner_host", Signal::runnerHost);
		FIELDS.put(SAMPLE_NO, Signal::sampleNo);
		FIELDS.put(TAG, Signal::tag);
	}

	private SignalFields() {
	}

	static @Nullable String named(String name) {
		String field = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
		return (FIELDS.containsKey(field) || field.equals(CHANNEL)) ? field : null;
	}

	static @Nullable Object get(Signal signal, String channel, String name) {
		if (name.equals(CHANNEL)) {
			return channel;
		}
		Function<Signal, Object> field = FIELDS.get(name);
		return (field != null) ? field.apply(signal) : null;
	}

	static Map<String, Object> of(Signal signal, String channel) {
		Map<String, Object> fields = new LinkedHashMap<>();
		FIELDS.forEach((name, field) -> fields.put(name, field.apply(signal)));
		fields.put(CHANNEL, channel);
		return fields;
	}

}
