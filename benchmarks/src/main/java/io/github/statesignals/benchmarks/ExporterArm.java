package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

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
	 * How long an answer may take.
	 */
	Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

	/**
	 * Wait for subscribers.
	 * @param subscribers how many
	 * @param timeout how long to wait
	 * @return whether they came
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean await(int subscribers, Duration timeout) throws InterruptedException;

	/**
	 * Publish, and block until all have answered.
	 * @return whether all did, with success
	 * @throws Exception if it can't be published
	 */
	boolean publish() throws Exception;

	/**
	 * Publish without blocking.
	 * @return whether all answered with success
	 */
	CompletableFuture<Boolean> publishAsync();

	/**
	 * Publish without awaiting answers.
	 * @return completes when it is published
	 */
	default CompletableFuture<Boolean> publishUnawaited() {
		throw new UnsupportedOperationException();
	}

}
