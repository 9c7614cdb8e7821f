package io.github.statesignals;

/**
 * Application event: an exporter of this application awaits a responder no longer.
 * Published on a thread on which handlers run; not for those whom an exporter forgets
 * because it is shut down.
 *
 * @param publisherId the exporter's id
 * @param responderId the responder's id
 * @param reason why
 * @since 0.1.0
 */
public record SubscriberLeftEvent(String publisherId, String responderId, Reason reason) {

	/**
	 * Why a responder is awaited no longer.
	 */
	public enum Reason {

		/**
		 * It said so, as a responder does that stops.
		 */
		SAID_BYE,

		/**
		 * It did not answer {@code state-signals.exporter.evict-after-missed} signals in
		 * a row. It is a subscriber again as soon as it answers one.
		 */
		EVICTED,

		/**
		 * It is no longer connected: it did not answer when the exporter probed it
		 * ({@code state-signals.exporter.probe-after}). It is a subscriber again as soon
		 * as it answers a signal, or subscribes.
		 */
		GONE

	}

}
