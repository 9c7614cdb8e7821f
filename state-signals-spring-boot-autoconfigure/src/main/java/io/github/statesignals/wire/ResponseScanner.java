package io.github.statesignals.wire;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses without a parser, which would cost more than the rest of an answer.
 */
final class ResponseScanner extends JsonScanner<ReceivedResponse> {

	private static final byte[] RESPONDER_ID = first(FieldNames.RESPONDER_ID);

	private static final byte[] PUBLISHER_ID = next(FieldNames.PUBLISHER_ID);

	private static final byte[] EVENT = next(FieldNames.EVENT);

	private static final byte[] RAS = next(FieldNames.RAS);

	private static final byte[] MESSAGE = next(FieldNames.MESSAGE);

	private static final byte[] EXTENSION = next(FieldNames.EXTENSION);

	private static final byte[] ID = next(FieldNames.ID);

	private static final byte[] ADDRESS = next(FieldNames.ADDRESS);

	private static final byte[] SEAL = next(FieldNames.SEAL);

	// All answers to a signal have its id.
	private ResponseExtension last = ResponseExtension.UNDERSTOOD;

	// Of the signals in flight.
	private final @Nullable String[] ids = new @Nullable String[256];

	private final Usual responderId = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual event = new Usual();

	private final Usual message = new Usual();

	ResponseScanner(StringCache strings) {
		super(strings);
	}

	@Override
	ReceivedResponse read() {
		expect('{');
		expect(RESPONDER_ID);
		String responderId = text(this.responderId);
		expect(PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		expect(EVENT);
		String event = text(this.event);
		Integer ras = skip(RAS) ? integer() : null;
		String message = skip(MESSAGE) ? string(this.message) : null;
		ResponseExtension extension = skip(EXTENSION) ? extension() : null;
		expect('}');
		return new ReceivedResponse(new Response(responderId, publisherId, event, ras, message), extension,
				takeSignature());
	}

	private ResponseExtension extension() {
		expect('{');
		version();
		String id = skip(ID) ? text(this.ids) : null;
		String address = skip(ADDRESS) ? text() : null;
		String seal = skip(SEAL) ? text() : null;
		signature();
		expect('}');
		if (address != null || seal != null) {
			return new ResponseExtension(id, null, address, seal, null);
		}
		if (id == null) {
			return ResponseExtension.UNDERSTOOD;
		}
		if (!id.equals(this.last.id())) {
			this.last = new ResponseExtension(id);
		}
		return this.last;
	}

}
