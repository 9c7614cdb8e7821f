package io.github.statesignals.core.publish;

/**
 * Bounds the publishes of an exporter that are in flight at once; others are queued.
 * Redis disconnects a subscriber whose output buffer exceeds 32 MB, by default, and all
 * of it is lost; and the slowest subscriber sets the pace.
 */
final class PublishWindow {

	// The outstanding answers: each has some hundred bytes.
	private static final int ANSWERS = 32_768;

	// The bytes in memory of signals that are not answered yet: about half of it is sent.
	private static final long BYTES = 16L * 1024 * 1024;

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

}
