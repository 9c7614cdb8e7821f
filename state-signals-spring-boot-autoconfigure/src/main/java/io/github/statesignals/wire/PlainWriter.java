package io.github.statesignals.wire;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Writes signals whose metadata has no nested values, and responses, without a generator:
 * nearly all of them have no character that needs an escape. Safe for use by many
 * threads.
 */
final class PlainWriter {

	private static final int CAPACITY = 512;

	// A larger buffer is not reused.
	private static final int LARGEST_CAPACITY = 4_096;

	private static final byte[] PUBLISHER_ID_FIRST = first(FieldNames.PUBLISHER_ID);

	private static final byte[] PROCESS_NAME = next(FieldNames.PROCESS_NAME);

	private static final byte[] RUNNER_HOST = next(FieldNames.RUNNER_HOST);

	private static final byte[] SAMPLE_NO = next(FieldNames.SAMPLE_NO);

	private static final byte[] TAG = next(FieldNames.TAG);

	private static final byte[] METADATA_EXTENSION = AsciiJson
		.ascii(",\"" + FieldNames.METADATA + "\":{\"" + FieldNames.EXTENSION + "\":");

	private static final byte[] METADATA = AsciiJson.ascii(",\"" + FieldNames.METADATA + "\":{");

	private static final byte[] NEXT_ENTRY = AsciiJson.ascii(",");

	private static final byte[] RESPONDER_ID_FIRST = first(FieldNames.RESPONDER_ID);

	private static final byte[] PUBLISHER_ID = next(FieldNames.PUBLISHER_ID);

	private static final byte[] EVENT = next(FieldNames.EVENT);

	private static final byte[] RAS = next(FieldNames.RAS);

	private static final byte[] MESSAGE = next(FieldNames.MESSAGE);

	private static final byte[] EXTENSION = next(FieldNames.EXTENSION);

	private static final byte[] VERSION = AsciiJson
		.ascii("{\"" + FieldNames.VERSION + "\":" + FieldNames.EXTENSION_VERSION);

	private static final byte[] ID = next(FieldNames.ID);

	private static final byte[] ADDRESS = next(FieldNames.ADDRESS);

	private static final byte[] SEAL = next(FieldNames.SEAL);

	private static final byte[] SEQUENCE = next(FieldNames.SEQUENCE);

	private static final byte[] SENT = next(FieldNames.SENT);

	private static final byte[] TIMEOUT = next(FieldNames.TIMEOUT);

	private static final byte[] REPLY_TO = next(FieldNames.REPLY_TO);

	private static final byte[] TRACE = AsciiJson.ascii(",\"" + FieldNames.TRACE + "\":{");

	private static final byte[] KEY = next(FieldNames.KEY);

	private static final byte[] SIGNED_AT = next(FieldNames.SIGNED_AT);

	private static final byte[] SIGNATURE = next(FieldNames.SIGNATURE);

	private final QuotedStrings quoted = new QuotedStrings();

	// Nearly always one thread takes it, and finds the one that it gave back.
	private final AtomicReference<@Nullable AsciiJson> spare = new AtomicReference<>();

	private static byte[] first(String name) {
		return AsciiJson.ascii("{\"" + name + "\":");
	}

	private static byte[] next(String name) {
		return AsciiJson.ascii(",\"" + name + "\":");
	}

	// Returns null where it takes a generator.
	byte @Nullable [] write(Signal signal, @Nullable SignalExtension extension, @Nullable Signature signature) {
		if (signature != null && signature.replayFor() != null) {
			return null;
		}
		AsciiJson json = buffer();
		json.raw(PUBLISHER_ID_FIRST)
			.recurring(signal.publisherId())
			.raw(PROCESS_NAME)
			.recurring(signal.processName())
			.raw(EVENT)
			.recurring(signal.event())
			.raw(RUNNER_HOST)
			.recurring(signal.runnerHost())
			.raw(SAMPLE_NO)
			.number(signal.sampleNo())
			.raw(TAG)
			.recurring(signal.tag());
		Map<String, @Nullable Object> metadata = signal.metadata();
		if (extension != null) {
			json.raw(METADATA_EXTENSION);
			write(json, extension, signature);
		}
		else if (!metadata.isEmpty()) {
			json.raw(METADATA);
		}
		metadata.forEach((name, value) -> write(json, name, value));
		if (extension != null || !metadata.isEmpty()) {
			json.raw('}');
		}
		return finish(json);
	}

	private static void write(AsciiJson json, String name, @Nullable Object value) {
		if (!json.endsWith('{')) {
			json.raw(',');
		}
		json.recurring(name).raw(':');
		if (value instanceof String text) {
			json.string(text);
		}
		else if (value instanceof Integer || value instanceof Long) {
			json.number(((Number) value).longValue());
		}
		else if (value == null || value instanceof Boolean) {
			json.raw(AsciiJson.ascii(String.valueOf(value)));
		}
		else {
			json.fail();
		}
		if (name.equals(FieldNames.EXTENSION)) {
			json.fail();
		}
	}

	private static void write(AsciiJson json, SignalExtension extension, @Nullable Signature signature) {
		json.raw(VERSION);
		write(json, ID, extension.id());
		write(json, SEQUENCE, extension.sequence());
		write(json, SENT, extension.sentMillis());
		write(json, TIMEOUT, extension.timeoutMillis());
		if (extension.replyTo() != null) {
			json.raw(REPLY_TO).recurring(extension.replyTo());
		}
		write(json, signature);
		// Behind the signature, whose place is the first one that looks like it.
		if (!extension.trace().isEmpty()) {
			byte[] before = TRACE;
			for (Map.Entry<String, String> field : extension.trace().entrySet()) {
				json.raw(before).recurring(field.getKey()).raw(':').string(field.getValue());
				before = NEXT_ENTRY;
			}
			json.raw('}');
		}
		json.raw('}');
	}

	private static void write(AsciiJson json, @Nullable Signature signature) {
		if (signature != null) {
			json.raw(KEY).recurring(signature.key());
			json.raw(SIGNED_AT).number(signature.time());
			json.raw(SIGNATURE).recurring(signature.value());
		}
	}

	private static void write(AsciiJson json, byte[] key, @Nullable String text) {
		if (text != null) {
			json.raw(key).string(text);
		}
	}

	private static void write(AsciiJson json, byte[] key, long number) {
		if (number != SignalExtension.NONE) {
			json.raw(key).number(number);
		}
	}

	// Returns null where it takes a generator.
	byte @Nullable [] write(Response response, @Nullable ResponseExtension extension, @Nullable Signature signature) {
		if (extension != null && (extension.handledEvents() != null || extension.probe() != null)) {
			return null;
		}
		AsciiJson json = buffer();
		json.raw(RESPONDER_ID_FIRST)
			.recurring(response.responderId())
			.raw(PUBLISHER_ID)
			.recurring(response.publisherId())
			.raw(EVENT)
			.recurring(response.event());
		if (response.ras() != null) {
			json.raw(RAS).number(response.ras());
		}
		if (response.message() != null) {
			json.raw(MESSAGE).string(response.message());
		}
		if (extension != null) {
			json.raw(EXTENSION).raw(VERSION);
			write(json, ID, extension.id());
			write(json, ADDRESS, extension.address());
			write(json, SEAL, extension.seal());
			write(json, signature);
			json.raw('}');
		}
		return finish(json);
	}

	private AsciiJson buffer() {
		AsciiJson spare = this.spare.getAndSet(null);
		return (spare != null) ? spare : new AsciiJson(CAPACITY, this.quoted);
	}

	private byte @Nullable [] finish(AsciiJson json) {
		byte[] written = json.raw('}').isPlain() ? json.toBytes() : null;
		if (json.capacity() <= LARGEST_CAPACITY) {
			json.reset();
			this.spare.setRelease(json);
		}
		return written;
	}

}
