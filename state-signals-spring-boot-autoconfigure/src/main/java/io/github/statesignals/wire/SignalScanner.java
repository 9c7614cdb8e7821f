package io.github.statesignals.wire;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;

/**
 * Reads signals without a parser, unless their metadata has nested values or decimals.
 */
final class SignalScanner extends JsonScanner<ReceivedSignal> {

	private static final byte[] PUBLISHER_ID = key(FieldNames.PUBLISHER_ID);

	private static final byte[] PROCESS_NAME = key(FieldNames.PROCESS_NAME);

	private static final byte[] EVENT = key(FieldNames.EVENT);

	private static final byte[] RUNNER_HOST = key(FieldNames.RUNNER_HOST);

	private static final byte[] SAMPLE_NO = key(FieldNames.SAMPLE_NO);

	private static final byte[] TAG = key(FieldNames.TAG);

	private static final byte[] METADATA = key(FieldNames.METADATA);

	private static final byte[] EXTENSION = key(FieldNames.EXTENSION);

	private static final byte[] ID = key(FieldNames.ID);

	private static final byte[] SEQUENCE = key(FieldNames.SEQUENCE);

	private static final byte[] SENT = key(FieldNames.SENT);

	private static final byte[] TIMEOUT = key(FieldNames.TIMEOUT);

	private static final byte[] REPLY_TO = key(FieldNames.REPLY_TO);

	private static final byte[] TRACE = key(FieldNames.TRACE);

	private static final byte[] TRUE = AsciiJson.ascii("true");

	private static final byte[] FALSE = AsciiJson.ascii("false");

	private static final byte[] NULL = AsciiJson.ascii("null");

	private Map<String, @Nullable Object> entries = Map.of();

	private final Usual key = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual processName = new Usual();

	private final Usual event = new Usual();

	private final Usual runnerHost = new Usual();

	private final Usual tag = new Usual();

	private final Usual replyTo = new Usual();

	private final Usual traceField = new Usual();

	SignalScanner(StringCache strings) {
		super(strings);
	}

	@Override
	ReceivedSignal read() {
		expect('{');
		expect(PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		comma();
		expect(PROCESS_NAME);
		String processName = text(this.processName);
		comma();
		expect(EVENT);
		String event = text(this.event);
		comma();
		expect(RUNNER_HOST);
		String runnerHost = text(this.runnerHost);
		comma();
		expect(SAMPLE_NO);
		long sampleNo = longInteger();
		comma();
		expect(TAG);
		String tag = text(this.tag);
		SignalExtension extension = skipNext(METADATA) ? metadata() : null;
		expect('}');
		Map<String, @Nullable Object> metadata = this.entries;
		this.entries = Map.of();
		return new ReceivedSignal(new Signal(publisherId, processName, event, runnerHost, sampleNo, tag, metadata),
				extension, takeSignature());
	}

	private @Nullable SignalExtension metadata() {
		expect('{');
		if (skip('}')) {
			return null;
		}
		SignalExtension extension = skip(EXTENSION) ? extension() : null;
		if (extension != null && skip('}')) {
			return extension;
		}
		this.entries = new LinkedHashMap<>();
		if (extension != null) {
			comma();
		}
		entry();
		while (isNext(',')) {
			comma();
			entry();
		}
		expect('}');
		return extension;
	}

	private void entry() {
		String key = string(this.key);
		expect(':');
		space();
		if (key.equals(FieldNames.EXTENSION)) {
			fail();
		}
		this.entries.put(key, value());
	}

	// Nested values and decimals are left to the parser.
	private @Nullable Object value() {
		if (isNext('"')) {
			return text();
		}
		if (skip(TRUE)) {
			return Boolean.TRUE;
		}
		if (skip(FALSE)) {
			return Boolean.FALSE;
		}
		if (skip(NULL)) {
			return null;
		}
		long number = longInteger();
		if (number == (int) number) {
			return (int) number;
		}
		return number;
	}

	private SignalExtension extension() {
		expect('{');
		version();
		String id = skipNext(ID) ? text() : null;
		long sequence = skipNext(SEQUENCE) ? positive() : SignalExtension.NONE;
		long sent = skipNext(SENT) ? positive() : SignalExtension.NONE;
		long timeout = skipNext(TIMEOUT) ? positive() : SignalExtension.NONE;
		String replyTo = skipNext(REPLY_TO) ? text(this.replyTo) : null;
		signature();
		Map<String, String> trace = skipNext(TRACE) ? trace() : Map.of();
		expect('}');
		return new SignalExtension(id, sequence, sent, timeout, replyTo, trace);
	}

	private Map<String, String> trace() {
		Map<String, String> fields = new LinkedHashMap<>();
		expect('{');
		do {
			String name = text(this.traceField);
			expect(':');
			space();
			fields.put(name, text());
		}
		while (skip(','));
		expect('}');
		return fields;
	}

	// Negative numbers are left to the parser.
	private long positive() {
		long number = longInteger();
		if (number < 0) {
			fail();
		}
		return number;
	}

}
