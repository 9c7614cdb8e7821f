package io.github.statesignals;

/**
 * Application event: signals of one publisher were missed, by the numbers of those that
 * were heard. Only publishers that use the extensions number their signals. Published on
 * a thread on which handlers run.
 *
 * @param publisherId whose signals
 * @param channel the channel's name, empty for the one without
 * @param count how many were missed before the one that is heard now
 * @since 0.1.0
 */
public record SignalsMissedEvent(String publisherId, String channel, long count) {

}
