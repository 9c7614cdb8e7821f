package io.github.statesignals.core;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a signal by their names on the wire.
 */
final class SignalFields {

	static final String TAG = "tag";

	static final String SAMPLE_NO = "sample_no";

	private SignalFields() {
	}

	static @Nullable Object get(Signal signal, String name) {
		return switch (name) {
			case "publisher_id" -> signal.publisherId();
			case "process_name" -> signal.processName();
			case "event" -> signal.event();
			case "runner_host" -> signal.runnerHost();
			case SAMPLE_NO -> signal.sampleNo();
			case TAG -> signal.tag();
			default -> null;
		};
	}

	static Map<String, Object> of(Signal signal) {
		Map<String, Object> fields = new LinkedHashMap<>();
		fields.put("publisher_id", signal.publisherId());
		fields.put("process_name", signal.processName());
		fields.put("event", signal.event());
		fields.put("runner_host", signal.runnerHost());
		fields.put(SAMPLE_NO, signal.sampleNo());
		fields.put(TAG, signal.tag());
		return fields;
	}

}
