package io.github.statesignals.sample;

import java.util.Locale;

/**
 * A fault of a collector, for trying what its conductor sees.
 */
enum Fault {

	/**
	 * Collects.
	 */
	NONE,

	/**
	 * Answers a failure.
	 */
	FAIL,

	/**
	 * Answers after two seconds.
	 */
	SLOW,

	/**
	 * Does not answer.
	 */
	SILENT;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
