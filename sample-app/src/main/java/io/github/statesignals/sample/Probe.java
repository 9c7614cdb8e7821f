package io.github.statesignals.sample;

/**
 * Measures one run. Called by one thread at a time.
 */
interface Probe {

	/**
	 * Takes a sample.
	 */
	void sample();

	/**
	 * Returns the figures of all samples.
	 * @return the figures
	 */
	Figures figures();

}
