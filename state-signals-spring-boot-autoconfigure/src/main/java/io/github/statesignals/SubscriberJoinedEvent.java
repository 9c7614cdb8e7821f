package io.github.statesignals;

/**
 * Application event that is published when a responder has subscribed to an exporter of
 * this application, which awaits its answers from now on. Published on the starter's
 * executor, in the order of the subscriptions.
 *
 * @param publisherId the id of the exporter
 * @param responderId the id of the responder
 * @since 0.1.0
 */
public record SubscriberJoinedEvent(String publisherId, String responderId) {

}
