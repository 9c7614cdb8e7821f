package io.github.statesignals.benchmarks;

/**
 * The answering side of an arm.
 */
interface ResponderArm {

	/**
	 * Answer every signal as many responders. Never fewer than before.
	 * @param responders how many
	 */
	void resize(int responders);

}
