package io.github.statesignals.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Publishes for some time, and measures.
 */
final class Load {

	private static final int DRAIN_SECONDS = 30;

	private final ExporterArm exporter;

	Load(ExporterArm exporter) {
		this.exporter = exporter;
	}

	/**
	 * Publishes one signal after the other, as a user does that waits for each result.
	 * @param millis for how long
	 * @return percentiles of the round trip in microseconds, bytes allocated per publish
	 * @throws Exception if a signal can't be published
	 */
	Map<String, Double> oneAtATime(int millis) throws Exception {
		long[] nanos = new long[1024];
		int count = 0;
		int failed = 0;
		long allocated = Footprint.allocatedBytes();
		long now = System.nanoTime();
		long end = now + TimeUnit.MILLISECONDS.toNanos(millis);
		while (now < end || count == 0) {
			failed += publish() ? 0 : 1;
			long after = System.nanoTime();
			if (count == nanos.length) {
				nanos = Arrays.copyOf(nanos, count * 2);
			}
			nanos[count++] = after - now;
			now = after;
		}
		allocated = Footprint.allocatedBytes() - allocated;
		Arrays.sort(nanos, 0, count);
		return Map.of("p50", percentile(nanos, count, 0.5), "p99", percentile(nanos, count, 0.99), "bytes",
				(double) allocated / count, "count", (double) count, "failed", (double) failed);
	}

	private boolean publish() throws Exception {
		try {
			return this.exporter.publish();
		}
		catch (TimeoutException ex) {
			return false;
		}
	}

	private static double percentile(long[] sorted, int count, double share) {
		return sorted[(int) (share * (count - 1))] / 1000.0;
	}

	/**
	 * Publishes with {@code window} signals in flight.
	 * @param millis for how long
	 * @param window the maximum number of signals in flight
	 * @return publishes answered per second, bytes allocated per publish, and the number
	 * of publishes that were not answered by all
	 * @throws InterruptedException if the thread is interrupted
	 */
	Map<String, Double> window(int millis, int window) throws InterruptedException {
		Semaphore permits = new Semaphore(window);
		LongAdder ended = new LongAdder();
		LongAdder failed = new LongAdder();
		long started = 0;
		long allocated = Footprint.allocatedBytes();
		long begin = System.nanoTime();
		long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
		while (permits.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)
				&& System.nanoTime() < end) {
			started++;
			this.exporter.publishAsync().whenComplete((success, ex) -> {
				if (ex != null || !success) {
					failed.increment();
				}
				ended.increment();
				permits.release();
			});
		}
		long inTime = ended.sum();
		double seconds = (System.nanoTime() - begin) / 1e9;
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
		while (ended.sum() < started && System.nanoTime() < deadline) {
			TimeUnit.MILLISECONDS.sleep(1);
		}
		allocated = Footprint.allocatedBytes() - allocated;
		double stuck = started - ended.sum();
		return Map.of("rate", inTime / seconds, "bytes", (double) allocated / started, "count", (double) started,
				"failed", failed.sum() + stuck);
	}

	/**
	 * Publishes without awaiting answers.
	 * @param count the number of signals
	 * @param window the maximum number of signals in flight
	 * @return publishes per second
	 * @throws InterruptedException if the thread is interrupted
	 */
	Map<String, Double> flood(int count, int window) throws InterruptedException {
		Semaphore permits = new Semaphore(window);
		LongAdder failed = new LongAdder();
		long begin = System.nanoTime();
		for (int i = 0; i < count; i++) {
			permits.acquire();
			this.exporter.publishUnawaited().whenComplete((sent, ex) -> {
				if (ex != null) {
					failed.increment();
				}
				permits.release();
			});
		}
		permits.acquire(window);
		return Map.of("rate", count / ((System.nanoTime() - begin) / 1e9), "failed", (double) failed.sum());
	}

}
