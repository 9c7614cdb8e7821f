package io.github.statesignals.wire;

import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.SignalCodec.HeardSignal;
import org.jspecify.annotations.Nullable;

/**
 * Reads signals without a parser, unless they have metadata of the application's.
 */
final class SignalScanner extends JsonScanner {

	private static final byte[] PUBLISHER_ID = key("publisher_id");

	private static final byte[] PROCESS_NAME = key("process_name");

	private static final byte[] EVENT = key("event");

	private static final byte[] RUNNER_HOST = key("runner_host");

	private static final byte[] SAMPLE_NO = key("sample_no");

	private static final byte[] TAG = key("tag");

	private static final byte[] METADATA = key("metadata");

	private static final byte[] EXTENSION = key(Signal.RESERVED_METADATA_KEY);

	private static final byte[] ID = key("id");

	private static final byte[] SEQUENCE = key("seq");

	private static final byte[] SENT = key("sent");

	private static final byte[] TIMEOUT = key("timeout");

	private static final byte[] REPLY_TO = key("reply_to");

	private final Usual publisherId = new Usual();

	private final Usual processName = new Usual();

	private final Usual event = new Usual();

	private final Usual runnerHost = new Usual();

	private final Usual tag = new Usual();

	private final Usual replyTo = new Usual();

	SignalScanner(StringCache strings) {
		super(strings);
	}

	/**
	 * Read a signal.
	 * @param json holds the JSON
	 * @param length how many bytes it has
	 * @return the signal, or {@code null} where it takes a parser
	 */
	@Nullable HeardSignal scan(byte[] json, int length) {
		reset(json, length);
		expect('{');
		expect(PUBLISHER_ID);
		String publisherId = string(this.publisherId);
		comma();
		expect(PROCESS_NAME);
		String processName = string(this.processName);
		comma();
		expect(EVENT);
		String event = string(this.event);
		comma();
		expect(RUNNER_HOST);
		String runnerHost = string(this.runnerHost);
		comma();
		expect(SAMPLE_NO);
		long sampleNo = longInteger();
		comma();
		expect(TAG);
		String tag = string(this.tag);
		SignalExtension extension = skipNext(METADATA) ? metadata() : null;
		expect('}');
		return isComplete() ? new HeardSignal(
				new Signal(publisherId, processName, event, runnerHost, sampleNo, tag, Map.of()), extension) : null;
	}

	private @Nullable SignalExtension metadata() {
		expect('{');
		if (skip('}')) {
			return null;
		}
		expect(EXTENSION);
		SignalExtension extension = extension();
		expect('}');
		return extension;
	}

	private SignalExtension extension() {
		expect('{');
		version();
		String id = skipNext(ID) ? string() : null;
		long sequence = skipNext(SEQUENCE) ? positive() : SignalExtension.NONE;
		long sent = skipNext(SENT) ? positive() : SignalExtension.NONE;
		long timeout = skipNext(TIMEOUT) ? positive() : SignalExtension.NONE;
		String replyTo = skipNext(REPLY_TO) ? string(this.replyTo) : null;
		expect('}');
		return new SignalExtension(id, sequence, sent, timeout, replyTo);
	}

	// What a negative one means, the parser's way decides.
	private long positive() {
		long number = longInteger();
		if (number < 0) {
			fail();
		}
		return number;
	}

}
