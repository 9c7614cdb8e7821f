package io.github.statesignals.core.publish.membership;

/**
 * Counts the signals in a row that a responder has missed.
 */
public final class Missed {

	private int signals;

	Missed() {
	}

	int add() {
		return ++this.signals;
	}

}
