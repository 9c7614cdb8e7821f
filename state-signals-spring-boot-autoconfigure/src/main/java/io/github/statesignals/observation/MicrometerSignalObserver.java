package io.github.statesignals.observation;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.SignalExtension;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes with Micrometer. A handler of observations that fails is logged, and costs no
 * signal its answer.
 *
 * @since 0.1.0
 */
public final class MicrometerSignalObserver implements SignalObserver {

	// After this time a publish without a timeout counts as ended.
	private static final long LATE_MILLIS = 60_000;

	private static final Logger logger = LoggerFactory.getLogger(MicrometerSignalObserver.class);

	private final LogLimit failures = new LogLimit(1);

	private final ObservationRegistry registry;

	private final boolean inMetadata;

	private final @Nullable SignalPublishObservationConvention publishConvention;

	private final @Nullable SignalHandleObservationConvention handleConvention;

	private final @Nullable SignalResponseObservationConvention responseConvention;

	public MicrometerSignalObserver(ObservationRegistry registry, boolean inMetadata,
			@Nullable SignalPublishObservationConvention publishConvention,
			@Nullable SignalHandleObservationConvention handleConvention,
			@Nullable SignalResponseObservationConvention responseConvention) {
		this.registry = registry;
		this.inMetadata = inMetadata;
		this.publishConvention = publishConvention;
		this.handleConvention = handleConvention;
		this.responseConvention = responseConvention;
	}

	@Override
	public Observed publish(Signal signal, String channel, boolean legal) {
		return start(SignalObservation.PUBLISH, this.publishConvention,
				SignalPublishObservationConvention.Default.INSTANCE, new SignalPublishContext(signal, channel, legal));
	}

	@Override
	public Observed handle(ReceivedBy received, String handler) {
		return start(SignalObservation.HANDLE, this.handleConvention,
				SignalHandleObservationConvention.Default.INSTANCE,
				new SignalHandleContext(received, trace(received), isLate(received), handler));
	}

	@Override
	public Observed respond(ReceivedBy received, Response response, boolean handled) {
		return start(SignalObservation.RESPONSE, this.responseConvention,
				SignalResponseObservationConvention.Default.INSTANCE,
				new SignalResponseContext(received, trace(received), isLate(received), response, handled));
	}

	private Map<String, String> trace(ReceivedBy received) {
		SignalExtension extension = received.extension();
		Map<String, String> trace = (extension != null) ? extension.trace() : Map.of();
		if (!trace.isEmpty() || !this.inMetadata) {
			return trace;
		}
		Map<String, String> texts = new LinkedHashMap<>();
		received.signal().metadata().forEach((key, value) -> {
			if (value instanceof String text) {
				texts.put(key, text);
			}
		});
		return texts;
	}

	// Both clocks matter here, and nowhere else: a wrong one costs a link.
	private static boolean isLate(ReceivedBy received) {
		SignalExtension extension = received.extension();
		long timeout = (extension != null) ? extension.timeoutMillis() : SignalExtension.NONE;
		return received.storedMillis() != SignalExtension.NONE && System.currentTimeMillis()
				- received.storedMillis() > ((timeout != SignalExtension.NONE) ? timeout : LATE_MILLIS);
	}

	private <C extends Observation.Context> Observed start(SignalObservation documented,
			@Nullable ObservationConvention<C> custom, ObservationConvention<C> standard, C context) {
		Started started = null;
		try {
			Observation observation = documented.observation(custom, standard, () -> context, this.registry);
			if (observation.isNoop()) {
				return Observed.NONE;
			}
			started = new Started(observation);
			observation.start();
			return started;
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			if (started != null) {
				// Some of its handlers may have started.
				started.stop();
			}
			return Observed.NONE;
		}
	}

	private void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	private void failed(Throwable ex) {
		this.failures.warn(logger, "An observation of a signal failed", ex);
	}

	private final class Started implements Observed {

		private final Observation observation;

		Started(Observation observation) {
			this.observation = observation;
		}

		@Override
		public Signal toSend(Signal signal) {
			Map<String, String> trace = trace();
			if (!MicrometerSignalObserver.this.inMetadata || trace.isEmpty()) {
				return signal;
			}
			Map<String, @Nullable Object> metadata = new LinkedHashMap<>(trace);
			metadata.putAll(signal.metadata());
			return new Signal(signal.publisherId(), signal.processName(), signal.event(), signal.runnerHost(),
					signal.sampleNo(), signal.tag(), metadata);
		}

		@Override
		public Map<String, String> trace() {
			Map<String, String> carrier = (this.observation.getContext() instanceof SignalPublishContext publish)
					? publish.getCarrier() : null;
			return (carrier != null) ? carrier : Map.of();
		}

		@Override
		public Scope open() {
			try {
				Observation.Scope scope = this.observation.openScope();
				return () -> run(scope::close);
			}
			catch (RuntimeException | Error ex) {
				failed(ex);
				return Scope.NONE;
			}
		}

		@Override
		public void outcome(@Nullable Object outcome, @Nullable Throwable error) {
			if (this.observation.getContext() instanceof SignalPublishContext publish) {
				publish.setResult((SignalResult) outcome);
			}
			else if (this.observation.getContext() instanceof SignalHandleContext handle) {
				handle.setAcknowledgement((Acknowledgement) outcome);
			}
			if (error != null) {
				run(() -> this.observation.error(Futures.unwrap(error)));
			}
		}

		@Override
		public void stop() {
			run(this.observation::stop);
		}

	}

}
