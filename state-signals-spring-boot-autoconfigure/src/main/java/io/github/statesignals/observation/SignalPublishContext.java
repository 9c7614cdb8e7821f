package io.github.statesignals.observation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

/**
 * The context of {@link SignalObservation#PUBLISH}. Its carrier takes the fields of the
 * propagator, which travel with the signal.
 *
 * @since 0.1.0
 */
public final class SignalPublishContext extends SenderContext<Map<String, String>> {

	private final Signal signal;

	private final String channel;

	private final boolean legal;

	private @Nullable SignalResult result;

	/**
	 * Creates a context.
	 * @param signal the signal
	 * @param channel the channel's name
	 * @param legal whether the exporter was initialized with the event
	 */
	public SignalPublishContext(Signal signal, String channel, boolean legal) {
		super((carrier, key, value) -> Objects.requireNonNull(carrier).put(key, value), Kind.PRODUCER);
		this.signal = signal;
		this.channel = channel;
		this.legal = legal;
		setCarrier(new LinkedHashMap<>());
		setRemoteServiceName("Redis");
	}

	public Signal getSignal() {
		return this.signal;
	}

	public String getChannel() {
		return this.channel;
	}

	/**
	 * Returns whether the exporter was initialized with the event.
	 * @return {@code false} if the event may be any text
	 */
	public boolean isLegal() {
		return this.legal;
	}

	/**
	 * Returns the result.
	 * @return the result; {@code null} before the end, and if the publish failed
	 */
	public @Nullable SignalResult getResult() {
		return this.result;
	}

	void setResult(@Nullable SignalResult result) {
		this.result = result;
	}

}
