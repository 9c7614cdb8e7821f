package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads responses without a parser, which would cost more than the rest of an answer.
 */
final class ResponseScanner extends JsonScanner<ReceivedMessage> {

	private static final int REPEATED_CAPACITY = 512;

	// Of the signals in flight: all answers to a signal have its id.
	private final StringCache<ResponseExtension> extensions = new StringCache<>(10, ResponseExtension::new);

	private final Usual responderId = new Usual();

	private final Usual publisherId = new Usual();

	private final Usual event = new Usual();

	private final Usual message = new Usual();

	// Of the answer before, between the id of its responder and that of its signal: most
	// answers that follow it repeat this.
	private final byte[] repeated = new byte[REPEATED_CAPACITY];

	private int repeatedLength;

	private Response repeatedResponse = new Response("", "", "", null, null);

	private final boolean combined;

	// Combined answers are left to the parser, unless they are read.
	ResponseScanner(StringCache<String> strings, boolean combined) {
		super(strings);
		this.combined = combined;
	}

	@Override
	ReceivedMessage parse(byte[] json, @Nullable String problem) {
		return MessageReader.readResponse(json, problem, this.combined);
	}

	@Override
	ReceivedMessage read() {
		expect('{');
		expect(FieldBytes.FIRST_RESPONDER_ID);
		List<String> responders = isArray() ? array(() -> text(this.responderId)) : List.of();
		String responderId = responders.isEmpty() ? text(this.responderId) : responders.get(0);
		Response before = this.repeatedResponse;
		if (skip(this.repeated, this.repeatedLength)) {
			return answer(new Response(responderId, before.publisherId(), before.event(), before.ras(), null),
					responders);
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
			expectNone(responders);
			return received(response, null);
		}
		expect('{');
		version();
		if (!skip(FieldBytes.ID)) {
			expectNone(responders);
			return answer(response, ResponseExtension.UNDERSTOOD);
		}
		if (message == null) {
			this.repeatedLength = copy(start, this.repeated);
			this.repeatedResponse = response;
		}
		return answer(response, responders);
	}

	// Of an answer to one signal, or of answers that are combined: of several responders,
	// or to several signals.
	private ReceivedMessage answer(Response response, List<String> responders) {
		if (!isArray()) {
			return responders.isEmpty() ? answer(response, text(this.extensions))
					: combined(response, responders, text(this.extensions));
		}
		expectNone(responders);
		List<ReceivedMessage> answers = array(() -> new ReceivedResponse(response, text(this.extensions), null));
		end();
		return new ReceivedFrame(answers);
	}

	private ReceivedFrame combined(Response first, List<String> responders, ResponseExtension extension) {
		end();
		List<ReceivedMessage> answers = new ArrayList<>(responders.size());
		for (String responderId : responders) {
			answers.add(new ReceivedResponse(
					new Response(responderId, first.publisherId(), first.event(), first.ras(), first.message()),
					extension, null));
		}
		return new ReceivedFrame(answers);
	}

	private boolean isArray() {
		return this.combined && isNext('[');
	}

	private void expectNone(List<String> responders) {
		if (!responders.isEmpty()) {
			fail();
		}
	}

	private void end() {
		expect('}');
		expect('}');
	}

	private <T> List<T> array(Supplier<T> element) {
		List<T> elements = new ArrayList<>();
		expect('[');
		do {
			space();
			elements.add(element.get());
		}
		while (skip(',') && elements.size() < Limits.FRAME_MESSAGES);
		expect(']');
		return elements;
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

}
