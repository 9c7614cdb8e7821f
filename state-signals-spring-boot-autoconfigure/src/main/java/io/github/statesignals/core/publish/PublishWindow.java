package io.github.statesignals.core.publish;

import java.util.Map;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the publishes of an exporter that are in flight at once; others are queued.
 * Redis disconnects a subscriber whose output buffer exceeds 32 MB, by default, and all
 * of it is lost; and the slowest subscriber sets the pace.
 */
final class PublishWindow {

	// The outstanding answers: each has some hundred bytes.
	private static final int ANSWERS = 25_000;

	// The bytes of signals that are not answered yet.
	private static final long BYTES = 8L * 1024 * 1024;

	// The bytes of a signal without its metadata.
	private static final int ENVELOPE = 512;

	private int publications;

	private int answers;

	private long bytes;

	// Whether another one fits in. One always does.
	boolean hasCapacity(int awaited, long size) {
		return this.publications == 0 || (this.answers + awaited <= ANSWERS && this.bytes + size <= BYTES);
	}

	void enter(int awaited, long size) {
		this.publications++;
		this.answers += awaited;
		this.bytes += size;
	}

	void leave(int awaited, long size) {
		this.publications--;
		this.answers -= awaited;
		this.bytes -= size;
	}

	// Estimates the bytes of a signal.
	static long size(Signal signal) {
		return ENVELOPE + size(signal.metadata());
	}

	private static long size(@Nullable Object value) {
		long size = 8;
		if (value instanceof CharSequence text) {
			size += text.length();
		}
		else if (value instanceof Map<?, ?> map) {
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				size += size(entry.getKey()) + size(entry.getValue());
			}
		}
		else if (value instanceof Iterable<?> values) {
			for (Object element : values) {
				size += size(element);
			}
		}
		return size;
	}

}
