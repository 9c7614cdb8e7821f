package io.github.statesignals.redis;

import io.github.statesignals.Response;
import io.github.statesignals.core.ResponseExtension;
import io.github.statesignals.redis.SignalCodec.HeardResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses without a parser, which costs more than all the rest of an answer.
 */
final class ResponseScanner extends JsonScanner {

	private static final byte[] RESPONDER_ID = key("responder_id");

	private static final byte[] PUBLISHER_ID = key("publisher_id");

	private static final byte[] EVENT = key("event");

	private static final byte[] RAS = key("ras");

	private static final byte[] MESSAGE = key("message");

	private static final byte[] EXTENSION = key("_ss");

	private static final byte[] ID = key("id");

	private ResponseScanner(byte[] json, int length, StringCache strings) {
		super(json, length, strings);
	}

	/**
	 * Read a response.
	 * @param json holds the JSON
	 * @param length how many bytes it has
	 * @param strings makes its strings
	 * @return the response, or {@code null} where it takes a parser
	 */
	static @Nullable HeardResponse scan(byte[] json, int length, StringCache strings) {
		return new ResponseScanner(json, length, strings).scan();
	}

	private @Nullable HeardResponse scan() {
		expect('{');
		expect(RESPONDER_ID);
		String responderId = string();
		comma();
		expect(PUBLISHER_ID);
		String publisherId = string();
		comma();
		expect(EVENT);
		String event = string();
		Integer ras = skipNext(RAS) ? integer() : null;
		String message = skipNext(MESSAGE) ? string() : null;
		ResponseExtension extension = skipNext(EXTENSION) ? extension() : null;
		expect('}');
		return isComplete() ? new HeardResponse(new Response(responderId, publisherId, event, ras, message), extension)
				: null;
	}

	private ResponseExtension extension() {
		expect('{');
		if (skip('}')) {
			return ResponseExtension.UNDERSTOOD;
		}
		expect(ID);
		String id = string();
		expect('}');
		return new ResponseExtension(id);
	}

}
