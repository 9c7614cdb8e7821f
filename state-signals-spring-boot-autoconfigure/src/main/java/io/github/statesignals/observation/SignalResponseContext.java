package io.github.statesignals.observation;

import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.core.SignalObserver.ReceivedBy;
import io.micrometer.observation.transport.Kind;

/**
 * The context of {@link SignalObservation#RESPONSE}.
 *
 * @since 0.1.0
 */
public class SignalResponseContext extends SignalReceiverContext {

	private final Response response;

	private final boolean handled;

	SignalResponseContext(ReceivedBy received, Map<String, String> trace, boolean late, Response response,
			boolean handled) {
		super(received, trace, late, Kind.PRODUCER);
		this.response = response;
		this.handled = handled;
	}

	public Response getResponse() {
		return this.response;
	}

	/**
	 * Returns whether a handler has acted on the signal, or failed.
	 * @return {@code false} if the responder has no handler for it
	 */
	public boolean isHandled() {
		return this.handled;
	}

}
