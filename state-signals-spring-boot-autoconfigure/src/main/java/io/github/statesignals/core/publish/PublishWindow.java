package io.github.statesignals.core.publish;

import java.util.Map;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * How much of an exporter may be under way at once: more waits its turn. Redis throws a
 * subscriber out for whom more than 32 MB wait, by default, and then all of them are
 * lost; and subscribers are as fast as the one who is slowest.
 */
final class PublishWindow {

	/**
	 * How many answers may be outstanding: each is some hundred bytes.
	 */
	private static final int ANSWERS = 25_000;

	/**
	 * How many bytes of signals may be on their way to those who have not answered.
	 */
	private static final long BYTES = 8L * 1024 * 1024;

	/**
	 * What a signal has beside its metadata.
	 */
	private static final int ENVELOPE = 512;

	private int publications;

	private int answers;

	private long bytes;

	/**
	 * Whether another one fits in. One always does.
	 * @param awaited how many answers it awaits
	 * @param size its size
	 * @return whether it does
	 */
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

	/**
	 * About how many bytes a signal will have.
	 * @param signal the signal
	 * @return the size
	 */
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
