package io.github.statesignals.wire;

/**
 * Bounds a message in the protocol's JSON, apart from its size in bytes.
 */
final class Limits {

	static final int NESTING_DEPTH = 256;

	static final int NUMBER_LENGTH = 10_000;

	/**
	 * In characters, of the ids and events of a message that is only read in part.
	 */
	static final int TEXT_LENGTH = 512;

	private Limits() {
	}

}
