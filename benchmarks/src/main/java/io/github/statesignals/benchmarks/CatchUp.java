package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.Map;

/**
 * Measures how fast a responder on a durable channel handles the signals that were stored
 * while it was disconnected, in a process that has just started.
 */
final class CatchUp {

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	private static final int SIGNALS = 200_000;

	private final Lab lab;

	private final Samples samples;

	CatchUp(Lab lab, Samples samples) {
		this.lab = lab;
		this.samples = samples;
	}

	void run() {
		if (!this.lab.options().arms().contains(Arm.OURS_DURABLE)) {
			return;
		}
		for (int round = 0; round < this.lab.options().rounds(); round++) {
			try {
				measure(round);
			}
			catch (RuntimeException ex) {
				System.out.println("left out: " + ex.getMessage());
			}
		}
	}

	private void measure(int round) {
		this.lab.useFreshDurableChannel();
		try (PeerProcess exporter = this.lab.start("exporter", Arm.OURS_DURABLE)) {
			try (PeerProcess responder = this.lab.start("responder", Arm.OURS_DURABLE)) {
				responder.ready();
				exporter.ready();
				exporter.request("await n=1", PATIENCE);
			}
			Map<String, Double> published = exporter.request("flood count=" + SIGNALS + " window=1000", PATIENCE);
			try (PeerProcess responder = this.lab.start("responder", Arm.OURS_DURABLE)) {
				responder.ready();
				Map<String, Double> handled = handled(responder);
				double rate = handled.getOrDefault("count", 0.0) / handled.getOrDefault("seconds", 1.0);
				this.samples.add(round, Arm.OURS_DURABLE.label(), 1, "catch-up-rate", rate);
				System.out.printf("round %d  catch-up: published %,.0f/s without a responder, handled %,.0f/s%n",
						round + 1, published.get("rate"), rate);
			}
		}
	}

	private static Map<String, Double> handled(PeerProcess responder) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (true) {
			Map<String, Double> handled = responder.request("handled", PATIENCE);
			if (handled.getOrDefault("count", 0.0) >= SIGNALS) {
				return handled;
			}
			if (System.nanoTime() > deadline) {
				throw new IllegalStateException("Not all stored signals were handled: " + handled);
			}
			Lab.pause(100);
		}
	}

}
