package io.github.statesignals;

/**
 * Application event that is published when an exporter of this application no longer
 * awaits a responder. Published on the starter's executor. Not published for subscribers
 * of an exporter that is shut down.
 *
 * @param publisherId the id of the exporter
 * @param responderId the id of the responder
 * @param reason the reason
 * @since 0.1.0
 */
public record SubscriberLeftEvent(String publisherId, String responderId, Reason reason) {

	/**
	 * The reason why a responder is no longer awaited.
	 */
	public enum Reason {

		/**
		 * It announced that it leaves, as a responder that stops does.
		 */
		SAID_BYE,

		/**
		 * It did not answer {@code state-signals.exporter.evict-after-missed} signals in
		 * a row, or an operator evicted it. Its next answer makes it a subscriber again.
		 */
		EVICTED,

		/**
		 * It is disconnected: it did not answer probes
		 * ({@code state-signals.exporter.probe-after}). Its next answer, or subscription,
		 * makes it a subscriber again.
		 */
		GONE

	}

}
