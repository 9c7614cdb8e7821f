package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The publishing side of an arm.
 */
interface ExporterArm {

	/**
	 * The event that is published.
	 */
	String EVENT = "state";

	/**
	 * The tag of every signal that is measured; foreign ones have another.
	 */
	String TAG = "measured";

	/**
	 * The metadata of every signal that is measured.
	 */
	Map<String, Object> METADATA = Map.of("phase", "steady", "pods", 3);

	/**
	 * The timeout of an answer.
	 */
	Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

	/**
	 * Waits for subscribers.
	 * @param subscribers the number of subscribers
	 * @param timeout how long to wait
	 * @return whether they subscribed in time
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean await(int subscribers, Duration timeout) throws InterruptedException;

	/**
	 * Initializes again each second, until there are enough subscribers.
	 * @return {@code false} if the timeout expires before
	 */
	static boolean initialize(Runnable initialization, BooleanSupplier enough, Duration timeout)
			throws InterruptedException {
		long deadline = System.nanoTime() + timeout.toNanos();
		while (!enough.getAsBoolean()) {
			if (System.nanoTime() > deadline) {
				return false;
			}
			initialization.run();
			for (int i = 0; i < 100 && !enough.getAsBoolean(); i++) {
				TimeUnit.MILLISECONDS.sleep(10);
			}
		}
		return true;
	}

	/**
	 * Publish, and block until all have answered.
	 * @return whether all did, with success
	 * @throws Exception if it can't be published
	 */
	boolean publish() throws Exception;

	/**
	 * Publishes without blocking.
	 * @return whether all answered with success
	 */
	CompletableFuture<Boolean> publishAsync();

	/**
	 * Publishes without awaiting answers.
	 * @return completes when it is published
	 */
	default CompletableFuture<Boolean> publishUnawaited() {
		throw new UnsupportedOperationException();
	}

}
