package io.github.statesignals;

/**
 * Application event that is published when signals of one publisher were missed: on a
 * broadcast channel, as their numbers show, which only publishers with extensions assign;
 * on a durable channel, because they were deleted before a responder of this application
 * received them. Published on the starter's executor.
 *
 * @param publisherId the id of the publisher; empty if it is not known, as for signals
 * that another client deleted
 * @param channel the name of the channel, empty for the default channel
 * @param count the number of missed signals
 * @since 0.1.0
 */
public record SignalsMissedEvent(String publisherId, String channel, long count) {

}
