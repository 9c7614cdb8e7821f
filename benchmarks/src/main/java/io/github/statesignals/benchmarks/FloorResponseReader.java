package io.github.statesignals.benchmarks;

/**
 * Reads what an exporter needs of responses, for one thread, and numbers the responders
 * that have subscribed.
 */
interface FloorResponseReader {

	/**
	 * Reads a response.
	 * @param payload the payload
	 * @return whether it is for this publisher
	 */
	boolean read(byte[] payload);

	boolean isInitialization();

	/**
	 * Returns the number of the responder, or -1 if it has not subscribed.
	 */
	int responder();

	/**
	 * Returns the number of responders that have subscribed. Safe for use by any thread.
	 */
	int responders();

	int ras();

	long id();

}
