package io.github.statesignals.sample;

/**
 * Measures one run. Called by one thread at a time.
 */
interface Probe {

	/**
	 * Takes a sample.
	 * @return the value at this time, in the unit of the curve
	 */
	double sample();

	/**
	 * Returns the unit of the samples.
	 * @return the unit
	 */
	String unit();

	/**
	 * Returns the figures of all samples.
	 * @return the figures
	 */
	Figures figures();

}
