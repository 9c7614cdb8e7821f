package io.github.statesignals.benchmarks;

import java.util.Map;

/**
 * The answering side of an arm.
 */
interface ResponderArm {

	/**
	 * Answer every signal as many responders. Never fewer than before.
	 * @param responders how many
	 */
	void resize(int responders);

	/**
	 * Returns the number of signals that it has handled so far.
	 * @return how many signals, and the seconds from the first to the last
	 */
	default Map<String, Double> handled() {
		throw new UnsupportedOperationException();
	}

}
