package io.github.statesignals;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * The signals of a durable channel that are stored for a responder and that it has not
 * answered. Signals that were published together share an entry: the numbers are of
 * entries, each of which has one signal at least.
 *
 * @param undelivered the number of entries that no instance of the responder has read;
 * empty if Redis does not know it, as before Redis 7
 * @param unacknowledged the number of entries that were read and are not acknowledged
 * @param age the time since the oldest of all these entries was stored, by the clock of
 * Redis, in milliseconds; zero if there is none
 * @since 0.1.0
 * @see DurableChannels#backlog(String)
 */
public record ResponderBacklog(OptionalLong undelivered, long unacknowledged, Duration age) {

}
