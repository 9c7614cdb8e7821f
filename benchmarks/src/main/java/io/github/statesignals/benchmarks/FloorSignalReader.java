package io.github.statesignals.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * Reads the fields that a responder needs of signals, and writes the answers. For one
 * thread.
 */
interface FloorSignalReader {

	/**
	 * Reads a signal.
	 * @param payload the payload
	 * @param lockedTag the only tag to answer, if there is one
	 * @return whether it is to be answered
	 */
	boolean read(byte[] payload, @Nullable String lockedTag);

	/**
	 * Returns the channel that the signal names for answers, if it does.
	 */
	byte @Nullable [] replyTo();

	byte[] answer(String responderId, int ras);

}
