package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.ExporterRegistry.Connection;
import io.github.statesignals.core.lane.LaneScheduler;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.lane.TaskWatch;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.SmartLifecycle;

/**
 * Brings a transport, the exporters and the responders of an application together: routes
 * what is heard to whom it concerns, and starts and stops them in order.
 * <p>
 * Stopping lets handlers finish and answers them, shuts the exporters down, and lets the
 * transport go last.
 *
 * @since 0.1.0
 */
public final class SignalEngine implements SignalExporterFactory, SignalResponderFactory, SmartLifecycle {

	/**
	 * Stops after the web server has finished its requests, which may be publishing, and
	 * before the application's executors and connections.
	 */
	public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	/**
	 * How many handlers may hold a thread at once.
	 */
	private static final int CONCURRENCY = 256;

	/**
	 * How long a handler may run before it is logged.
	 */
	private static final Duration HANDLER_BOUND = Duration.ofSeconds(30);

	/**
	 * How many application events may wait for a slow listener.
	 */
	private static final int EVENTS = 100_000;

	/**
	 * Redis may be the reason why the application stops.
	 */
	private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(2);

	private final SignalTransport transport;

	private final EngineSettings settings;

	private final Executor executor;

	private final MetadataConverter metadataConverter;

	private final Timer timer;

	/**
	 * Looks after handlers. In real time, whatever the time of publishers is.
	 */
	private final Timer watch;

	private final OrderedLanes lanes;

	private final OrderedLanes callbackLanes;

	private final OrderedLanes eventLanes;

	private final Executor callbackExecutor = (task) -> getCallbackLanes().execute(task);

	private final Consumer<Object> events;

	private final long startNanos;

	private final Interceptors interceptors;

	private final SignalCounters counters = new SignalCounters();

	private final ExporterRegistry exporters = new ExporterRegistry();

	/**
	 * Guarded for adding by itself; read by the transport's threads.
	 */
	private final List<DefaultSignalResponder> responders = new CopyOnWriteArrayList<>();

	/**
	 * Completes when the transport receives for the first time since the last start.
	 */
	private volatile CompletableFuture<Void> receiving = new CompletableFuture<>();

	/**
	 * Completes when it does, and the exporters that waited for it are initialized.
	 */
	private volatile CompletableFuture<Void> connected = new CompletableFuture<>();

	private final SignalRouter router;

	/**
	 * Create an engine.
	 * @param transport the transport; started and stopped with the engine
	 * @param settings the settings
	 * @param executor runs handlers and completes futures; must not run anything in the
	 * calling thread
	 * @param mapper converts between metadata and the application's types
	 * @param interceptors provides what wraps handling and publishing, outermost first
	 * @param events takes application events, on the executor
	 */
	public SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, Consumer<Object> events) {
		this(transport, settings, executor, mapper, interceptors, events, new ScheduledTimer());
	}

	SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, Consumer<Object> events, Timer timer) {
		this(transport, settings, executor, mapper, interceptors, events, timer, new ScheduledTimer());
	}

	SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, Consumer<Object> events, Timer timer, Timer watch) {
		ChannelNames.check(settings.channel());
		this.transport = transport;
		this.settings = settings;
		this.router = new SignalRouter(this);
		this.executor = executor;
		this.metadataConverter = new MetadataConverter(mapper);
		this.timer = timer;
		this.watch = watch;
		this.startNanos = timer.nanoTime();
		this.lanes = new OrderedLanes(scheduler(executor, CONCURRENCY), settings.responders().queueCapacity(),
				settings.responders().totalQueueCapacity(), new TaskWatch(watch, HANDLER_BOUND));
		this.callbackLanes = new OrderedLanes(scheduler(lastResort(executor), CONCURRENCY), Integer.MAX_VALUE,
				Integer.MAX_VALUE);
		this.eventLanes = new OrderedLanes(scheduler(executor, 1), EVENTS, EVENTS);
		this.events = events;
		this.interceptors = new Interceptors(interceptors, executor);
		transport.open(settings.channel());
	}

	private LaneScheduler scheduler(Executor executor, int concurrency) {
		return new LaneScheduler(executor, this.transport::afterReceiving, this.watch, concurrency);
	}

	private static Executor lastResort(Executor executor) {
		return (task) -> {
			try {
				executor.execute(task);
			}
			catch (RejectedExecutionException ex) {
				// The application is shutting down: late is better than never.
				ForkJoinPool.commonPool().execute(task);
			}
		};
	}

	@Override
	public SignalExporter create(String processName) {
		return create(processName, this.settings.channel());
	}

	@Override
	public SignalExporter create(String processName, String channel) {
		ChannelNames.check(channel);
		DefaultSignalExporter exporter = new DefaultSignalExporter(processName, channel, this);
		this.transport.open(channel);
		this.exporters.created(exporter);
		return exporter;
	}

	@Override
	public SignalResponder get(String name) {
		return get(name, this.settings.channel());
	}

	@Override
	public SignalResponder get(String name, String channel) {
		ChannelNames.check(channel);
		synchronized (this.responders) {
			DefaultSignalResponder known = findResponder(name, channel);
			if (known != null) {
				return known;
			}
			DefaultSignalResponder responder = new DefaultSignalResponder(name, channel, this);
			this.transport.open(channel);
			this.responders.add(responder);
			return responder;
		}
	}

	/**
	 * The application's own responder.
	 * @return the responder of the configured name, on the configured channel
	 */
	public SignalResponder responder() {
		return get(this.settings.responders().name());
	}

	/**
	 * All responders.
	 * @return a view in the order in which they were first asked for
	 */
	public Collection<? extends SignalResponder> responders() {
		return Collections.unmodifiableList(this.responders);
	}

	/**
	 * All exporters that are initialized.
	 * @return a snapshot
	 */
	public Collection<? extends SignalExporter> exporters() {
		return List.copyOf(this.exporters.initialized());
	}

	/**
	 * Describes which responders handle which events, and which events the initialized
	 * exporters publish.
	 * @return one line, of bounded length; empty if there are neither
	 */
	public String describe() {
		return EngineDescription.of(this.settings.responders().enabled() ? this.responders : List.of(), getExporters());
	}

	/**
	 * Whether a responder has handlers, or listens to all signals.
	 * @return {@code false} where responders are disabled
	 */
	public boolean hasHandlers() {
		return this.settings.responders().enabled() && this.responders.stream()
			.anyMatch((responder) -> responder.hasListeners() || !responder.events().isEmpty());
	}

	/**
	 * What this engine has counted since it was created.
	 * @return the counters
	 */
	public SignalCounters counters() {
		return this.counters;
	}

	/**
	 * Completes when the transport receives for the first time since the engine was
	 * started, and the exporters are initialized that waited for that.
	 * @return a future that no caller can complete
	 */
	public CompletableFuture<Void> connected() {
		return this.connected.copy();
	}

	/**
	 * Whether signals and responses are being heard.
	 * @return {@code false} while the transport can't, as far as it knows
	 */
	public boolean isConnected() {
		return isRunning() && this.transport.isConnected();
	}

	@Override
	public void start() {
		if (isRunning()) {
			return;
		}
		if (this.connected.isDone()) {
			this.connected = new CompletableFuture<>();
		}
		CompletableFuture<Void> receiving = new CompletableFuture<>();
		this.receiving = receiving;
		this.exporters.connecting();
		// Accept from the first moment on: a responder that receives may be asked at
		// once.
		this.router.accept();
		try {
			this.transport.start(this.router);
		}
		catch (RuntimeException ex) {
			this.router.refuse();
			this.exporters.stopped();
			throw ex;
		}
		if (!receiving.isDone()) {
			receiving.thenRunAsync(() -> {
				if (this.receiving == receiving) {
					initializeInBackground();
				}
			}, this.executor);
			return;
		}
		try {
			initializeWaiting();
		}
		catch (RuntimeException ex) {
			stop();
			throw ex;
		}
		this.connected.completeAsync(() -> null, this.executor);
	}

	/**
	 * Initialize the exporters that waited for the connection. Not on the transport's
	 * thread, which must not be blocked.
	 */
	private void initializeWaiting() {
		// All of them are sent before the first is waited for.
		this.exporters.connected().stream().map(DefaultSignalExporter::resume).toList().forEach(Runnable::run);
	}

	private void initializeInBackground() {
		try {
			initializeWaiting();
		}
		catch (RuntimeException ex) {
			logger.error("Could not initialize exporters; trying again when the application is connected again", ex);
		}
		this.connected.complete(null);
	}

	@Override
	public void stop() {
		// From here on nothing that is heard is accepted; what was, is finished.
		if (!this.router.refuse()) {
			return;
		}
		try {
			if (!this.lanes.awaitIdle(this.settings.drainTimeout())) {
				logger.warn("Stopping without an answer to the signals whose handlers had not finished within {}: {}",
						this.settings.drainTimeout(), this.lanes.unfinished());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		CompletableFuture<?>[] goodbyes = Stream
			.concat(this.responders.stream().filter(DefaultSignalResponder::hears).map(this::announceLeaving),
					// They come back with the next start, as they are.
					this.exporters.stopped().stream().map(DefaultSignalExporter::suspendAsync))
			.toArray(CompletableFuture[]::new);
		try {
			CompletableFuture.allOf(goodbyes).get(GOODBYE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Could not say goodbye to everybody: {}", Futures.unwrap(ex).toString());
		}
		this.transport.stop();
	}

	@Override
	public void stop(Runnable callback) {
		// Not on the caller's thread: the limit of a shutdown phase is for all of its
		// beans together.
		Thread stopper = new Thread(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		}, "state-signals-stop");
		stopper.start();
	}

	@Override
	public boolean isRunning() {
		return this.router.isAccepting();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Let the timers' threads go. The engine can't be started again.
	 */
	public void close() {
		stop();
		this.timer.stop();
		this.watch.stop();
		List.of(this.lanes, this.callbackLanes, this.eventLanes).forEach(OrderedLanes::close);
	}

	public EngineSettings getSettings() {
		return this.settings;
	}

	/**
	 * Send a signal.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @param extension what to say to those who understand, if anything
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		return guarded(() -> this.transport.send(channel, signal, extension));
	}

	/**
	 * Checks whether a signal can be sent.
	 * @param signal the signal
	 * @throws IllegalArgumentException if it is too large
	 */
	void check(Signal signal) {
		this.transport.check(signal);
	}

	/**
	 * Send a response.
	 * @param channel the channel's name
	 * @param response the response
	 * @param extension the extension for peers that support it
	 * @param delivery the signal that it answers, if that is known
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> respond(String channel, Response response, ResponseExtension extension,
			@Nullable Delivery delivery) {
		boolean supported = delivery != null && delivery.supportsExtensions();
		DurableSignalTransport.Receipt receipt = (delivery != null) ? delivery.receipt() : null;
		if (receipt != null && response.ras() != null) {
			return guarded(() -> receipt.acknowledge(response, extension));
		}
		if (this.settings.extensions() == Extensions.OFF
				|| (!supported && this.settings.extensions() == Extensions.NEGOTIATED)) {
			return guarded(() -> this.transport.send(channel, response));
		}
		return send(channel, response, extension, (delivery != null) ? delivery.replyTo() : null);
	}

	/**
	 * Sends a response to an address.
	 * @param channel the channel's name
	 * @param response the response
	 * @param extension its extension
	 * @param address the address; {@code null}: the channel
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> send(String channel, Response response, ResponseExtension extension,
			@Nullable String address) {
		return guarded(() -> this.transport.send(channel, response, extension, address));
	}

	/**
	 * Returns the events that this application handles on a channel.
	 * @param channel the channel's name
	 * @return the events
	 */
	Set<String> handledEvents(String channel) {
		Set<String> events = new TreeSet<>();
		for (DefaultSignalResponder responder : this.responders) {
			if (responder.getChannel().equals(channel)) {
				events.addAll(responder.handledEvents());
			}
		}
		return events;
	}

	/**
	 * Wait until enough responders are subscribed to an exporter of this engine, and ask
	 * for them again at the configured interval. Blocks the caller.
	 * @param exporter the exporter
	 * @param subscribers how many responders to wait for
	 * @param timeout how long to wait; negative: indefinitely
	 * @return {@code false} when the timeout passed before; {@code true} also if the
	 * exporter is not initialized, or is none of this engine's
	 */
	public boolean awaitSubscribers(SignalExporter exporter, int subscribers, Duration timeout) {
		return !(exporter instanceof DefaultSignalExporter own) || !own.isInitialized()
				|| new SubscriberWait(own, subscribers, this).await(timeout, () -> {
				});
	}

	/**
	 * Subscribe a responder to the exporters of this application, without asking it over
	 * the wire.
	 * @param responder the responder
	 */
	void join(DefaultSignalResponder responder) {
		this.exporters.initialized().forEach((exporter) -> exporter.join(responder));
	}

	/**
	 * Tell exporters that a responder is there: those of this application subscribe it,
	 * others ask it to. The latter are not told while not connected, but when we are.
	 * @param responder the responder
	 */
	void sayHello(DefaultSignalResponder responder) {
		join(responder);
		if (isConnected()) {
			announce(responder, Signal.INITIALIZATION);
		}
	}

	/**
	 * Tell exporters that a responder leaves: they await it no longer.
	 * @param responder the responder
	 */
	void sayBye(DefaultSignalResponder responder) {
		// On a durable channel signals are stored for it all the same.
		if (!isDurable(responder.getChannel())) {
			this.exporters.initialized()
				.stream()
				.filter((exporter) -> exporter.getChannel().equals(responder.getChannel()))
				.forEach((exporter) -> exporter.withdraw(responder));
		}
		if (isConnected()) {
			announceLeaving(responder);
		}
	}

	private CompletableFuture<?> announceLeaving(DefaultSignalResponder responder) {
		return announce(responder, Signal.SHUTDOWN);
	}

	private CompletableFuture<?> announce(DefaultSignalResponder responder, String event) {
		if (this.settings.extensions() == Extensions.OFF || !this.settings.responders().enabled()) {
			return CompletableFuture.completedFuture(null);
		}
		Response announcement = new Response(responder.getResponderId(), SignalTransport.ALL_EXPORTERS, event, null,
				null);
		ResponseExtension extension = Signal.SHUTDOWN.equals(event) ? responder.leaveExtension()
				: ResponseExtension.UNDERSTOOD;
		return send(responder.getChannel(), announcement, extension, null).whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.debug("'{}' could not announce itself", responder.getResponderId(), ex);
			}
		});
	}

	/**
	 * Publish an application event. If too many wait already, it is dropped.
	 * @param event the event
	 */
	void publishEvent(Object event) {
		this.eventLanes.submit(this, () -> {
			this.events.accept(event);
			return CompletableFuture.completedFuture(null);
		});
	}

	/**
	 * The time on a clock that never jumps.
	 * @return milliseconds since this engine was created
	 */
	long clockMillis() {
		return (this.timer.nanoTime() - this.startNanos) / 1_000_000;
	}

	/**
	 * Where answers to this application's exporters are to be sent.
	 * @param channel the channel's name
	 * @return the transport's address, if it has one
	 */
	@Nullable String replyTo(String channel) {
		return this.transport.replyTo(channel);
	}

	/**
	 * Whether signals of a channel are kept for those who are away.
	 * @param channel the channel's name
	 * @return whether the transport keeps them
	 */
	boolean isDurable(String channel) {
		return this.transport instanceof DurableSignalTransport durable && durable.isDurable(channel);
	}

	/**
	 * Reads the stored answers to a signal.
	 * @param channel the channel's name
	 * @param id the id under which it is stored
	 * @param responders the names of the responders whose answers are wanted
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		if (!(this.transport instanceof DurableSignalTransport durable)) {
			return CompletableFuture.completedFuture(List.of());
		}
		try {
			return durable.recall(channel, id, responders);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static CompletableFuture<?> guarded(Supplier<CompletableFuture<?>> sending) {
		try {
			return sending.get();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	public MetadataConverter getMetadataConverter() {
		return this.metadataConverter;
	}

	Executor getExecutor() {
		return this.executor;
	}

	/**
	 * Runs what belongs to the application, each task by itself: a few threads do, unless
	 * they are blocked.
	 * @return the executor
	 */
	Executor getCallbackExecutor() {
		return this.callbackExecutor;
	}

	Timer getTimer() {
		return this.timer;
	}

	Interceptors getInterceptors() {
		return this.interceptors;
	}

	/**
	 * The lanes that handlers run in.
	 * @return the lanes
	 */
	OrderedLanes getLanes() {
		return this.lanes;
	}

	/**
	 * The lanes that callbacks run in: bounded by the answers that they are about.
	 * @return the lanes
	 */
	OrderedLanes getCallbackLanes() {
		return this.callbackLanes;
	}

	public boolean isOwn(String publisherId) {
		return this.exporters.isOwn(publisherId);
	}

	/**
	 * Whether nothing can be sent: before the start, and from when the exporters were
	 * shut down on.
	 * @return {@code false} also while handlers are allowed to finish
	 */
	boolean isStopped() {
		return this.exporters.connection() == Connection.STOPPED;
	}

	/**
	 * Take an exporter that initializes, and receive its responses.
	 * @param exporter the exporter
	 * @return {@code false} if it has to wait for the connection, and is told then
	 */
	boolean register(DefaultSignalExporter exporter) {
		boolean added = findExporter(exporter.getPublisherId()) == null;
		if (!this.exporters.add(exporter)) {
			return false;
		}
		try {
			hear(exporter.getChannel());
		}
		catch (RuntimeException ex) {
			if (added) {
				unregister(exporter);
			}
			throw ex;
		}
		return true;
	}

	/**
	 * Somebody has come to want what is said on a channel.
	 * @param channel the channel's name
	 */
	void hear(String channel) {
		this.transport.open(channel);
	}

	void suspend(DefaultSignalExporter exporter) {
		this.exporters.suspend(exporter);
	}

	void unregister(DefaultSignalExporter exporter) {
		this.exporters.remove(exporter);
	}

	Collection<DefaultSignalExporter> getExporters() {
		return this.exporters.initialized();
	}

	@Nullable DefaultSignalExporter findExporter(String publisherId) {
		return this.exporters.find(publisherId);
	}

	boolean hasExporter(String channel) {
		return this.exporters.isUsed(channel);
	}

	List<DefaultSignalResponder> getResponders() {
		return this.responders;
	}

	// Without a lock: whoever adds one opens a channel, and waits for who asks here.
	@Nullable DefaultSignalResponder findResponder(String name, String channel) {
		for (DefaultSignalResponder responder : this.responders) {
			if (responder.getName().equals(name) && responder.getChannel().equals(channel)) {
				return responder;
			}
		}
		return null;
	}

	/**
	 * Find a responder of this application by its id.
	 * @param responderId the id
	 * @return the responder; {@code null} also for one on a durable channel, whose id
	 * other applications share
	 */
	@Nullable DefaultSignalResponder findBroadcastResponder(String responderId) {
		for (DefaultSignalResponder responder : this.responders) {
			if (responder.getResponderId().equals(responderId) && !isDurable(responder.getChannel())) {
				return responder;
			}
		}
		return null;
	}

	/**
	 * The transport receives: tell exporters who is there.
	 */
	void onConnected() {
		this.responders.stream()
			.filter(DefaultSignalResponder::hears)
			.forEach((responder) -> announce(responder, Signal.INITIALIZATION));
		if (!this.receiving.complete(null) && this.exporters.hasWaiting()) {
			// They could not be initialized with an earlier connection.
			this.executor.execute(this::initializeInBackground);
		}
	}

}
