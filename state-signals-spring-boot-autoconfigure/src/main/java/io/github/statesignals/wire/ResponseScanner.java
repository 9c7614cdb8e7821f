package io.github.statesignals.wire;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses without a parser, which would cost more than the rest of an answer.
 */
final class ResponseScanner extends JsonScanner<ReceivedResponse> {

	// Of the signals in flight: all answers to a signal have its id.
	private final @Nullable ResponseExtension[] recent = new @Nullable ResponseExtension[1_024];

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
		expect(FieldBytes.FIRST_RESPONDER_ID);
		String responderId = text(this.responderId);
		expect(FieldBytes.PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		expect(FieldBytes.EVENT);
		String event = text(this.event);
		Integer ras = skip(FieldBytes.RAS) ? integer() : null;
		String message = skip(FieldBytes.MESSAGE) ? string(this.message) : null;
		ResponseExtension extension = skip(FieldBytes.EXTENSION) ? extension() : null;
		expect('}');
		return new ReceivedResponse(new Response(responderId, publisherId, event, ras, message), extension,
				takeSignature());
	}

	private ResponseExtension extension() {
		expect('{');
		version();
		ResponseExtension extension = skip(FieldBytes.ID) ? identified() : ResponseExtension.UNDERSTOOD;
		String address = skip(FieldBytes.ADDRESS) ? text() : null;
		String seal = skip(FieldBytes.SEAL) ? text() : null;
		signature();
		expect('}');
		return (address == null && seal == null) ? extension
				: new ResponseExtension(extension.id(), null, address, seal, null);
	}

	private ResponseExtension identified() {
		int start = textStart();
		int end = textEnd();
		if (end < 0) {
			return ResponseExtension.UNDERSTOOD;
		}
		int slot = hash(start, end) & this.recent.length - 1;
		ResponseExtension first = this.recent[slot];
		if (first != null && isOf(first, start, end)) {
			return first;
		}
		ResponseExtension second = this.recent[slot ^ 1];
		if (second != null && isOf(second, start, end)) {
			return second;
		}
		ResponseExtension made = new ResponseExtension(string(start, end));
		if (end - start <= LONGEST_RECENT) {
			this.recent[slot ^ 1] = first;
			this.recent[slot] = made;
		}
		return made;
	}

	private boolean isOf(ResponseExtension recent, int start, int end) {
		String id = recent.id();
		return id != null && isAt(id, start, end);
	}

}
