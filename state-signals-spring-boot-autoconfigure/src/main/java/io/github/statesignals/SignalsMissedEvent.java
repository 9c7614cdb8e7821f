package io.github.statesignals;

/**
 * Application event that is published when signals of one publisher were missed, by their
 * numbers. Only publishers with extensions number their signals. Published on the
 * starter's executor.
 *
 * @param publisherId the id of the publisher
 * @param channel the name of the channel, empty for the default channel
 * @param count the number of missed signals
 * @since 0.1.0
 */
public record SignalsMissedEvent(String publisherId, String channel, long count) {

}
