package io.github.statesignals.observation;

import java.util.Map;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.core.SignalObserver.ReceivedBy;
import io.micrometer.observation.transport.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The context of {@link SignalObservation#HANDLE}.
 *
 * @since 0.1.0
 */
public class SignalHandleContext extends SignalReceiverContext {

	private final String handler;

	private @Nullable Acknowledgement acknowledgement;

	SignalHandleContext(ReceivedBy received, Map<String, String> trace, boolean late, String handler) {
		super(received, trace, late, Kind.CONSUMER);
		this.handler = handler;
	}

	/**
	 * Returns a description of the handler.
	 * @return the method, or the class; {@code listener} for a listener
	 */
	public String getHandler() {
		return this.handler;
	}

	/**
	 * Returns the acknowledgement.
	 * @return the acknowledgement; {@code null} before the end, if the handler failed or
	 * did not act, and of a listener
	 */
	public @Nullable Acknowledgement getAcknowledgement() {
		return this.acknowledgement;
	}

	void setAcknowledgement(@Nullable Acknowledgement acknowledgement) {
		this.acknowledgement = acknowledgement;
	}

}
