package io.github.statesignals.wire;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Writes signals without metadata, and responses, without a generator: nearly all of them
 * have no character that needs an escape.
 */
final class PlainMessages {

	private static final byte[] PUBLISHER_ID_FIRST = AsciiJson.ascii("{\"publisher_id\":");

	private static final byte[] PROCESS_NAME = AsciiJson.ascii(",\"process_name\":");

	private static final byte[] RUNNER_HOST = AsciiJson.ascii(",\"runner_host\":");

	private static final byte[] SAMPLE_NO = AsciiJson.ascii(",\"sample_no\":");

	private static final byte[] TAG = AsciiJson.ascii(",\"tag\":");

	private static final byte[] METADATA_EXTENSION = AsciiJson.ascii(",\"metadata\":{\"_ss\":");

	private static final byte[] RESPONDER_ID_FIRST = AsciiJson.ascii("{\"responder_id\":");

	private static final byte[] PUBLISHER_ID = AsciiJson.ascii(",\"publisher_id\":");

	private static final byte[] EVENT = AsciiJson.ascii(",\"event\":");

	private static final byte[] RAS = AsciiJson.ascii(",\"ras\":");

	private static final byte[] MESSAGE = AsciiJson.ascii(",\"message\":");

	private static final byte[] EXTENSION = AsciiJson.ascii(",\"_ss\":");

	private static final byte[] VERSION = AsciiJson.ascii("{\"v\":" + SignalCodec.EXTENSION_VERSION);

	private static final byte[] ID_KEY = AsciiJson.ascii(",\"id\":");

	private static final byte[] SEQUENCE_KEY = AsciiJson.ascii(",\"seq\":");

	private static final byte[] SENT_KEY = AsciiJson.ascii(",\"sent\":");

	private static final byte[] TIMEOUT_KEY = AsciiJson.ascii(",\"timeout\":");

	private static final byte[] REPLY_TO_KEY = AsciiJson.ascii(",\"reply_to\":");

	private PlainMessages() {
	}

	/**
	 * Write a signal that has no metadata but the extension.
	 * @param json what to write to
	 * @param signal the signal
	 * @param extension the extension, if any
	 * @return the JSON, or {@code null} where it takes a generator
	 */
	static byte @Nullable [] write(AsciiJson json, Signal signal, @Nullable SignalExtension extension) {
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
		if (extension != null) {
			json.raw(METADATA_EXTENSION);
			write(json, extension);
			json.raw('}');
		}
		return json.raw('}').isPlain() ? json.toBytes() : null;
	}

	private static void write(AsciiJson json, SignalExtension extension) {
		json.raw(VERSION);
		if (extension.id() != null) {
			json.raw(ID_KEY).string(extension.id());
		}
		write(json, SEQUENCE_KEY, extension.sequence());
		write(json, SENT_KEY, extension.sentMillis());
		write(json, TIMEOUT_KEY, extension.timeoutMillis());
		if (extension.replyTo() != null) {
			json.raw(REPLY_TO_KEY).recurring(extension.replyTo());
		}
		json.raw('}');
	}

	private static void write(AsciiJson json, byte[] key, long number) {
		if (number != SignalExtension.NONE) {
			json.raw(key).number(number);
		}
	}

	/**
	 * Write a response.
	 * @param json what to write to
	 * @param response the response
	 * @param extension the extension, if any
	 * @return the JSON, or {@code null} where it takes a generator
	 */
	static byte @Nullable [] write(AsciiJson json, Response response, @Nullable ResponseExtension extension) {
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
			if (extension.id() != null) {
				json.raw(ID_KEY).string(extension.id());
			}
			json.raw('}');
		}
		return json.raw('}').isPlain() ? json.toBytes() : null;
	}

}
