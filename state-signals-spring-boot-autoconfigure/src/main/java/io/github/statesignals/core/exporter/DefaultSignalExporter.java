package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.LogText;
import io.github.statesignals.core.MetadataConverter;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.exporter.ExporterState.Status;
import io.github.statesignals.core.exporter.ResponderProbes.Suspicion;
import io.github.statesignals.core.responder.LocalResponder;
import io.github.statesignals.core.responder.ResponderRegistry;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.util.Assert;

/**
 * The exporter over a {@link SignalTransport}.
 */
public final class DefaultSignalExporter implements SignalExporter {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final String publisherId;

	private final String processName;

	private final String channel;

	private final EngineServices services;

	private final MetadataConverter converter;

	private final Registry registry;

	private final ResponderRegistry localResponders;

	private final KnownResponders responders = new KnownResponders();

	private final SignalSender sender;

	private final Publications publications;

	private final ResponderProbes probes;

	private final Greeters greeters = new Greeters();

	/**
	 * Held while the state changes. Like the state a spy of this exporter shares it,
	 * which is a copy.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private final Current current = new Current();

	/**
	 * Held while a responder of this application is subscribed or removed, so that each
	 * decision is about what it is then.
	 */
	private final ReentrantLock membership = new ReentrantLock();

	/**
	 * Creates an exporter.
	 * @param processName its process name
	 * @param channel the channel's name
	 * @param services the services of the engine
	 * @param converter writes metadata
	 * @param registry holds the exporters of the application
	 * @param localResponders the responders of the application
	 */
	public DefaultSignalExporter(String processName, String channel, EngineServices services,
			MetadataConverter converter, Registry registry, ResponderRegistry localResponders) {
		Assert.hasText(processName, "The process name of a SignalExporter must not be blank: "
				+ "set state-signals.exporter.process-name or spring.application.name");
		this.processName = processName;
		this.publisherId = processName + "-" + UUID.randomUUID();
		TextLength.check(this.publisherId, "The publisher id of a SignalExporter",
				"shorten its process name, state-signals.exporter.process-name or spring.application.name");
		this.channel = channel;
		this.services = services;
		this.converter = converter;
		this.registry = registry;
		this.localResponders = localResponders;
		this.sender = new SignalSender(services, channel);
		this.probes = new ResponderProbes(new Peers(), services.timer(), services.settings().exporters().probeAfter());
		this.publications = new Publications(services, this.sender, this.responders, this.probes,
				new UnhandledEvents(() -> localResponders.handledEvents(channel)), this::onMissed);
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
		return new DefaultInitializationSpec(LegalEvents.of(legalEvents), this, this.services, this.registry);
	}

	@Override
	public SignalSpec signal(String event) {
		Assert.hasText(event, "The event of a signal must not be blank");
		return new DefaultSignalSpec(event, this, this.converter,
				this.services.settings().exporters().responseTimeout());
	}

	@Override
	public SignalResult emit(Object typedSignal) {
		return typed(typedSignal).publish();
	}

	@Override
	public CompletableFuture<SignalResult> emitAsync(Object typedSignal) {
		return typed(typedSignal).publishAsync();
	}

	/**
	 * Prepares to emit a typed signal later.
	 * @param typedSignal the typed signal, which is written as metadata now
	 * @return what publishes it
	 * @throws IllegalArgumentException if it can't be emitted, or is not legal now
	 */
	public SignalSpec prepare(Object typedSignal) {
		SignalSpec spec = typed(typedSignal);
		checkLegal(SignalEventNames.of(typedSignal.getClass()), this.current.state);
		return spec;
	}

	private SignalSpec typed(Object typedSignal) {
		Assert.notNull(typedSignal, "'typedSignal' must not be null");
		return signal(SignalEventNames.of(typedSignal.getClass())).payload(typedSignal);
	}

	@Override
	public Set<String> getSubscribers() {
		return this.responders.subscribers().ids();
	}

	@Override
	public void shutdown() {
		join(shutdownAsync(), Signal.SHUTDOWN, this.services.settings().exporters().responseTimeout());
	}

	/**
	 * Shut down without waiting for Redis.
	 * @return completes when Redis has taken the signal
	 */
	public CompletableFuture<?> shutdownAsync() {
		return end(Status.SHUT_DOWN);
	}

	/**
	 * Shut down until the application is connected again, without waiting for Redis.
	 * @return completes when Redis has taken the signal
	 */
	public CompletableFuture<?> suspendAsync() {
		return end(Status.WAITING);
	}

	private CompletableFuture<?> end(Status next) {
		Runnable end;
		CompletionStage<?> sent;
		// In one go, or an initialization in between would lose its subscribers.
		this.lock.lock();
		try {
			ExporterState ended = this.current.state;
			if (ended.is(Status.SHUT_DOWN)) {
				return CompletableFuture.completedFuture(null);
			}
			if (next == Status.SHUT_DOWN) {
				this.current.state = ExporterState.SHUT_DOWN;
				this.registry.remove(this);
			}
			else {
				this.current.state = ended.with(next);
				this.registry.suspend(this);
			}
			if (ended.is(Status.WAITING)) {
				return CompletableFuture.completedFuture(null);
			}
			logger.debug("Shutting down exporter '{}'", this.publisherId);
			// Asked before they are forgotten.
			boolean extended = this.sender.isExtended(this.responders.subscribers());
			this.greeters.forget();
			this.probes.clear();
			end = this.publications.end("the exporter was shut down before the signal was sent",
					new IllegalStateException("Exporter '" + this.publisherId + "' was shut down while waiting"));
			sent = this.sender.sendReserved(reserved(Signal.SHUTDOWN, ended.tag()), extended);
		}
		finally {
			this.lock.unlock();
		}
		end.run();
		return sent.toCompletableFuture();
	}

	/**
	 * Begin to accept subscribers, and ask for them; or do so when the application is
	 * connected, if it is not yet.
	 * @param legalEvents the legal events
	 * @param tag the tag of the reserved signals
	 * @param expected the ids of responders that are subscribed from the start
	 * @param timeout how long to wait for Redis; negative: indefinitely
	 */
	void initialize(Set<String> legalEvents, String tag, Collection<String> expected, Duration timeout) {
		CompletionStage<?> sent;
		this.lock.lock();
		try {
			sent = begin(new ExporterState(Status.INITIALIZED, legalEvents, tag, expected));
		}
		finally {
			this.lock.unlock();
		}
		join(sent, Signal.INITIALIZATION, timeout);
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

	/**
	 * Do what {@link #initialize} left for later, if it did.
	 * @return waits until Redis has taken the signal
	 */
	public Runnable resume() {
		CompletionStage<?> sent;
		this.lock.lock();
		try {
			ExporterState current = this.current.state;
			sent = current.is(Status.WAITING) ? begin(current.with(Status.INITIALIZED))
					: CompletableFuture.completedFuture(null);
		}
		catch (RuntimeException ex) {
			// With the next connection.
			this.registry.suspend(this);
			throw ex;
		}
		finally {
			this.lock.unlock();
		}
		return () -> join(sent, Signal.INITIALIZATION, this.services.settings().exporters().responseTimeout());
	}

	private CompletionStage<?> begin(ExporterState initialized) {
		// Receive before sending: a responder that is asked may answer at once.
		if (!register()) {
			logger.debug("Exporter '{}' is initialized with {} as soon as the application is connected",
					this.publisherId, initialized.legalEvents());
			// One that is still initialized is about to be suspended.
			this.current.state = initialized.with(isInitialized() ? Status.INITIALIZED : Status.WAITING);
			return CompletableFuture.completedFuture(null);
		}
		logger.debug("Initializing exporter '{}' with {}", this.publisherId, initialized.legalEvents());
		this.current.state = initialized;
		this.responders.open(initialized.expected());
		if (!this.services.outbound().isDurable(this.channel)) {
			// Where it is, the transport knows who is subscribed.
			this.localResponders.all().forEach(this::join);
		}
		return this.sender.sendInitialization(reserved(Signal.INITIALIZATION, initialized.tag()));
	}

	/**
	 * Subscribe a responder of this application, without asking it over the wire.
	 * @param responder the responder, which is ignored if it does not answer this
	 * exporter's initialization
	 */
	public void join(LocalResponder responder) {
		ExporterState current = this.current.state;
		EngineSettings settings = this.services.settings();
		if (!current.is(Status.INITIALIZED) || !settings.responders().enabled()
				|| !responder.getChannel().equals(this.channel)) {
			return;
		}
		this.membership.lock();
		try {
			if (responder.subscribesTo(reserved(Signal.INITIALIZATION, current.tag()))) {
				subscribe(responder.getResponderId(),
						(settings.extensions() != Extensions.OFF) ? responder.subscription() : null);
			}
		}
		finally {
			this.membership.unlock();
		}
	}

	public boolean isInitialized() {
		return this.current.state.is(Status.INITIALIZED);
	}

	/**
	 * Ask for subscribers again, without waiting for Redis.
	 * @return completes when Redis has taken the signal, or at once if there is no need
	 */
	CompletionStage<?> askAgain() {
		ExporterState current = this.current.state;
		return current.is(Status.INITIALIZED)
				? this.sender.sendInitialization(reserved(Signal.INITIALIZATION, current.tag()))
				: CompletableFuture.completedFuture(null);
	}

	/**
	 * A responder says that it is there.
	 * @param responderId its id
	 */
	public void onHello(String responderId) {
		if (!this.responders.understands(responderId)) {
			this.greeters.add(responderId);
		}
	}

	/**
	 * Takes an announcement that a responder leaves. Anybody can send one in its name: it
	 * has to be proved, or the responder to confirm it.
	 * @param responderId its id
	 * @param key the key of its {@link LeaveSeal}, if there is one
	 */
	public void onBye(String responderId, @Nullable String key) {
		LocalResponder own = this.localResponders.findBroadcast(responderId);
		if (own != null) {
			onByeOf(own);
			return;
		}
		KnownResponder responder = this.responders.find(responderId);
		if (responder == null) {
			// It may be lost, and does not come back.
			this.responders.forget(responderId, key);
		}
		else if (responder.isLeave(key)) {
			leave(responderId);
		}
		else if (responder.isProbed()) {
			this.probes.suspect(responderId, Suspicion.LEAVING);
		}
		else {
			this.services.counters().refused(responderId, this.publisherId);
		}
	}

	// It needs no proof. The responder may be back before its bye is received.
	private void onByeOf(LocalResponder own) {
		this.membership.lock();
		try {
			if (!own.isListening()) {
				leave(own.getResponderId());
			}
		}
		finally {
			this.membership.unlock();
		}
	}

	// Its answer to an initialization may be received after it has left.
	private void onSubscriptionOf(LocalResponder own, @Nullable ResponseExtension extension) {
		this.membership.lock();
		try {
			if (own.isListening()) {
				subscribe(own.getResponderId(), extension);
			}
		}
		finally {
			this.membership.unlock();
		}
	}

	/**
	 * Removes a responder that has left, as is proved.
	 * @param responderId its id
	 */
	public void leave(String responderId) {
		if (this.publications.leave(responderId)) {
			left(responderId);
		}
	}

	private void lose(String responderId) {
		if (this.publications.lose(responderId)) {
			this.services.counters().goneResponders.warn(logger,
					"'{}' does not answer probes of '{}': it is gone, and no longer awaited",
					LogText.printable(responderId), this.publisherId);
			this.services.events().publish(new SubscriberLeftEvent(this.publisherId, responderId, Reason.GONE));
		}
	}

	/**
	 * Takes the answer to a probe.
	 * @param responderId the responder that answers
	 * @param answer the answer
	 */
	public void onProbeAnswer(String responderId, Probe answer) {
		this.probes.onAnswer(responderId, answer);
	}

	/**
	 * Removes a responder of this application that does not listen any more. Its last
	 * answers and its bye are on their way: they end what awaits it.
	 * @param responder the responder, which is ignored if it listens again
	 */
	public void withdraw(LocalResponder responder) {
		this.membership.lock();
		try {
			if (!responder.isListening() && this.responders.remove(responder.getResponderId())) {
				left(responder.getResponderId());
			}
		}
		finally {
			this.membership.unlock();
		}
	}

	private void left(String responderId) {
		logger.debug("'{}' left '{}'", LogText.printable(responderId), this.publisherId);
		this.services.events().publish(new SubscriberLeftEvent(this.publisherId, responderId, Reason.SAID_BYE));
	}

	/**
	 * What was said to this exporter may not have been heard: it asks again who is there,
	 * and for what is kept.
	 */
	public void onGap() {
		this.publications.recall();
		ask();
	}

	private void ask() {
		askAgain().whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.warn("Could not ask for subscribers of '{}' again: {}", this.publisherId,
						Futures.unwrap(ex).toString());
			}
		});
	}

	private void onMissed(Set<String> responderIds) {
		// On a durable channel it is stored for them, however long they are disconnected.
		if (this.services.outbound().isDurable(this.channel)) {
			return;
		}
		responderIds.forEach((responderId) -> this.probes.suspect(responderId, Suspicion.OVERDUE));
		if (this.services.settings().exporters().evictAfterMissed() > 0) {
			// They may have answered an exporter that receives nothing.
			this.probes.afterProof(() -> evict(responderIds));
		}
	}

	private void evict(Set<String> responderIds) {
		int limit = this.services.settings().exporters().evictAfterMissed();
		Collection<String> evicted = this.responders.missed(responderIds, limit);
		if (!evicted.isEmpty()) {
			logger.warn("No longer awaited by '{}', because {} signals in a row were not answered: {}",
					this.publisherId, limit, LogText.printable(evicted));
		}
		evicted.forEach((responderId) -> this.services.events()
			.publish(new SubscriberLeftEvent(this.publisherId, responderId, Reason.EVICTED)));
	}

	public String getChannel() {
		return this.channel;
	}

	public String getProcessName() {
		return this.processName;
	}

	/**
	 * Returns the events that it was initialized with, none if it was not.
	 */
	public Set<String> legalEvents() {
		return this.current.state.legalEvents();
	}

	/**
	 * Waits until enough responders are subscribed. Blocks the caller.
	 * @param count the number of responders
	 * @param timeout the longest time to wait; negative: indefinitely
	 * @param first run first
	 * @return {@code false} when the timeout passed before
	 */
	public boolean awaitSubscribers(int count, Duration timeout, Runnable first) {
		return new SubscriberWait(this.publisherId, this.responders, count, this::askAgain, this.services)
			.await(timeout, first);
	}

	Executor getCallbackExecutor() {
		return this.services.callbackLanes()::execute;
	}

	/**
	 * Publish a signal of this exporter.
	 * @param event the event
	 * @param sampleNo the sample number
	 * @param tag the tag
	 * @param metadata the metadata
	 * @param options how to await the answers
	 * @return the result
	 */
	CompletableFuture<SignalResult> publish(String event, long sampleNo, String tag,
			Map<String, @Nullable Object> metadata, PublishOptions options) {
		if (Signal.isReserved(event)) {
			throw new IllegalArgumentException("The event '%s' is reserved: call SignalExporter.%s() for it"
				.formatted(event, event.equals(Signal.SHUTDOWN) ? "shutdown" : "initialize"));
		}
		Signal signal = new Signal(this.publisherId, this.processName, event,
				this.services.settings().exporters().runnerHost(), sampleNo, tag, metadata);
		ExporterState current = this.current.state;
		checkLegal(event, current);
		if (this.registry.isStopped() || current.is(Status.WAITING)) {
			return CompletableFuture.failedFuture(notSent(event));
		}
		if (current.is(Status.SHUT_DOWN)) {
			logger.warn(
					"Publishing '{}' of exporter '{}', which is not initialized: no responder is awaited. "
							+ "Name the event in state-signals.exporter.legal-events, or call initialize(\"{}\") first",
					event, this.publisherId, event);
		}
		return this.services.interceptors()
			.publish(signal, options.completion(), (actual) -> this.publications.add(actual, options));
	}

	private void checkLegal(String event, ExporterState current) {
		if (!current.is(Status.SHUT_DOWN) && !current.legalEvents().contains(event)) {
			throw new IllegalArgumentException(
					"'%s' is not a legal event of exporter '%s': it was initialized with %s. Name it there, or in state-signals.exporter.legal-events"
						.formatted(event, this.publisherId, current.legalEvents()));
		}
	}

	private DataAccessResourceFailureException notSent(String event) {
		return new DataAccessResourceFailureException(this.registry.isStopped()
				? ("'%s' of exporter '%s' was not sent: the application has not started yet, or has stopped. "
						+ "Publish when it has started, such as in an ApplicationRunner")
					.formatted(event, this.publisherId)
				: "'%s' of exporter '%s' was not sent: the application is not connected to Redis yet".formatted(event,
						this.publisherId));
	}

	/**
	 * A response to this exporter was heard.
	 * @param response the response
	 * @param extension what it says to those who understand, if anything
	 */
	public void onResponse(Response response, @Nullable ResponseExtension extension) {
		String responderId = response.responderId();
		if (Signal.INITIALIZATION.equals(response.event())) {
			LocalResponder own = this.localResponders.findBroadcast(responderId);
			if (own == null) {
				subscribe(responderId, extension);
			}
			else {
				onSubscriptionOf(own, extension);
			}
			return;
		}
		if (this.responders.answered(responderId)) {
			// It was slow and not gone.
			subscribe(responderId, extension);
		}
		this.publications.onResponse(response, extension);
	}

	private void subscribe(String responderId, @Nullable ResponseExtension extension) {
		if (this.responders.add(responderId, extension)) {
			logger.debug("'{}' subscribed to '{}'", LogText.printable(responderId), this.publisherId);
			if (extension != null) {
				this.probes.returned(responderId);
			}
			this.services.events().publish(new SubscriberJoinedEvent(this.publisherId, responderId));
		}
	}

	private Signal reserved(String event, String tag) {
		return new Signal(this.publisherId, this.processName, event, this.services.settings().exporters().runnerHost(),
				Signal.NO_SAMPLE, tag, Map.of());
	}

	private void join(CompletionStage<?> sent, String event, Duration timeout) {
		CompletableFuture<?> sending = sent.toCompletableFuture();
		CompletableFuture<?> bounded = sending.exceptionallyCompose((ex) -> CompletableFuture
			.failedFuture(SendFailures.describe(Futures.unwrap(ex), event, this.publisherId)));
		if (timeout.isNegative()) {
			Futures.join(bounded);
			return;
		}
		// Redis may be away, and the driver waits for long.
		Runnable cancel = this.services.timer()
			.schedule(timeout, () -> bounded
				.completeExceptionally(SendFailures.unconfirmed(event, this.publisherId, timeout, sending)));
		try {
			Futures.join(bounded);
		}
		finally {
			cancel.run();
		}
	}

	/**
	 * What probing needs of this exporter.
	 */
	private final class Peers implements ResponderProbes.Peers {

		private final DefaultSignalExporter exporter = DefaultSignalExporter.this;

		@Override
		public @Nullable String address() {
			boolean extended = this.exporter.services.settings().extensions() != Extensions.OFF;
			return extended ? this.exporter.services.outbound().replyTo(this.exporter.channel) : null;
		}

		@Override
		public boolean isConnected() {
			return this.exporter.services.outbound().isConnected();
		}

		@Override
		public boolean isUnprobed(String responderId) {
			KnownResponder responder = this.exporter.responders.find(responderId);
			return responder == null || !responder.isProbed();
		}

		@Override
		public boolean hasSeveralAddresses(String responderId) {
			KnownResponder responder = this.exporter.responders.find(responderId);
			return responder != null && responder.addresses().size() > 1;
		}

		@Override
		public List<String> namesakes(Set<String> names) {
			return this.exporter.responders.namesakes(names);
		}

		@Override
		public boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
			return this.exporter.publications.findOverdue(sentBeforeNanos, ids);
		}

		@Override
		public void probe(String responderId, Probe probe) {
			KnownResponder responder = this.exporter.responders.find(responderId);
			if (responder != null) {
				responder.addresses().forEach((address) -> send(responderId, probe, address));
			}
		}

		@Override
		public void probeItself(Probe probe) {
			send(this.exporter.publisherId, probe, address());
		}

		private void send(String responderId, Probe probe, @Nullable String address) {
			this.exporter.services.outbound()
				.send(this.exporter.channel,
						new Response(responderId, this.exporter.publisherId, Outbound.PROBE_EVENT, null, null),
						new ResponseExtension(null, null, address(), null, probe), address);
		}

		@Override
		public void remove(String responderId) {
			lose(responderId);
		}

		@Override
		public void refuseLeave(String responderId) {
			this.exporter.services.counters().refused(responderId, this.exporter.publisherId);
		}

	}

	/**
	 * Holds the exporters of the application.
	 */
	interface Registry {

		/**
		 * Adds an exporter that initializes, and opens its channel.
		 * @param exporter the exporter
		 * @return {@code false} if it has to wait for the connection
		 */
		boolean register(DefaultSignalExporter exporter);

		/**
		 * Makes an exporter wait for the next connection.
		 * @param exporter the exporter
		 */
		void suspend(DefaultSignalExporter exporter);

		void remove(DefaultSignalExporter exporter);

		/**
		 * Whether nothing can be sent: before the start, and after the exporters were
		 * shut down. Not while handlers are finishing.
		 */
		boolean isStopped();

	}

	private static final class Current {

		private volatile ExporterState state = ExporterState.SHUT_DOWN;

	}

	/**
	 * Those that said hello and have yet to subscribe. Most do so by themselves, for they
	 * have heard an initialization meanwhile; a crowd that comes together is asked once.
	 */
	private final class Greeters {

		private static final Duration PATIENCE = Duration.ofMillis(100);

		private static final int LIMIT = 10_000;

		private final Set<String> ids = new HashSet<>();

		private @Nullable Runnable cancel;

		synchronized void add(String responderId) {
			if (this.ids.size() < LIMIT) {
				this.ids.add(responderId);
			}
			if (this.cancel == null) {
				this.cancel = DefaultSignalExporter.this.services.timer().schedule(PATIENCE, this::ask);
			}
		}

		private void ask() {
			boolean waiting;
			synchronized (this) {
				this.cancel = null;
				waiting = this.ids.stream().anyMatch((id) -> !DefaultSignalExporter.this.responders.understands(id));
				this.ids.clear();
			}
			if (waiting) {
				DefaultSignalExporter.this.ask();
			}
		}

		synchronized void forget() {
			this.ids.clear();
			if (this.cancel != null) {
				this.cancel.run();
				this.cancel = null;
			}
		}

	}

}
