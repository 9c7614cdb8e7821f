package io.github.statesignals.wire;

import io.github.statesignals.transport.SignalTransport;

/**
 * Bounds a message in the protocol's JSON, apart from its size in bytes.
 */
final class Limits {

	static final int NESTING_DEPTH = 256;

	// The digits of a number. Python refuses integers with more.
	static final int NUMBER_LENGTH = 4_300;

	// The decimal exponent of a number, positive or negative. A decimal with a larger one
	// is a few characters, and arithmetic with it takes unbounded time.
	static final int EXPONENT = 4_300;

	// The characters of any string of the protocol, but the message of a response.
	static final int TEXT_LENGTH = SignalTransport.MAX_TEXT_LENGTH;

	// The messages of a frame.
	static final int FRAME_MESSAGES = SignalTransport.MAX_FRAME_MESSAGES;

	// The bytes of a frame. A single larger message is none.
	static final int FRAME_BYTES = SignalTransport.MAX_FRAME_BYTES;

	static final String FRAME_TOO_LARGE = "it has several messages, and more than " + FRAME_MESSAGES + " or "
			+ FRAME_BYTES + " bytes";

	static final String TOO_DEEP = "it is nested deeper than " + NESTING_DEPTH + " levels";

	static final String TOO_MANY_DIGITS = "it has a number of more than " + NUMBER_LENGTH + " digits";

	static final String EXPONENT_TOO_LARGE = "it has a number with an exponent beyond " + EXPONENT;

	private Limits() {
	}

}
