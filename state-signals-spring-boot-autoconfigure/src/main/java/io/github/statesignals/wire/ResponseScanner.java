package io.github.statesignals.wire;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses without a parser, which would cost more than the rest of an answer.
 */
final class ResponseScanner extends JsonScanner<ReceivedResponse> {

	private static final int REPEATED_CAPACITY = 512;

	// Of the signals in flight: all answers to a signal have its id.
	private final @Nullable Identified[] recent = new @Nullable Identified[1_024];

	private final Usual responderId = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual event = new Usual();

	private final Usual message = new Usual();

	// Of the answer before, between the id of its responder and that of its signal: most
	// answers that follow it repeat this.
	private final byte[] repeated = new byte[REPEATED_CAPACITY];

	private int repeatedLength;

	private Response repeatedResponse = new Response("", "", "", null, null);

	ResponseScanner(StringCache strings) {
		super(strings);
	}

	@Override
	ReceivedResponse read() {
		expect('{');
		expect(FieldBytes.FIRST_RESPONDER_ID);
		String responderId = text(this.responderId);
		if (skip(this.repeated, this.repeatedLength)) {
			Response before = this.repeatedResponse;
			return answer(new Response(responderId, before.publisherId(), before.event(), before.ras(), null),
					identified());
		}
		int start = position();
		expect(FieldBytes.PUBLISHER_ID);
		String publisherId = text(this.publisherId);
		expect(FieldBytes.EVENT);
		String event = text(this.event);
		Integer ras = skip(FieldBytes.RAS) ? integer() : null;
		String message = skip(FieldBytes.MESSAGE) ? string(this.message) : null;
		Response response = new Response(responderId, publisherId, event, ras, message);
		if (!skip(FieldBytes.EXTENSION)) {
			return received(response, null);
		}
		expect('{');
		version();
		if (!skip(FieldBytes.ID)) {
			return answer(response, ResponseExtension.UNDERSTOOD);
		}
		if (message == null) {
			this.repeatedLength = copy(start, this.repeated);
			this.repeatedResponse = response;
		}
		return answer(response, identified());
	}

	private ReceivedResponse answer(Response response, ResponseExtension identified) {
		ResponseExtension extension = isNext('}') ? identified : described(identified);
		expect('}');
		return received(response, extension);
	}

	private ResponseExtension described(ResponseExtension identified) {
		String address = skip(FieldBytes.ADDRESS) ? text() : null;
		String seal = skip(FieldBytes.SEAL) ? text() : null;
		signature();
		return (address == null && seal == null) ? identified
				: new ResponseExtension(identified.id(), null, address, seal, null);
	}

	private ReceivedResponse received(Response response, @Nullable ResponseExtension extension) {
		expect('}');
		return new ReceivedResponse(response, extension, takeSignature());
	}

	private ResponseExtension identified() {
		int start = textStart();
		int end = textEnd();
		if (end < 0) {
			return ResponseExtension.UNDERSTOOD;
		}
		int slot = hash(start, end) & this.recent.length - 1;
		Identified first = this.recent[slot];
		if (first != null && isAt(first.id, start, end)) {
			return first.extension;
		}
		Identified second = this.recent[slot ^ 1];
		if (second != null && isAt(second.id, start, end)) {
			return second.extension;
		}
		ResponseExtension made = new ResponseExtension(string(start, end));
		if (end - start <= LONGEST_RECENT) {
			this.recent[slot ^ 1] = first;
			this.recent[slot] = new Identified(bytes(start, end), made);
		}
		return made;
	}

	private record Identified(byte[] id, ResponseExtension extension) {

	}

}
