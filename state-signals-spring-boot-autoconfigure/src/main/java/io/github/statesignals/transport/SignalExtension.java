package io.github.statesignals.transport;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Travels with a signal for peers that support the extensions of this project: under the
 * key {@value io.github.statesignals.Signal#RESERVED_METADATA_KEY} of its metadata, which
 * other peers ignore.
 *
 * @param id names this publish among its publisher's; a responder echoes it
 * @param sequence counts the signals of a publisher that carry an extension, from 1 on;
 * {@value #NONE} when there is none
 * @param sentMillis when it was sent, in milliseconds on a clock of the publisher's that
 * starts anywhere and never jumps; {@value #NONE} when there is none
 * @param timeoutMillis for how long its publisher awaits answers, in milliseconds;
 * {@value #NONE}: no limit is known
 * @param replyTo where to send answers to; {@code null}: to the channel's responses
 * @param trace the trace context of the publish, as the fields of a propagator such as
 * {@code traceparent}: at most 16, of printable ASCII, with names of at most 64
 * characters and values of at most 1,024. Others are left out
 * @since 0.1.0
 */
public record SignalExtension(@Nullable String id, long sequence, long sentMillis, long timeoutMillis,
		@Nullable String replyTo, Map<String, String> trace) {

	/**
	 * Stands for a number that is not present.
	 */
	public static final long NONE = -1;

	private static final int MAX_TRACE_FIELDS = 16;

	private static final int MAX_TRACE_NAME = 64;

	private static final int MAX_TRACE_VALUE = 1_024;

	public SignalExtension {
		trace = trace.isEmpty() ? Map.of() : bounded(trace);
	}

	public SignalExtension(@Nullable String id, long sequence, long sentMillis, long timeoutMillis,
			@Nullable String replyTo) {
		this(id, sequence, sentMillis, timeoutMillis, replyTo, Map.of());
	}

	private static Map<String, String> bounded(Map<String, String> fields) {
		Map<String, String> bounded = new LinkedHashMap<>();
		fields.forEach((name, value) -> {
			if (bounded.size() < MAX_TRACE_FIELDS && !name.isEmpty() && isPrintable(name, MAX_TRACE_NAME)
					&& isPrintable(value, MAX_TRACE_VALUE)) {
				bounded.put(name, value);
			}
		});
		return Collections.unmodifiableMap(bounded);
	}

	private static boolean isPrintable(String text, int maxLength) {
		return text.length() <= maxLength && text.chars().allMatch((character) -> character >= ' ' && character <= '~');
	}

}
