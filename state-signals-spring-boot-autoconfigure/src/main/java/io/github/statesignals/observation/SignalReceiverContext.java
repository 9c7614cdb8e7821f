package io.github.statesignals.observation;

import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.core.SignalObserver.ReceivedBy;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import org.jspecify.annotations.Nullable;

/**
 * The context of an observation of a received signal. Its carrier has the fields of the
 * propagator that came with the signal.
 *
 * @since 0.1.0
 */
public abstract class SignalReceiverContext extends ReceiverContext<Map<String, String>> {

	private final ReceivedBy received;

	private final boolean late;

	SignalReceiverContext(ReceivedBy received, Map<String, String> trace, boolean late, Kind kind) {
		super((carrier, key) -> carrier.get(key), kind);
		this.received = received;
		this.late = late;
		setCarrier(trace);
		setRemoteServiceName("Redis");
	}

	public Signal getSignal() {
		return this.received.signal();
	}

	public String getChannel() {
		return this.received.channel();
	}

	public String getResponderId() {
		return this.received.responderId();
	}

	/**
	 * Returns the id of the signal among those of its publisher.
	 * @return the id, or {@code null} if the signal has none
	 */
	public @Nullable String getSignalId() {
		return (this.received.extension() != null) ? this.received.extension().id() : null;
	}

	/**
	 * Returns whether the responder has a handler that names the event.
	 * @return {@code false} if the event may be any text
	 */
	public boolean isKnown() {
		return this.received.known();
	}

	/**
	 * Returns whether the signal was stored on a durable channel, and its publish had
	 * ended by its timeout when the observation began. Its trace is linked, and not
	 * continued.
	 */
	public boolean isLate() {
		return this.late;
	}

}
