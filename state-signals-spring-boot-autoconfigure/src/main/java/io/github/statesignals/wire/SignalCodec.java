package io.github.statesignals.wire;

import java.util.List;
import java.util.function.Function;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
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

	private final StringCache strings = new StringCache();

	private final Spare<SignalScanner> signalScanners = new Spare<>(() -> new SignalScanner(this.strings));

	private final Spare<ResponseScanner> responseScanners = new Spare<>(() -> new ResponseScanner(this.strings));

	private final JacksonReader reader = new JacksonReader();

	private final PlainWriter plainWriter = new PlainWriter();

	private final JacksonWriter writer = new JacksonWriter();

	private final long maxPayload;

	/**
	 * Creates a codec.
	 * @param maxPayload the size limit of a message in bytes
	 */
	public SignalCodec(long maxPayload) {
		this.maxPayload = maxPayload;
	}

	/**
	 * Returns the size limit of a message.
	 * @return the limit in bytes
	 */
	public long maxPayload() {
		return this.maxPayload;
	}

	/**
	 * Writes a signal.
	 * @param signal the signal
	 * @param extension its extension, if any
	 * @return the signal in JSON, without a line break
	 * @throws IllegalArgumentException if it exceeds the size limit, or a number in it
	 * has more than 4,300 digits or an exponent beyond 4,300
	 */
	public byte[] write(Signal signal, @Nullable SignalExtension extension) {
		byte[] plain = this.plainWriter.write(signal, extension);
		byte[] written = (plain != null) ? plain : generate(signal, extension);
		if (written.length > this.maxPayload) {
			throw notSent(signal, tooLarge(written)
					+ ". Send less metadata, or raise the property in every application of the channel");
		}
		return written;
	}

	private byte[] generate(Signal signal, @Nullable SignalExtension extension) {
		try {
			return this.writer.write(signal, extension);
		}
		catch (IllegalArgumentException ex) {
			throw notSent(signal, ex.getMessage() + ". Send it as a string");
		}
	}

	private static IllegalArgumentException notSent(Signal signal, String problem) {
		return new IllegalArgumentException(
				"'%s' of '%s' was not sent: %s".formatted(signal.event(), signal.publisherId(), problem));
	}

	/**
	 * Writes a response. If it exceeds the size limit, its message is shortened.
	 * @param response the response
	 * @param extension its extension, if any
	 * @return the response in JSON, without a line break
	 */
	public byte[] write(Response response, @Nullable ResponseExtension extension) {
		String message = response.message();
		if (message == null || message.length() <= this.maxPayload) {
			byte[] written = encode(response, extension);
			if (message == null || written.length <= this.maxPayload) {
				return written;
			}
		}
		long available = this.maxPayload - encode(withMessage(response, ""), extension).length;
		return encode(withMessage(response, ShortenedMessages.shorten(message, available)), extension);
	}

	private static Response withMessage(Response response, @Nullable String message) {
		return new Response(response.responderId(), response.publisherId(), response.event(), response.ras(), message);
	}

	private byte[] encode(Response response, @Nullable ResponseExtension extension) {
		byte[] plain = this.plainWriter.write(response, extension);
		return (plain != null) ? plain : this.writer.write(response, extension);
	}

	/**
	 * Joins messages to one payload, one on each line.
	 * @param messages messages in JSON, without line breaks
	 * @return the payload
	 */
	public static byte[] joinLines(List<byte[]> messages) {
		return JsonLines.join(messages);
	}

	/**
	 * Splits a payload that {@link #joinLines} has made.
	 * @param payload the payload
	 * @return the messages in JSON
	 */
	public static List<byte[]> splitLines(byte[] payload) {
		return JsonLines.split(payload);
	}

	/**
	 * Reads a signal.
	 * @param payload the signal in JSON
	 * @return a {@link ReceivedSignal} or {@link MalformedMessage}
	 */
	public ReceivedMessage readSignal(byte[] payload) {
		if (payload.length > this.maxPayload) {
			String problem = tooLarge(payload);
			return new MalformedMessage(problem, PartialReader.readSignal(this.reader, payload, true, problem), null);
		}
		ReceivedSignal scanned = scanSignal(payload);
		if (scanned != null) {
			return scanned;
		}
		try {
			return this.reader.readSignal(payload);
		}
		catch (MalformedPayloadException ex) {
			return new MalformedMessage(ex.problem(),
					ex.isJson() ? PartialReader.readSignal(this.reader, payload, false, ex.problem()) : null, null);
		}
	}

	private @Nullable ReceivedSignal scanSignal(byte[] payload) {
		SignalScanner scanner = this.signalScanners.take();
		ReceivedSignal scanned = scanner.scan(payload);
		this.signalScanners.giveBack(scanner);
		return scanned;
	}

	/**
	 * Reads a response.
	 * @param payload the response in JSON
	 * @return a {@link ReceivedResponse} or {@link MalformedMessage}
	 */
	public ReceivedMessage readResponse(byte[] payload) {
		ReceivedMessage scanned = scanResponse(payload);
		return (scanned != null) ? scanned : parseResponse(payload);
	}

	/**
	 * Reads a response, or several, one on each line.
	 * @param payload the responses in JSON
	 * @return a {@link ReceivedResponse}, a {@link MalformedMessage}, or a
	 * {@link ReceivedFrame} of these
	 */
	public ReceivedMessage readResponses(byte[] payload) {
		return read(payload, this::readResponse);
	}

	/**
	 * Reads a signal, or several, one on each line.
	 * @param payload the signals in JSON
	 * @return a {@link ReceivedSignal}, a {@link MalformedMessage}, or a
	 * {@link ReceivedFrame} of these
	 */
	public ReceivedMessage readSignals(byte[] payload) {
		return read(payload, this::readSignal);
	}

	private static ReceivedMessage read(byte[] payload, Function<byte[], ReceivedMessage> reader) {
		if (JsonLines.isSeveral(payload)) {
			return readFrame(payload, reader);
		}
		ReceivedMessage single = reader.apply(payload);
		// Its first line may be the one that is malformed.
		boolean frame = single instanceof MalformedMessage && payload.length <= Limits.FRAME_BYTES
				&& JsonLines.hasObject(payload);
		return frame ? readFrame(payload, reader) : single;
	}

	private static ReceivedMessage readFrame(byte[] payload, Function<byte[], ReceivedMessage> reader) {
		List<byte[]> lines = (payload.length <= Limits.FRAME_BYTES) ? JsonLines.split(payload) : List.of();
		if (lines.isEmpty() || lines.size() > Limits.FRAME_MESSAGES) {
			return new MalformedMessage(Limits.FRAME_TOO_LARGE, null, null);
		}
		return new ReceivedFrame(lines.stream().map(reader).toList());
	}

	// Returns null where it takes a parser.
	private @Nullable ReceivedMessage scanResponse(byte[] payload) {
		if (payload.length > this.maxPayload) {
			String problem = tooLarge(payload);
			return new MalformedMessage(problem, null, PartialReader.readResponse(this.reader, payload, problem));
		}
		ResponseScanner scanner = this.responseScanners.take();
		ReceivedResponse scanned = scanner.scan(payload);
		this.responseScanners.giveBack(scanner);
		return scanned;
	}

	private ReceivedMessage parseResponse(byte[] payload) {
		try {
			return this.reader.readResponse(payload);
		}
		catch (MalformedPayloadException ex) {
			return new MalformedMessage(ex.problem(), null, null);
		}
	}

	private String tooLarge(byte[] payload) {
		return "it has %d bytes, and state-signals.protocol.max-payload allows %d".formatted(payload.length,
				this.maxPayload);
	}

}
