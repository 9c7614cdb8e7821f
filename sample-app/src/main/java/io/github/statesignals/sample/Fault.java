package io.github.statesignals.sample;

import java.util.Locale;

/**
 * A fault of a collector, to try the results that its conductor gets.
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
