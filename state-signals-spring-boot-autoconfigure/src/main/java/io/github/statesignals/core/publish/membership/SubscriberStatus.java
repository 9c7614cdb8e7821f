package io.github.statesignals.core.publish.membership;

import java.time.Instant;

/**
 * The status of a subscriber of an exporter.
 *
 * @param responderId its id
 * @param since when it subscribed last; if it was expected, when the exporter was
 * initialized
 * @param answers how it answers: {@code extended} and {@code contested} with extensions,
 * {@code legacy} and {@code disputed} without, {@code expected} if it has not subscribed
 */
public record SubscriberStatus(String responderId, Instant since, String answers) {

}
