package io.github.statesignals.wire;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.immutable.OrderedMap;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import org.jspecify.annotations.Nullable;

/**
 * Reads signals without a parser, unless their metadata has nested values or decimals.
 */
final class SignalScanner extends JsonScanner<ReceivedSignal> {

	private static final byte[] PUBLISHER_ID = first(FieldNames.PUBLISHER_ID);

	private static final byte[] PROCESS_NAME = next(FieldNames.PROCESS_NAME);

	private static final byte[] EVENT = next(FieldNames.EVENT);

	private static final byte[] RUNNER_HOST = next(FieldNames.RUNNER_HOST);

	private static final byte[] SAMPLE_NO = next(FieldNames.SAMPLE_NO);

	private static final byte[] TAG = next(FieldNames.TAG);

	private static final byte[] METADATA = next(FieldNames.METADATA);

	private static final byte[] EXTENSION = first(FieldNames.EXTENSION);

	private static final byte[] ID = next(FieldNames.ID);

	private static final byte[] SEQUENCE = next(FieldNames.SEQUENCE);

	private static final byte[] SENT = next(FieldNames.SENT);

	private static final byte[] TIMEOUT = next(FieldNames.TIMEOUT);

	private static final byte[] REPLY_TO = next(FieldNames.REPLY_TO);

	private static final byte[] TRACE = next(FieldNames.TRACE);

	private static final byte[] TRUE = AsciiJson.ascii("true");

	private static final byte[] FALSE = AsciiJson.ascii("false");

	private static final byte[] NULL = AsciiJson.ascii("null");

	// More are left to the parser: names are compared with each other.
	private static final int MOST_ENTRIES = 32;

	// Names and values in turn.
	private final @Nullable Object[] entries = new @Nullable Object[2 * MOST_ENTRIES];

	private int length;

	// By the position of an entry: a publisher's signals have the same names in the same
	// order, and often the same values.
	private final Usual[] names = new Usual[8];

	private final @Nullable String[] values = new @Nullable String[this.names.length];

	private final Usual publisherId = new Usual();

	private final Usual processName = new Usual();

	private final Usual event = new Usual();

	private final Usual runnerHost = new Usual();

	private final Usual tag = new Usual();

	private final Usual replyTo = new Usual();

	private final Usual traceField = new Usual();

	SignalScanner(StringCache strings) {
		super(strings);
		for (int i = 0; i < this.names.length; i++) {
			this.names[i] = new Usual();
		}
	}

	@Override
	ReceivedSignal read() {
		expect('{');
		expect(PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		expect(PROCESS_NAME);
		String processName = text(this.processName);
		expect(EVENT);
		String event = text(this.event);
		expect(RUNNER_HOST);
		String runnerHost = text(this.runnerHost);
		expect(SAMPLE_NO);
		long sampleNo = longInteger();
		expect(TAG);
		String tag = text(this.tag);
		SignalExtension extension = skip(METADATA) ? metadata() : null;
		expect('}');
		ReceivedSignal received = new ReceivedSignal(new Signal(publisherId, processName, event, runnerHost, sampleNo,
				tag, OrderedMap.of(this.entries, this.length)), extension, takeSignature());
		Arrays.fill(this.entries, 0, this.length, null);
		this.length = 0;
		return received;
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
		if (extension != null) {
			comma();
		}
		entry(0);
		for (int i = 1; isNext(','); i++) {
			comma();
			entry(i);
		}
		expect('}');
		return extension;
	}

	private void entry(int position) {
		int usual = position % this.names.length;
		String name = string(this.names[usual]);
		expect(':');
		space();
		int place = placeOf(name);
		if (place == this.entries.length || name.equals(FieldNames.EXTENSION)) {
			fail();
			return;
		}
		this.entries[place] = name;
		this.entries[place + 1] = value(usual);
		this.length = Math.max(this.length, place + 2);
	}

	// A name that is repeated has the last value.
	private int placeOf(String name) {
		int place = 0;
		while (place < this.length && !name.equals(this.entries[place])) {
			place += 2;
		}
		return place;
	}

	// Nested values and decimals are left to the parser.
	private @Nullable Object value(int usual) {
		if (isNext('"')) {
			return text(this.values, usual);
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
		String id = skip(ID) ? text() : null;
		long sequence = skip(SEQUENCE) ? positive() : SignalExtension.NONE;
		long sent = skip(SENT) ? positive() : SignalExtension.NONE;
		long timeout = skip(TIMEOUT) ? positive() : SignalExtension.NONE;
		String replyTo = skip(REPLY_TO) ? text(this.replyTo) : null;
		signature();
		Map<String, String> trace = skip(TRACE) ? trace() : Map.of();
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
