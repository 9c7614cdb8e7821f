package io.github.statesignals.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of signals. {@link SignalKeys} has their keys.
 *
 * @since 0.1.0
 */
public enum SignalObservation implements ObservationDocumentation {

	/**
	 * A publish of an exporter, from the call to its result.
	 */
	PUBLISH(SignalPublishObservationConvention.Default.class),

	/**
	 * The call of a handler or listener, until it has returned or its future has
	 * completed.
	 */
	HANDLE(SignalHandleObservationConvention.Default.class),

	/**
	 * The response of a responder to a signal, until Redis has received it; on a durable
	 * channel, until it is stored.
	 */
	RESPONSE(SignalResponseObservationConvention.Default.class);

	private final Class<? extends ObservationConvention<? extends Observation.Context>> convention;

	SignalObservation(Class<? extends ObservationConvention<? extends Observation.Context>> convention) {
		this.convention = convention;
	}

	@Override
	public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
		return this.convention;
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return SignalKeys.LowCardinalityKeys.values();
	}

	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return SignalKeys.HighCardinalityKeys.values();
	}

}
