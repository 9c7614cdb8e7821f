package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.FrameLine.Answer;
import io.github.statesignals.wire.FrameLine.Written;
import org.jspecify.annotations.Nullable;

/**
 * Writes signals and responses, and frames of them. Safe for use by many threads.
 */
final class MessageWriter {

	private static final int CAPACITY = 512;

	// A larger buffer is not reused.
	private static final int LARGEST_CAPACITY = 4_096;

	private static final byte[] VERSION = FieldBytes
		.ascii("{\"" + FieldNames.VERSION + "\":" + FieldNames.EXTENSION_VERSION);

	private final QuotedStrings quoted = new QuotedStrings();

	// Nearly always one thread takes it, and finds the one that it gave back.
	private final AtomicReference<@Nullable AsciiJson> spare = new AtomicReference<>();

	// Most answers repeat this of the one before.
	private volatile @Nullable Repeated repeated;

	byte[] write(Signal signal, @Nullable SignalExtension extension, @Nullable Signature signature) {
		AsciiJson json = buffer().raw('{')
			.raw(FieldBytes.FIRST_PUBLISHER_ID)
			.recurring(signal.publisherId())
			.raw(FieldBytes.PROCESS_NAME)
			.recurring(signal.processName())
			.raw(FieldBytes.EVENT)
			.recurring(signal.event())
			.raw(FieldBytes.RUNNER_HOST)
			.recurring(signal.runnerHost())
			.raw(FieldBytes.SAMPLE_NO)
			.number(signal.sampleNo())
			.raw(FieldBytes.TAG)
			.recurring(signal.tag());
		Map<String, @Nullable Object> metadata = signal.metadata();
		if (extension != null || !metadata.isEmpty()) {
			json.raw(FieldBytes.METADATA).raw('{');
			// First, where a reader finds it even if the rest exceeds its limit.
			if (extension != null) {
				write(json, extension, signature);
			}
			metadata.forEach((name, value) -> {
				if (extension == null || !name.equals(FieldNames.EXTENSION)) {
					json.entry(name).value(value);
				}
			});
			json.raw('}');
		}
		return finish(json);
	}

	private static void write(AsciiJson json, SignalExtension extension, @Nullable Signature signature) {
		json.raw(FieldBytes.FIRST_EXTENSION).raw(VERSION).optional(FieldBytes.ID, extension.id());
		write(json, FieldBytes.SEQUENCE, extension.sequence());
		write(json, FieldBytes.SENT, extension.sentMillis());
		write(json, FieldBytes.TIMEOUT, extension.timeoutMillis());
		if (extension.replyTo() != null) {
			json.raw(FieldBytes.REPLY_TO).recurring(extension.replyTo());
		}
		write(json, signature);
		// Behind the signature, whose place is the first one that looks like it.
		if (!extension.trace().isEmpty()) {
			json.raw(FieldBytes.TRACE).raw('{');
			extension.trace().forEach((name, value) -> json.entry(name).string(value));
			json.raw('}');
		}
		json.raw('}');
	}

	private static void write(AsciiJson json, byte[] key, long number) {
		if (number != SignalExtension.NONE) {
			json.raw(key).number(number);
		}
	}

	private static void write(AsciiJson json, @Nullable Signature signature) {
		if (signature != null) {
			json.raw(FieldBytes.KEY)
				.recurring(signature.key())
				.raw(FieldBytes.SIGNED_AT)
				.number(signature.time())
				.optional(FieldBytes.REPLAY_FOR, signature.replayFor())
				.raw(FieldBytes.SIGNATURE)
				.recurring(signature.value());
		}
	}

	// Null if it has more than ids that distinguishes it from other answers.
	@Nullable Answer answer(Response response, @Nullable ResponseExtension extension) {
		if (extension == null || extension.id() == null || response.message() != null) {
			return null;
		}
		String id = extension.id();
		boolean plain = extension.equals(new ResponseExtension(id)) && AsciiJson.isPlain(id);
		return plain ? new Answer(quoted(response.responderId()), repeated(response), id) : null;
	}

	byte[] write(Response response, @Nullable ResponseExtension extension, @Nullable Signature signature) {
		AsciiJson json = buffer().raw('{').raw(FieldBytes.FIRST_RESPONDER_ID).recurring(response.responderId());
		if (extension != null && extension.id() != null && response.message() == null) {
			json.raw(repeated(response)).string(extension.id());
		}
		else {
			write(json, response);
			json.optional(FieldBytes.MESSAGE, response.message());
			if (extension != null) {
				json.raw(FieldBytes.EXTENSION).raw(VERSION).optional(FieldBytes.ID, extension.id());
			}
		}
		if (extension != null) {
			write(json, extension, signature);
		}
		return finish(json);
	}

	private byte[] repeated(Response response) {
		Repeated repeated = this.repeated;
		if (repeated == null || !repeated.isOf(response)) {
			AsciiJson json = new AsciiJson(CAPACITY, this.quoted);
			write(json, response);
			json.raw(FieldBytes.EXTENSION).raw(VERSION).raw(FieldBytes.ID);
			repeated = new Repeated(response, json.toBytes());
			this.repeated = repeated;
		}
		return repeated.json;
	}

	private static void write(AsciiJson json, Response response) {
		json.raw(FieldBytes.PUBLISHER_ID)
			.recurring(response.publisherId())
			.raw(FieldBytes.EVENT)
			.recurring(response.event());
		if (response.ras() != null) {
			json.raw(FieldBytes.RAS).number(response.ras());
		}
	}

	private static void write(AsciiJson json, ResponseExtension extension, @Nullable Signature signature) {
		if (extension.handledEvents() != null) {
			json.raw(FieldBytes.HANDLED_EVENTS).value(extension.handledEvents());
		}
		json.optional(FieldBytes.ADDRESS, extension.address()).optional(FieldBytes.SEAL, extension.seal());
		Probe probe = extension.probe();
		if (probe != null) {
			json.optional(FieldBytes.PROBE, probe.nonce())
				.optional(FieldBytes.STATE,
						(probe.state() != null) ? probe.state().name().toLowerCase(Locale.ROOT) : null);
		}
		write(json, signature);
		json.raw('}');
	}

	byte[] writeFrame(List<FrameLine> lines) {
		List<byte[]> written = new ArrayList<>();
		write(lines, (line, messages) -> written.add(line));
		return JsonLines.join(written);
	}

	StoredFrame writeStored(List<FrameLine> lines) {
		List<byte[]> written = new ArrayList<>();
		List<byte[]> stored = new ArrayList<>();
		write(lines, (line, messages) -> {
			written.add(line);
			stored.add(line);
			stored.addAll(Collections.nCopies(messages - 1, StoredFrame.COMBINED));
		});
		byte[] frame = JsonLines.join(written);
		return new StoredFrame(frame, (stored.size() > written.size()) ? JsonLines.join(stored) : frame);
	}

	// Answers that follow each other are one line if they are of the same responder, or
	// to the same signal.
	private void write(List<FrameLine> lines, ObjIntConsumer<byte[]> written) {
		for (int at = 0; at < lines.size();) {
			if (lines.get(at) instanceof Written line) {
				written.accept(line.json(), 1);
				at++;
			}
			else {
				List<Answer> ofOne = combined(lines, at, Answer::isOfSameResponder);
				List<Answer> toOne = (ofOne.size() > 1) ? ofOne.subList(0, 1)
						: combined(lines, at, Answer::isToSameSignal);
				int messages = Math.max(toOne.size(), ofOne.size());
				written.accept(write(toOne, ofOne), messages);
				at += messages;
			}
		}
	}

	// The first one, and those that follow it and meet the condition.
	private static List<Answer> combined(List<FrameLine> lines, int start, BiPredicate<Answer, Answer> condition) {
		List<Answer> answers = new ArrayList<>();
		for (int at = start; at < lines.size() && lines.get(at) instanceof Answer next
				&& (at == start || condition.test(answers.get(0), next)); at++) {
			answers.add(next);
		}
		return answers;
	}

	// One of both lists has one, which is the first of the other.
	private byte[] write(List<Answer> toOneSignal, List<Answer> ofOneResponder) {
		AsciiJson json = buffer().raw('{').raw(FieldBytes.FIRST_RESPONDER_ID);
		write(json, toOneSignal, (answer) -> json.raw(answer.responderId()));
		json.raw(toOneSignal.get(0).between());
		write(json, ofOneResponder, (answer) -> json.string(answer.id()));
		return finish(json.raw('}'));
	}

	private static void write(AsciiJson json, List<Answer> answers, Consumer<Answer> value) {
		if (answers.size() == 1) {
			value.accept(answers.get(0));
			return;
		}
		json.raw('[');
		for (Answer answer : answers) {
			json.next('[');
			value.accept(answer);
		}
		json.raw(']');
	}

	private byte[] quoted(String text) {
		byte[] known = this.quoted.find(text);
		return (known != null) ? known : new AsciiJson(text.length() + 2, this.quoted).recurring(text).toBytes();
	}

	private AsciiJson buffer() {
		AsciiJson spare = this.spare.getAndSet(null);
		return (spare != null) ? spare : new AsciiJson(CAPACITY, this.quoted);
	}

	private byte[] finish(AsciiJson json) {
		byte[] written = json.raw('}').toBytes();
		if (json.capacity() <= LARGEST_CAPACITY) {
			json.reset();
			this.spare.setRelease(json);
		}
		return written;
	}

	private record Repeated(Response response, byte[] json) {

		boolean isOf(Response other) {
			return this.response.publisherId().equals(other.publisherId())
					&& this.response.event().equals(other.event()) && Objects.equals(this.response.ras(), other.ras());
		}

	}

}
