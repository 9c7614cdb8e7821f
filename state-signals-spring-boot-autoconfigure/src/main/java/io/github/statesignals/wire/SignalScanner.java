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

	private static final byte[] TRUE = FieldBytes.ascii("true");

	private static final byte[] FALSE = FieldBytes.ascii("false");

	private static final byte[] NULL = FieldBytes.ascii("null");

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

	SignalScanner(StringCache<String> strings) {
		super(strings);
		Arrays.setAll(this.names, (i) -> new Usual());
	}

	@Override
	ReceivedMessage parse(byte[] json, @Nullable String problem) {
		return MessageReader.readSignal(json, problem);
	}

	@Override
	ReceivedSignal read() {
		expect('{');
		expect(FieldBytes.FIRST_PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		expect(FieldBytes.PROCESS_NAME);
		String processName = text(this.processName);
		expect(FieldBytes.EVENT);
		String event = text(this.event);
		expect(FieldBytes.RUNNER_HOST);
		String runnerHost = text(this.runnerHost);
		expect(FieldBytes.SAMPLE_NO);
		long sampleNo = longInteger();
		expect(FieldBytes.TAG);
		String tag = text(this.tag);
		SignalExtension extension = skip(FieldBytes.METADATA) ? metadata() : null;
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
		SignalExtension extension = skip(FieldBytes.FIRST_EXTENSION) ? extension() : null;
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
		String id = skip(FieldBytes.ID) ? text() : null;
		long sequence = skip(FieldBytes.SEQUENCE) ? positive() : SignalExtension.NONE;
		long sent = skip(FieldBytes.SENT) ? positive() : SignalExtension.NONE;
		long timeout = skip(FieldBytes.TIMEOUT) ? positive() : SignalExtension.NONE;
		String replyTo = skip(FieldBytes.REPLY_TO) ? text(this.replyTo) : null;
		signature();
		Map<String, String> trace = skip(FieldBytes.TRACE) ? trace() : Map.of();
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

}
