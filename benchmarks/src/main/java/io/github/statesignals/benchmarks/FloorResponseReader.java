package io.github.statesignals.benchmarks;

/**
 * Reads the fields that an exporter needs of responses, for one thread, and numbers the
 * responders that have subscribed.
 */
abstract class FloorResponseReader {

	/**
	 * Whether the response subscribes its responder.
	 */
	boolean initialization;

	int ras;

	long id;

	/**
	 * Reads a response.
	 * @param payload the payload
	 * @return whether it is for this publisher
	 */
	abstract boolean read(byte[] payload);

	/**
	 * Returns the number of the responder, or -1 if it has not subscribed.
	 */
	abstract int responder();

	/**
	 * Returns the number of responders that have subscribed. Safe for use by any thread.
	 */
	abstract int responders();

}
