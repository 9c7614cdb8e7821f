package io.github.statesignals.wire;

import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;

/**
 * Names the members of signals, responses and their extensions, as PROTOCOL lists them.
 */
final class FieldNames {

	static final String PUBLISHER_ID = "publisher_id";

	static final String PROCESS_NAME = "process_name";

	static final String EVENT = "event";

	static final String RUNNER_HOST = "runner_host";

	static final String SAMPLE_NO = "sample_no";

	static final String TAG = "tag";

	static final String METADATA = "metadata";

	static final String RESPONDER_ID = "responder_id";

	static final String RAS = "ras";

	static final String MESSAGE = "message";

	static final String EXTENSION = Signal.RESERVED_METADATA_KEY;

	static final String VERSION = "v";

	static final String ID = "id";

	static final String SEQUENCE = "seq";

	static final String SENT = "sent";

	static final String TIMEOUT = "timeout";

	static final String REPLY_TO = "reply_to";

	static final String TRACE = "trace";

	static final String HANDLED_EVENTS = "handles";

	static final String ADDRESS = "address";

	static final String SEAL = "seal";

	static final String PROBE = "probe";

	static final String STATE = "state";

	static final String KEY = "key";

	static final String SIGNED_AT = "at";

	static final String REPLAY_FOR = "for";

	static final String SIGNATURE = Signature.MEMBER;

	// The version of the extensions that is written. A higher one is read as far as it is
	// known.
	static final int EXTENSION_VERSION = 1;

	private FieldNames() {
	}

}
