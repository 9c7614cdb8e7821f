package io.github.statesignals.transport;

import org.jspecify.annotations.Nullable;

/**
 * What travels with a signal for those who understand the extensions of this project:
 * under {@value io.github.statesignals.Signal#RESERVED_METADATA_KEY} in its metadata,
 * where nobody else looks.
 *
 * @param id names this publish among its publisher's; a responder echoes it
 * @param sequence counts the signals of a publisher that carry an extension, from 1 on;
 * {@value #NONE} when there is none
 * @param sentMillis when it was sent, in milliseconds on a clock of the publisher's that
 * starts anywhere and never jumps; {@value #NONE} when there is none
 * @param timeoutMillis for how long its publisher awaits answers, in milliseconds;
 * {@value #NONE}: no limit is known
 * @param replyTo where to send answers to; {@code null}: to the channel's responses
 * @since 0.1.0
 */
public record SignalExtension(@Nullable String id, long sequence, long sentMillis, long timeoutMillis,
		@Nullable String replyTo) {

	/**
	 * Stands for a number that is not there.
	 */
	public static final long NONE = -1;

}
