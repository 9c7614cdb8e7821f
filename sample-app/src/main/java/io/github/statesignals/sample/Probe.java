package io.github.statesignals.sample;

/**
 * Measures one run. Called by one thread at a time.
 */
interface Probe {

	/**
	 * Take a sample.
	 */
	void sample();

	/**
	 * What the samples come to.
	 * @return the figures
	 */
	Figures figures();

}
