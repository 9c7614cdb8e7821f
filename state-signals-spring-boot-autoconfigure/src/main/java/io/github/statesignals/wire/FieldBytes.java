package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;

/**
 * The names of members as they are scanned and written: quoted, with a colon, and with
 * the comma before all but the first.
 */
final class FieldBytes {

	static final byte[] FIRST_PUBLISHER_ID = first(FieldNames.PUBLISHER_ID);

	static final byte[] PUBLISHER_ID = next(FieldNames.PUBLISHER_ID);

	static final byte[] PROCESS_NAME = next(FieldNames.PROCESS_NAME);

	static final byte[] EVENT = next(FieldNames.EVENT);

	static final byte[] RUNNER_HOST = next(FieldNames.RUNNER_HOST);

	static final byte[] SAMPLE_NO = next(FieldNames.SAMPLE_NO);

	static final byte[] TAG = next(FieldNames.TAG);

	static final byte[] METADATA = next(FieldNames.METADATA);

	static final byte[] FIRST_RESPONDER_ID = first(FieldNames.RESPONDER_ID);

	static final byte[] RAS = next(FieldNames.RAS);

	static final byte[] MESSAGE = next(FieldNames.MESSAGE);

	static final byte[] FIRST_EXTENSION = first(FieldNames.EXTENSION);

	static final byte[] EXTENSION = next(FieldNames.EXTENSION);

	static final byte[] FIRST_VERSION = first(FieldNames.VERSION);

	static final byte[] ID = next(FieldNames.ID);

	static final byte[] SEQUENCE = next(FieldNames.SEQUENCE);

	static final byte[] SENT = next(FieldNames.SENT);

	static final byte[] TIMEOUT = next(FieldNames.TIMEOUT);

	static final byte[] REPLY_TO = next(FieldNames.REPLY_TO);

	static final byte[] TRACE = next(FieldNames.TRACE);

	static final byte[] HANDLED_EVENTS = next(FieldNames.HANDLED_EVENTS);

	static final byte[] ADDRESS = next(FieldNames.ADDRESS);

	static final byte[] SEAL = next(FieldNames.SEAL);

	static final byte[] PROBE = next(FieldNames.PROBE);

	static final byte[] STATE = next(FieldNames.STATE);

	static final byte[] KEY = next(FieldNames.KEY);

	static final byte[] SIGNED_AT = next(FieldNames.SIGNED_AT);

	static final byte[] REPLAY_FOR = next(FieldNames.REPLAY_FOR);

	static final byte[] SIGNATURE = next(FieldNames.SIGNATURE);

	private FieldBytes() {
	}

	private static byte[] first(String name) {
		return ascii('"' + name + "\":");
	}

	private static byte[] next(String name) {
		return ascii(",\"" + name + "\":");
	}

	static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
