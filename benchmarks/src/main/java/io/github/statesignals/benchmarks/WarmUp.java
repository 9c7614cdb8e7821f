package io.github.statesignals.benchmarks;

import java.time.Duration;

/**
 * Warms up two processes until their compilers are nearly idle: with few cores, compilers
 * use most of one for long, and a measurement would be of them rather than of the arm.
 */
final class WarmUp {

	private final PeerProcess exporter;

	private final PeerProcess responder;

	WarmUp(PeerProcess exporter, PeerProcess responder) {
		this.exporter = exporter;
		this.responder = responder;
	}

	/**
	 * Works until the compilers are nearly idle.
	 * @param work the work to measure, for some time
	 * @param time the duration of the work
	 * @param times the maximum number of repetitions
	 */
	void run(Runnable work, Duration time, int times) {
		for (int i = 0; i < times; i++) {
			double before = QuietMachine.compilerMillis(this.exporter, this.responder);
			work.run();
			double compilers = QuietMachine.compilerMillis(this.exporter, this.responder) - before;
			if (compilers < QuietMachine.COMPILERS * time.toMillis()) {
				return;
			}
		}
	}

}
