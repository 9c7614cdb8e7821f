package io.github.statesignals.wire;

import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * A payload is no signal, or no response. The message quotes nothing of it. There is no
 * stack trace: whoever can publish could have us make one for every payload.
 */
@SuppressWarnings("serial")
public final class MalformedPayloadException extends Exception {

	private final transient @Nullable UnreadableSignal signal;

	private final boolean json;

	MalformedPayloadException(String problem) {
		this(problem, true, null);
	}

	private MalformedPayloadException(String problem, boolean json, @Nullable UnreadableSignal signal) {
		super(problem, null, false, false);
		this.json = json;
		this.signal = signal;
	}

	/**
	 * Creates an exception for a payload that is not a JSON object.
	 * @param problem what is wrong with it
	 * @return the exception
	 */
	static MalformedPayloadException notAnObject(String problem) {
		return new MalformedPayloadException(problem, false, null);
	}

	/**
	 * Creates an exception for a payload that a parser refuses.
	 * @param ex what the parser says, which may quote the payload
	 * @return the exception
	 */
	static MalformedPayloadException of(JacksonException ex) {
		if (ex instanceof StreamConstraintsException) {
			return new MalformedPayloadException(exceeded(String.valueOf(ex.getOriginalMessage())));
		}
		return notAnObject("it is not readable as JSON (%s)".formatted(ex.getClass().getSimpleName()));
	}

	private static String exceeded(String message) {
		if (message.contains("nesting depth")) {
			return "it is nested deeper than " + SignalCodec.MAX_DEPTH + " levels";
		}
		return message.startsWith("Number")
				? "it has a number of more than " + SignalCodec.MAX_NUMBER_LENGTH + " digits"
				: "it has a string or a key that is too long";
	}

	/**
	 * Adds what can be read of the signal.
	 * @param signal what can be read, if anything
	 * @return the exception
	 */
	MalformedPayloadException withSignal(@Nullable UnreadableSignal signal) {
		return new MalformedPayloadException(problem(), this.json, signal);
	}

	public String problem() {
		return String.valueOf(getMessage());
	}

	/**
	 * Returns whether the payload is JSON, as far as it was read.
	 * @return {@code false} if no part of it is to be trusted
	 */
	boolean isJson() {
		return this.json;
	}

	/**
	 * Returns what can be read of the signal.
	 * @return that, or {@code null} if its publisher or its event can't be read
	 */
	public @Nullable UnreadableSignal signal() {
		return this.signal;
	}

}
