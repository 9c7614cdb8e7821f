package io.github.statesignals.wire;

import java.util.Objects;

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

	// Nearly all answers of a responder are equal, but for their extension.
	private final @Nullable Response[] responses = new @Nullable Response[256];

	private final Part members = new Part();

	private @Nullable Integer ras;

	private @Nullable String message;

	// All answers to a signal have its id.
	private ResponseExtension extension = ResponseExtension.UNDERSTOOD;

	// Of the signals in flight.
	private final @Nullable String[] ids = new @Nullable String[256];

	private final Usual responderId = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual event = new Usual();

	private final Usual usualMessage = new Usual();

	ResponseScanner(StringCache strings) {
		super(strings);
	}

	@Override
	ReceivedResponse read() {
		expect('{');
		expect(RESPONDER_ID);
		String responderId = text(this.responderId);
		int start = at();
		if (!skip(this.members)) {
			members();
			remember(this.members, start);
		}
		ResponseExtension extension = skip(EXTENSION) ? extension() : null;
		expect('}');
		return new ReceivedResponse(response(responderId), extension, takeSignature());
	}

	private void members() {
		expect(PUBLISHER_ID);
		text(this.publisherId);
		expect(EVENT);
		text(this.event);
		this.ras = skip(RAS) ? integer() : null;
		this.message = skip(MESSAGE) ? string(this.usualMessage) : null;
	}

	private Response response(String responderId) {
		int slot = responderId.hashCode() & this.responses.length - 1;
		Response known = this.responses[slot];
		if (known != null && known.responderId().equals(responderId)
				&& known.publisherId().equals(this.publisherId.text()) && known.event().equals(this.event.text())
				&& Objects.equals(known.ras(), this.ras) && Objects.equals(known.message(), this.message)) {
			return known;
		}
		Response response = new Response(responderId, this.publisherId.text(), this.event.text(), this.ras,
				this.message);
		if (this.message == null) {
			this.responses[slot] = response;
		}
		return response;
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
		if (!id.equals(this.extension.id())) {
			this.extension = new ResponseExtension(id);
		}
		return this.extension;
	}

}
