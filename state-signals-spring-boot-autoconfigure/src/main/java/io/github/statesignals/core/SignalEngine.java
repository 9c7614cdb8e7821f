package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
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
	 * Redis may be the reason why the application stops.
	 */
	private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(2);

	private final SignalTransport transport;

	private final EngineSettings settings;

	private final Executor executor;

	private final MetadataConverter metadataConverter;

	private final Timer timer;

	private final OrderedLanes lanes;

	private final OrderedLanes callbackLanes;

	private final Interceptors interceptors;

	private final SignalCounters counters = new SignalCounters();

	/**
	 * Those that are initialized, by publisher id. An exporter that is dropped without
	 * ever having been initialized leaves nothing behind.
	 */
	private final Map<String, DefaultSignalExporter> exporters = new ConcurrentHashMap<>();

	/**
	 * The ids of all exporters of this application that are still in use.
	 */
	private final Set<String> ownPublisherIds = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private final Map<ResponderKey, DefaultSignalResponder> respondersByName = new LinkedHashMap<>();

	private final List<DefaultSignalResponder> responders = new CopyOnWriteArrayList<>();

	private final CompletableFuture<Void> connected = new CompletableFuture<>();

	/**
	 * Held while a signal is being accepted, so that none slips through while stopping.
	 */
	private final ReadWriteLock acceptance = new ReentrantReadWriteLock();

	private volatile boolean running;

	/**
	 * Create an engine.
	 * @param transport the transport; started and stopped with the engine
	 * @param settings the settings
	 * @param executor runs handlers and completes futures; must not run anything in the
	 * calling thread
	 * @param mapper converts between metadata and the application's types
	 * @param interceptors provides what wraps handling and publishing, outermost first
	 */
	public SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors) {
		this(transport, settings, executor, mapper, interceptors, new SystemTimer());
	}

	SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, Timer timer) {
		ChannelNames.check(settings.channel());
		this.transport = transport;
		this.settings = settings;
		this.executor = executor;
		this.metadataConverter = new MetadataConverter(mapper);
		this.timer = timer;
		this.lanes = new OrderedLanes(executor, settings.queueCapacity(), CONCURRENCY);
		this.callbackLanes = new OrderedLanes(executor, Integer.MAX_VALUE, CONCURRENCY);
		this.interceptors = new Interceptors(interceptors, executor);
		transport.open(settings.channel());
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
		this.ownPublisherIds.add(exporter.getPublisherId());
		return exporter;
	}

	@Override
	public SignalResponder get(String name) {
		return get(name, this.settings.channel());
	}

	@Override
	public SignalResponder get(String name, String channel) {
		ChannelNames.check(channel);
		synchronized (this.respondersByName) {
			return this.respondersByName.computeIfAbsent(new ResponderKey(name, channel), (key) -> {
				DefaultSignalResponder responder = new DefaultSignalResponder(name, channel, this);
				this.transport.open(channel);
				this.responders.add(responder);
				return responder;
			});
		}
	}

	/**
	 * The application's own responder.
	 * @return the responder of the configured name, on the configured channel
	 */
	public SignalResponder responder() {
		return get(this.settings.responderName());
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
		return List.copyOf(this.exporters.values());
	}

	/**
	 * What this engine has counted since it was created.
	 * @return the counters
	 */
	public SignalCounters counters() {
		return this.counters;
	}

	/**
	 * Completes when the transport hears for the first time.
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
		return this.running && this.transport.isConnected();
	}

	@Override
	public void start() {
		if (this.running) {
			return;
		}
		// Accept from the first moment on: whoever hears may be asked at once.
		this.running = true;
		try {
			this.transport.start(new Router());
		}
		catch (RuntimeException ex) {
			this.running = false;
			throw ex;
		}
	}

	@Override
	public void stop() {
		if (!refuse()) {
			return;
		}
		try {
			if (!this.lanes.awaitIdle(this.settings.drainTimeout())) {
				logger.warn("Handlers of {} publishers had not finished within {}; their signals stay unanswered",
						this.lanes.size(), this.settings.drainTimeout());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		CompletableFuture<?>[] goodbyes = this.exporters.values()
			.stream()
			.map(DefaultSignalExporter::shutdownAsync)
			.toArray(CompletableFuture[]::new);
		try {
			CompletableFuture.allOf(goodbyes).get(GOODBYE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Could not say goodbye for every exporter: {}", Futures.unwrap(ex).toString());
		}
		this.transport.stop();
	}

	// From here on nothing that is heard is accepted; what was, is finished.
	private boolean refuse() {
		this.acceptance.writeLock().lock();
		try {
			boolean accepting = this.running;
			this.running = false;
			return accepting;
		}
		finally {
			this.acceptance.writeLock().unlock();
		}
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
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Let the timer's thread go. The engine can't be started again.
	 */
	public void close() {
		stop();
		this.timer.stop();
	}

	EngineSettings getSettings() {
		return this.settings;
	}

	/**
	 * Send a signal.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @return completes as the transport's does; never throws
	 */
	CompletionStage<Void> send(String channel, Signal signal) {
		return guarded(() -> this.transport.send(channel, signal));
	}

	/**
	 * Send a response.
	 * @param channel the channel's name
	 * @param response the response
	 * @return completes as the transport's does; never throws
	 */
	CompletionStage<Void> send(String channel, Response response) {
		return guarded(() -> this.transport.send(channel, response));
	}

	private static CompletionStage<Void> guarded(Supplier<CompletionStage<Void>> sending) {
		try {
			return sending.get();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	MetadataConverter getMetadataConverter() {
		return this.metadataConverter;
	}

	Executor getExecutor() {
		return this.executor;
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

	boolean isOwn(String publisherId) {
		return this.ownPublisherIds.contains(publisherId);
	}

	void register(DefaultSignalExporter exporter) {
		this.exporters.put(exporter.getPublisherId(), exporter);
	}

	void unregister(DefaultSignalExporter exporter) {
		this.exporters.remove(exporter.getPublisherId());
	}

	private final class Router implements SignalTransport.Listener {

		@Override
		public void onSignal(String channel, Signal signal) {
			SignalEngine engine = SignalEngine.this;
			engine.counters.signals.increment();
			engine.acceptance.readLock().lock();
			try {
				if (!engine.running || !engine.settings.respond()) {
					return;
				}
				for (DefaultSignalResponder responder : engine.responders) {
					if (responder.getChannel().equals(channel)) {
						responder.onSignal(signal);
					}
				}
			}
			finally {
				engine.acceptance.readLock().unlock();
			}
		}

		@Override
		public void onResponse(String channel, Response response) {
			SignalEngine.this.counters.responses.increment();
			DefaultSignalExporter exporter = SignalEngine.this.exporters.get(response.publisherId());
			if (exporter != null && exporter.getChannel().equals(channel)) {
				exporter.onResponse(response);
			}
		}

		@Override
		public void onMalformed(String source, String problem) {
			SignalEngine.this.counters.malformed(source, problem);
		}

		@Override
		public void onConnected(boolean gap) {
			if (gap) {
				logger.warn("Hearing signals again after a gap: what was sent meanwhile may have been missed");
			}
			// Whoever waits for this may publish, which the transport's thread must not.
			SignalEngine.this.connected.completeAsync(() -> null, SignalEngine.this.executor);
		}

	}

	private record ResponderKey(String name, String channel) {
	}

}
