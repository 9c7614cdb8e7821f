package io.github.statesignals.transport;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Travels with a response for peers that support the extensions of this project: under
 * the key {@value io.github.statesignals.Signal#RESERVED_METADATA_KEY}. Its presence
 * shows that the sender supports them. PROTOCOL: "Our extensions".
 *
 * @param id the id of the signal that it answers, if that has one
 * @param handledEvents {@code null}, unless the responder has no handler for the signal:
 * then the events that it does handle, as far as they fit
 * @param address in a subscription or hello, the address at which the responder takes
 * probes; in a probe, the address that awaits its answer
 * @param seal in a subscription or hello, the seal with which the responder will leave;
 * in an announcement that it leaves, the key that opens it
 * @param probe a probe, or the answer to one
 * @since 0.1.0
 */
public record ResponseExtension(@Nullable String id, @Nullable List<String> handledEvents, @Nullable String address,
		@Nullable String seal, @Nullable Probe probe) {

	/**
	 * Shows that the sender supports the extensions, and nothing else.
	 */
	public static final ResponseExtension UNDERSTOOD = new ResponseExtension(null);

	public ResponseExtension {
		handledEvents = (handledEvents != null) ? List.copyOf(handledEvents) : null;
	}

	/**
	 * Creates the extension of an answer.
	 * @param id the id of the signal that it answers, if that has one
	 */
	public ResponseExtension(@Nullable String id) {
		this(id, null, null, null, null);
	}

	/**
	 * Asks whether a responder is connected and subscribed; or answers that.
	 *
	 * @param nonce names the probe; the answer repeats it
	 * @param state {@code null} in a probe
	 */
	public record Probe(String nonce, @Nullable State state) {

	}

	/**
	 * The state of a responder that was probed.
	 */
	public enum State {

		/**
		 * It listens, and answers each signal that it receives, however long its handlers
		 * take.
		 */
		WORKING,

		/**
		 * It is not, or no longer, a responder of the application that answers.
		 */
		ABSENT

	}

}
