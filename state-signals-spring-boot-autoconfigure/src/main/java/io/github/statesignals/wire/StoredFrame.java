package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;

/**
 * A frame, and its lines as they are stored: one for each message, so that a message is
 * found by its number. Those of messages that are combined with the one before are
 * placeholders. Both are the same array if there are none.
 *
 * @since 0.1.0
 */
public record StoredFrame(byte[] frame, byte[] lines) {

	// Also in answers.lua.
	static final byte[] COMBINED = "=".getBytes(StandardCharsets.US_ASCII);

}
