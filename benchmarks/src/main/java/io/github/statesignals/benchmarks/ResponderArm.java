package io.github.statesignals.benchmarks;

import java.util.Map;

/**
 * The answering side of an arm.
 */
interface ResponderArm {

	/**
	 * Answers every signal as this number of responders, which is never reduced.
	 * @param responders the number of responders
	 */
	void resize(int responders);

	/**
	 * Returns the number of signals that this arm has handled so far.
	 * @return the number of signals, and the seconds from the first to the last
	 */
	default Map<String, Double> handled() {
		throw new UnsupportedOperationException();
	}

}
