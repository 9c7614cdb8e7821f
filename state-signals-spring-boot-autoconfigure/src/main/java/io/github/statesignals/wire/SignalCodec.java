package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.ChannelSigner;
import io.github.statesignals.signing.ChannelSigner.StoredPlace;
import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.FrameLine.Answer;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads signals and responses as the JSON that the Python package
 * {@code state-signals} 1.0.1 writes and reads. Messages of the usual form are written
 * and read without Jackson. No setting of the application's mapper applies. Safe for use
 * by many threads.
 *
 * @since 0.1.0
 */
public final class SignalCodec {

	private static final SignalExtension NO_SIGNAL_EXTENSION = new SignalExtension(null, SignalExtension.NONE,
			SignalExtension.NONE, SignalExtension.NONE, null);

	// Nearly always one thread takes them, and finds those that it gave back.
	private final AtomicReference<@Nullable SignalScanner> signalScanner = new AtomicReference<>();

	private final AtomicReference<@Nullable ResponseScanner> responseScanner = new AtomicReference<>();

	private final AtomicReference<@Nullable ResponseScanner> replyScanner = new AtomicReference<>();

	private final StringCache<String> strings = new StringCache<>(12, Function.identity());

	private final MessageWriter writer = new MessageWriter();

	private final long maxPayload;

	private final @Nullable ChannelSigner signer;

	private final @Nullable SignatureCheck signatures;

	public SignalCodec(long maxPayload) {
		this(maxPayload, null);
	}

	private SignalCodec(long maxPayload, @Nullable ChannelSigner signer) {
		this.maxPayload = maxPayload;
		this.signer = signer;
		this.signatures = (signer != null) ? new SignatureCheck(signer) : null;
	}

	// Signs messages and verifies those that are read. Without an extension a message is
	// signed only where that is required.
	public SignalCodec signedBy(@Nullable ChannelSigner signer) {
		return (signer != null) ? new SignalCodec(this.maxPayload, signer) : this;
	}

	public long maxPayload() {
		return this.maxPayload;
	}

	public boolean isSigned() {
		return this.signer != null;
	}

	// Without a line break. Fails if the signal exceeds the size limit, or a number in it
	// is too long.
	public byte[] write(Signal signal, @Nullable SignalExtension extension) {
		return write(signal, extension, null);
	}

	private byte[] write(Signal signal, @Nullable SignalExtension extension, @Nullable String replayFor) {
		ChannelSigner signer = this.signer;
		byte[] written = (signer == null || (extension == null && !signer.isRequired()))
				? encode(signal, extension, null) : signer.signSignal(replayFor, (signature) -> encode(signal,
						(extension != null) ? extension : NO_SIGNAL_EXTENSION, signature));
		if (written.length > this.maxPayload) {
			throw notSent(signal, tooLarge(written)
					+ ". Send less metadata, or raise the property in every application of the channel");
		}
		return written;
	}

	// Signs a stored signal again, which is to be stored again for one responder. Null if
	// its signature is not valid, or this application may not publish it.
	public byte @Nullable [] replay(byte[] payload, String responder) {
		ReceivedMessage message = readStoredSignal(payload, null);
		byte[] replayed = payload;
		if (this.signer != null && message instanceof ReceivedSignal signal) {
			replayed = write(signal.signal(), signal.extension(), responder);
			message = readStoredSignal(replayed, null);
		}
		return (message instanceof UnverifiedMessage unverified && unverified.message() == null) ? null : replayed;
	}

	private byte[] encode(Signal signal, @Nullable SignalExtension extension, @Nullable Signature signature) {
		try {
			return this.writer.write(signal, extension, signature);
		}
		catch (IllegalArgumentException ex) {
			throw notSent(signal, ex.getMessage() + ". Send it as a string");
		}
	}

	private static IllegalArgumentException notSent(Signal signal, String problem) {
		return new IllegalArgumentException(
				"'%s' of '%s' was not sent: %s".formatted(signal.event(), signal.publisherId(), problem));
	}

	// If the response exceeds the size limit, its message is shortened.
	public byte[] write(Response response, @Nullable ResponseExtension extension) {
		ChannelSigner signer = this.signer;
		if (signer == null || (extension == null && !signer.isRequired())) {
			return write(response, extension, null);
		}
		return signer.signResponse((signature) -> write(response,
				(extension != null) ? extension : ResponseExtension.UNDERSTOOD, signature));
	}

	// For a reader of combined answers.
	public FrameLine line(Response response, @Nullable ResponseExtension extension) {
		Answer answer = (this.signer == null) ? this.writer.answer(response, extension) : null;
		return (answer != null) ? answer : new Written(write(response, extension));
	}

	public byte[] write(List<FrameLine> frame) {
		return this.writer.writeFrame(frame);
	}

	public StoredFrame writeStored(List<FrameLine> frame) {
		return this.writer.writeStored(frame);
	}

	private byte[] write(Response response, @Nullable ResponseExtension extension, @Nullable Signature signature) {
		String message = response.message();
		if (message == null || message.length() <= this.maxPayload) {
			byte[] written = this.writer.write(response, extension, signature);
			if (message == null || written.length <= this.maxPayload) {
				return written;
			}
		}
		long available = this.maxPayload - this.writer.write(withMessage(response, ""), extension, signature).length;
		return this.writer.write(withMessage(response, ShortenedMessages.shorten(message, available)), extension,
				signature);
	}

	private static Response withMessage(Response response, @Nullable String message) {
		return new Response(response.responderId(), response.publisherId(), response.event(), response.ras(), message);
	}

	public ReceivedMessage readSignal(byte[] payload) {
		return check(readSignal(payload, false), payload);
	}

	// The time of a stored signal does not matter, and it may be read again. The place
	// where it is stored; null: anywhere, for it is not delivered.
	public ReceivedMessage readStoredSignal(byte[] payload, @Nullable StoredPlace place) {
		ReceivedMessage message = readSignal(payload, false);
		return (this.signatures != null) ? this.signatures.checkStored(message, payload, place) : message;
	}

	// Reads a signal, or a frame of several, one on each line.
	public ReceivedMessage readSignals(byte[] payload) {
		return readSignal(payload, true);
	}

	private ReceivedMessage readSignal(byte[] payload, boolean lines) {
		return read(payload, lines, this.signalScanner, SignalScanner::new);
	}

	public ReceivedMessage readResponse(byte[] payload) {
		return check(readResponse(payload, false), payload);
	}

	public ReceivedMessage readStoredAnswer(byte[] payload) {
		ReceivedMessage message = readResponse(payload, false);
		return (this.signatures != null) ? this.signatures.checkStoredAnswer(message, payload) : message;
	}

	public ReceivedMessage readResponses(byte[] payload) {
		return readResponse(payload, true);
	}

	// Reads combined answers, too.
	public ReceivedMessage readReplies(byte[] payload) {
		return read(payload, true, this.replyScanner, (strings) -> new ResponseScanner(strings, true));
	}

	private ReceivedMessage readResponse(byte[] payload, boolean lines) {
		return read(payload, lines, this.responseScanner, (strings) -> new ResponseScanner(strings, false));
	}

	// A thread that finds no spare scanner creates another one.
	private <S extends JsonScanner<?>> ReceivedMessage read(byte[] payload, boolean lines,
			AtomicReference<@Nullable S> spare, Function<StringCache<String>, S> creator) {
		S taken = spare.getAndSet(null);
		S scanner = (taken != null) ? taken : creator.apply(this.strings);
		ReceivedMessage message = lines ? readLines(payload, scanner) : readSingle(payload, scanner);
		spare.setRelease(scanner);
		return message;
	}

	private ReceivedMessage readSingle(byte[] payload, JsonScanner<?> scanner) {
		ReceivedMessage scanned = scan(payload, 0, scanner);
		return (scanned != null && scanner.position() == payload.length) ? scanned : parse(payload, scanner);
	}

	// Combined answers are bounded as a frame is, which may be more than a single
	// message.
	private @Nullable ReceivedMessage scan(byte[] payload, int start, JsonScanner<?> scanner) {
		ReceivedMessage message = scanner.scan(payload, start,
				(int) Math.min(start + Math.max(this.maxPayload, Limits.FRAME_BYTES), payload.length));
		boolean tooLarge = !(message instanceof ReceivedFrame) && scanner.position() - start > this.maxPayload;
		return tooLarge ? null : message;
	}

	private ReceivedMessage readLines(byte[] payload, JsonScanner<?> scanner) {
		ReceivedMessage first = scan(payload, 0, scanner);
		int end = (first != null) ? scanner.position() : JsonLines.lineEnd(payload, 0);
		if (first != null && end == payload.length) {
			return check(first, payload);
		}
		if (JsonLines.isSeveral(payload, end)) {
			return readFrame(payload, first, end, scanner);
		}
		ReceivedMessage single = check(parse(payload, scanner), payload);
		// Its first line may be the one that is malformed.
		boolean frame = single instanceof MalformedMessage && payload.length <= Limits.FRAME_BYTES
				&& JsonLines.hasObject(payload);
		return frame ? readFrame(payload, first, end, scanner) : single;
	}

	private ReceivedMessage readFrame(byte[] payload, @Nullable ReceivedMessage first, int firstEnd,
			JsonScanner<?> scanner) {
		// All are most often as long as the first.
		List<ReceivedMessage> messages = new ArrayList<>(
				Math.min(payload.length / (firstEnd + 1) + 1, Limits.FRAME_MESSAGES));
		ReceivedMessage scanned = first;
		int end = firstEnd;
		int count = 0;
		for (int start = 0; start < payload.length; start = end + 1) {
			if (start > 0) {
				scanned = scan(payload, start, scanner);
				end = (scanned != null) ? scanner.position() : JsonLines.lineEnd(payload, start);
			}
			ReceivedMessage message = readLine(payload, start, end, scanned, scanner);
			count += (message instanceof ReceivedFrame answers) ? answers.messages().size() : 1;
			if (payload.length > Limits.FRAME_BYTES || count > Limits.FRAME_MESSAGES) {
				return new MalformedMessage(Limits.FRAME_TOO_LARGE, null, null);
			}
			messages.add(message);
		}
		return new ReceivedFrame(messages);
	}

	private ReceivedMessage readLine(byte[] lines, int start, int end, @Nullable ReceivedMessage scanned,
			JsonScanner<?> scanner) {
		if (scanned != null && this.signatures == null) {
			return scanned;
		}
		// A signature is verified over the bytes of its line.
		byte[] line = Arrays.copyOfRange(lines, start, end);
		return check((scanned != null) ? scanned : parse(line, scanner), line);
	}

	private ReceivedMessage check(ReceivedMessage message, byte[] payload) {
		return (this.signatures != null) ? this.signatures.check(message, payload) : message;
	}

	// Reads a message that the scanner can't.
	private ReceivedMessage parse(byte[] payload, JsonScanner<?> scanner) {
		String problem = (payload.length > this.maxPayload) ? tooLarge(payload) : null;
		if (problem != null && payload.length <= Limits.FRAME_BYTES
				&& scanner.parse(payload, null) instanceof ReceivedFrame answers
				&& answers.messages().get(0) instanceof ReceivedResponse first && first.extension() != null) {
			return answers;
		}
		return scanner.parse(payload, problem);
	}

	private String tooLarge(byte[] payload) {
		return "it has %d bytes, and state-signals.protocol.max-payload allows %d".formatted(payload.length,
				this.maxPayload);
	}

}
