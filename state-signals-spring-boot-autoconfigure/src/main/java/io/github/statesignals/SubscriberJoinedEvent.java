package io.github.statesignals;

/**
 * Application event: a responder subscribed to an exporter of this application, which
 * awaits its answers from now on. Published for each, in the order in which they came, on
 * a thread on which handlers run.
 *
 * @param publisherId the exporter's id
 * @param responderId the responder's id
 * @since 0.1.0
 */
public record SubscriberJoinedEvent(String publisherId, String responderId) {

}
