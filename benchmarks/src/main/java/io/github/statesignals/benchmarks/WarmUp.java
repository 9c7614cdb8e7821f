package io.github.statesignals.benchmarks;

import java.time.Duration;

/**
 * Keeps two processes busy until their compilers are done, more or less: on a few cores
 * they take most of one for long, and it is not the arm that is measured then.
 */
final class WarmUp {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	/**
	 * The share of the time that compilers may take of a measurement.
	 */
	private static final double QUIET = 0.05;

	private final PeerProcess exporter;

	private final PeerProcess responder;

	WarmUp(PeerProcess exporter, PeerProcess responder) {
		this.exporter = exporter;
		this.responder = responder;
	}

	/**
	 * Work until the compilers are quiet.
	 * @param work the work to measure, for some time
	 * @param time how long that is
	 * @param times how often at the most
	 */
	void run(Runnable work, Duration time, int times) {
		for (int i = 0; i < times; i++) {
			double before = compilationMillis();
			work.run();
			if (compilationMillis() - before < QUIET * time.toMillis()) {
				return;
			}
		}
	}

	private double compilationMillis() {
		return this.exporter.request("compilation", PATIENCE).getOrDefault("millis", 0.0)
				+ this.responder.request("compilation", PATIENCE).getOrDefault("millis", 0.0);
	}

}
