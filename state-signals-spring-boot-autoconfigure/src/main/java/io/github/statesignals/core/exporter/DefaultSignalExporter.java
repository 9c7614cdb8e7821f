package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.MetadataConverter;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.exporter.DefaultSignalSpec.Published;
import io.github.statesignals.core.exporter.ExporterState.Status;
import io.github.statesignals.core.publish.PublishOptions;
import io.github.statesignals.core.publish.SendFailures;
import io.github.statesignals.core.responder.ResponderRegistry;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;
import org.springframework.util.function.SingletonSupplier;

public final class DefaultSignalExporter implements SignalExporter {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final String publisherId;

	private final String processName;

	private final String channel;

	private final String runnerHost;

	private final EngineServices services;

	private final MetadataConverter converter;

	private final ExporterRegistry registry;

	// Created when it is used: applications that only respond have an exporter, too.
	private final SingletonSupplier<Subscriptions> subscriptions;

	private final ObservedPublisher observedPublisher;

	// Held while the state changes. Like the state a spy of this exporter shares it,
	// which is a copy.
	private final ReentrantLock lock = new ReentrantLock();

	// Changed under the lock, and read without it: each publish asks.
	private final AtomicReference<ExporterState> current = new AtomicReference<>(ExporterState.SHUT_DOWN);

	public DefaultSignalExporter(String processName, String channel, String runnerHost, EngineServices services,
			MetadataConverter converter, ExporterRegistry registry, ResponderRegistry localResponders) {
		Assert.hasText(processName, "The process name of a SignalExporter must not be blank: "
				+ "set state-signals.exporter.process-name or spring.application.name");
		this.processName = processName;
		this.publisherId = processName + "-" + UUID.randomUUID();
		TextLength.check(this.publisherId, "The publisher id of a SignalExporter",
				"shorten its process name, state-signals.exporter.process-name or spring.application.name");
		Assert.hasText(runnerHost, "The runner host of a SignalExporter must not be blank");
		TextLength.check(runnerHost, "The runner host of a SignalExporter");
		this.channel = services.outbound().required(channel);
		this.runnerHost = runnerHost;
		this.services = services;
		this.converter = converter;
		this.registry = registry;
		this.subscriptions = SingletonSupplier.of(() -> new Subscriptions(this.publisherId, channel, services,
				localResponders, this::currentInitialization));
		this.observedPublisher = new ObservedPublisher(channel, services, registry::isStopped, this.subscriptions);
	}

	@Override
	public String getPublisherId() {
		return this.publisherId;
	}

	@Override
	public void initialize(String... legalEvents) {
		initialization(legalEvents).initialize();
	}

	@Override
	public boolean initializeAndWait(int subscribers, Duration timeout, String... legalEvents) {
		return initialization(legalEvents).initializeAndWait(subscribers, timeout);
	}

	@Override
	public InitializationSpec initialization(String... legalEvents) {
		return new DefaultInitializationSpec(LegalEvents.of(legalEvents), this.services.settings().exporters(),
				this::initialize, this::awaitSubscribers);
	}

	@Override
	public SignalSpec signal(String event) {
		Assert.hasText(event, "The event of a signal must not be blank");
		return new DefaultSignalSpec(event, this::publish, this.converter, responseTimeout(),
				this.services.callbackLanes());
	}

	@Override
	public SignalResult emit(Object typedSignal) {
		return typed(typedSignal).publish();
	}

	@Override
	public CompletableFuture<SignalResult> emitAsync(Object typedSignal) {
		return typed(typedSignal).publishAsync();
	}

	// The signal is written as metadata now, and emitted later.
	public SignalSpec prepare(Object typedSignal) {
		SignalSpec spec = typed(typedSignal);
		LegalEvents.check(SignalEventNames.of(typedSignal.getClass()), this.publisherId, this.current.get());
		return spec;
	}

	private SignalSpec typed(Object typedSignal) {
		Assert.notNull(typedSignal, "'typedSignal' must not be null");
		return signal(SignalEventNames.of(typedSignal.getClass())).payload(typedSignal);
	}

	@Override
	public Set<String> getSubscribers() {
		return subscriptions().responders().ids();
	}

	@Override
	public Set<String> getLegalEvents() {
		return this.current.get().legalEvents();
	}

	@Override
	public void shutdown() {
		await(shutdownAsync(), Signal.SHUTDOWN, responseTimeout());
	}

	@Override
	public void shutdown(String tag) {
		Assert.notNull(tag, "'tag' must not be null: call shutdown() for the tag of the initialization");
		TextLength.check(tag, "The tag of a signal");
		await(end(Status.SHUT_DOWN, tag), Signal.SHUTDOWN, responseTimeout());
	}

	private Duration responseTimeout() {
		return this.services.settings().exporters().responseTimeout();
	}

	public CompletableFuture<?> shutdownAsync() {
		return end(Status.SHUT_DOWN, null);
	}

	// Shuts down until the application is connected again.
	public CompletableFuture<?> suspendAsync() {
		return end(Status.WAITING, null);
	}

	private CompletableFuture<?> end(Status next, @Nullable String tag) {
		CompletableFuture<?> sent;
		// In one step, or an initialization in between would lose its subscribers.
		this.lock.lock();
		try {
			ExporterState ended = this.current.get();
			if (ended.is(Status.SHUT_DOWN)) {
				return CompletableFuture.completedFuture(null);
			}
			this.current.set((next == Status.SHUT_DOWN) ? ExporterState.SHUT_DOWN : ended.with(next));
			if (next == Status.SHUT_DOWN) {
				this.registry.remove(this);
			}
			IllegalStateException reason = new IllegalStateException(
					"Exporter '" + this.publisherId + "' was shut down while waiting");
			if (ended.is(Status.WAITING)) {
				// It has sent nothing. Callers may wait for its subscribers all the same.
				subscriptions().responders().close(reason);
				return CompletableFuture.completedFuture(null);
			}
			logger.debug("Shutting down exporter '{}'", this.publisherId);
			subscriptions().clear();
			sent = subscriptions().publisher()
				.shutDown(reserved(Signal.SHUTDOWN, (tag != null) ? tag : ended.tag()), reason);
		}
		finally {
			this.lock.unlock();
		}
		subscriptions().publisher().completeEnded();
		return sent;
	}

	private void initialize(ExporterState initialized, Duration timeout) {
		CompletionStage<?> sent;
		this.services.counters().initialized(this.channel, initialized.legalEvents());
		this.lock.lock();
		try {
			sent = begin(initialized);
		}
		finally {
			this.lock.unlock();
		}
		await(sent, Signal.INITIALIZATION, timeout);
	}

	private boolean register() {
		try {
			return this.registry.register(this);
		}
		catch (DataAccessException ex) {
			throw (RuntimeException) SendFailures.describe(
					new SignalNotSentException(String.valueOf(ex.getMessage()), ex), Signal.INITIALIZATION,
					this.publisherId);
		}
	}

	// Initializes the exporter if it waited for the connection. Run the result to wait
	// until the signal was sent.
	public Runnable resume() {
		CompletionStage<?> sent;
		// A listener may have been added since it waits.
		this.services.counters().initialized(this.channel, this.current.get().legalEvents());
		this.lock.lock();
		try {
			ExporterState current = this.current.get();
			sent = current.is(Status.WAITING) ? begin(current.with(Status.INITIALIZED))
					: CompletableFuture.completedFuture(null);
		}
		finally {
			this.lock.unlock();
		}
		return () -> await(sent, Signal.INITIALIZATION, responseTimeout());
	}

	@GuardedBy("lock")
	private CompletionStage<?> begin(ExporterState initialized) {
		// Receive before sending: a responder that is asked may answer at once.
		if (!register()) {
			logger.debug("Exporter '{}' is initialized with {} as soon as the application is connected",
					this.publisherId, initialized.legalEvents());
			// One that is still initialized is about to be suspended.
			this.current.set(initialized.with(isInitialized() ? Status.INITIALIZED : Status.WAITING));
			return CompletableFuture.completedFuture(null);
		}
		logger.debug("Initializing exporter '{}' with {}", this.publisherId, initialized.legalEvents());
		this.current.set(initialized);
		subscriptions().open(initialized.expected());
		return subscriptions().requests().ask(reserved(Signal.INITIALIZATION, initialized.tag()));
	}

	public boolean isInitialized() {
		return this.current.get().is(Status.INITIALIZED);
	}

	public Subscriptions subscriptions() {
		return this.subscriptions.obtain();
	}

	private @Nullable Signal currentInitialization() {
		ExporterState current = this.current.get();
		return current.is(Status.INITIALIZED) ? reserved(Signal.INITIALIZATION, current.tag()) : null;
	}

	public String getChannel() {
		return this.channel;
	}

	public String getProcessName() {
		return this.processName;
	}

	// Blocks the caller. A negative timeout waits indefinitely, an interval of zero never
	// asks again.
	public boolean awaitSubscribers(int count, Duration timeout, Duration republishInterval, Runnable first) {
		return subscriptions().requests().await(count, timeout, republishInterval, () -> {
			checkStarted();
			first.run();
			// Meanwhile, perhaps: then nothing ends the wait.
			checkStarted();
		});
	}

	private void checkStarted() {
		if (this.registry.isStopped()) {
			throw new IllegalStateException(
					("Exporter '%s' can't wait for subscribers while the application has not started, and was not initialized. "
							+ "Call initialize() here, which is done at start, and wait in an ApplicationRunner, "
							+ "or for the SignalExporter bean set state-signals.exporter.await-subscribers")
						.formatted(this.publisherId));
		}
	}

	private Published publish(String event, long sampleNo, String tag, Map<String, @Nullable Object> metadata,
			PublishOptions options) {
		LegalEvents.checkNotReserved(event);
		Signal signal = new Signal(this.publisherId, this.processName, event, this.runnerHost, sampleNo, tag, metadata);
		ExporterState current = this.current.get();
		LegalEvents.check(event, this.publisherId, current);
		return this.observedPublisher.publish(signal, current, options);
	}

	private void await(CompletionStage<?> sent, String event, Duration timeout) {
		subscriptions().publisher().completeEnded();
		SendFailures.await(sent.toCompletableFuture(), event, this.publisherId, timeout, this.services);
	}

	private Signal reserved(String event, String tag) {
		return new Signal(this.publisherId, this.processName, event, this.runnerHost, Signal.NO_SAMPLE, tag, Map.of());
	}

}
