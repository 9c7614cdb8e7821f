package io.github.statesignals;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A signal of a durable channel that could not be delivered to a responder, although the
 * attempt was repeated. It was answered {@code ras} 0 for that responder, and set aside.
 *
 * @param id the id of the signal, see {@link SignalResult#id()}
 * @param responder the name of the responder
 * @param setAside when it was set aside, by the clock of the responder's application
 * @param reason why it could not be delivered
 * @param signal the signal; {@code null} if it can't be read
 * @since 0.1.0
 * @see DurableChannels#deadLetters(String, int)
 */
public record DeadLetter(String id, String responder, Instant setAside, String reason, @Nullable Signal signal) {

}
