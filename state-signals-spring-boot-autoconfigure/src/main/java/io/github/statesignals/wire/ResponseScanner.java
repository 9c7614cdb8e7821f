package io.github.statesignals.wire;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.SignalCodec.HeardResponse;
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

	/**
	 * The answers to one signal echo the same id.
	 */
	private ResponseExtension last = ResponseExtension.UNDERSTOOD;

	/**
	 * Of signals that are under way at the same time.
	 */
	private final @Nullable String[] ids = new @Nullable String[256];

	private final Usual responderId = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual event = new Usual();

	private final Usual message = new Usual();

	ResponseScanner(StringCache strings) {
		super(strings);
	}

	/**
	 * Read a response.
	 * @param json holds the JSON
	 * @param length how many bytes it has
	 * @return the response, or {@code null} where it takes a parser
	 */
	@Nullable HeardResponse scan(byte[] json, int length) {
		reset(json, length);
		expect('{');
		expect(RESPONDER_ID);
		String responderId = string(this.responderId);
		comma();
		expect(PUBLISHER_ID);
		String publisherId = string(this.publisherId);
		comma();
		expect(EVENT);
		String event = string(this.event);
		Integer ras = skipNext(RAS) ? integer() : null;
		String message = skipNext(MESSAGE) ? string(this.message) : null;
		ResponseExtension extension = skipNext(EXTENSION) ? extension() : null;
		expect('}');
		boolean complete = isComplete();
		release();
		return complete ? new HeardResponse(new Response(responderId, publisherId, event, ras, message), extension)
				: null;
	}

	private ResponseExtension extension() {
		expect('{');
		version();
		if (skip('}')) {
			return ResponseExtension.UNDERSTOOD;
		}
		if (!skipNext(ID)) {
			fail();
		}
		String id = string(this.ids);
		expect('}');
		if (!id.equals(this.last.id())) {
			this.last = new ResponseExtension(id);
		}
		return this.last;
	}

}
