package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.ApplicationEvents;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.Interceptors;
import io.github.statesignals.core.MetadataConverter;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.exporter.ExporterRegistry;
import io.github.statesignals.core.lane.LaneScheduler;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.lane.TaskWatch;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.ResponderRegistry;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.function.SingletonSupplier;

/**
 * Creates the exporters and responders of an application over a transport, and starts and
 * stops them in order.
 * <p>
 * Stopping lets handlers finish and answers them, shuts the exporters down, and stops the
 * transport last. An engine that was stopped can be started again.
 */
public final class SignalEngine implements SmartLifecycle {

	// Stops after the web server has finished its requests, which may be publishing, and
	// before the application's executors and connections.
	public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	// The threads that handlers may hold at once.
	private static final int CONCURRENCY = 256;

	// The time after which a handler that runs is logged.
	private static final Duration HANDLER_BOUND = Duration.ofSeconds(30);

	// The application events, and calls of an exporter's listeners, that may wait.
	private static final int CALLS = 100_000;

	// The shares of the heap that received signals, the messages of answers, and such
	// calls may take.
	private static final int SIGNALS_SHARE = 8;

	private static final int ANSWERS_SHARE = 32;

	private static final int CALLS_SHARE = 64;

	// Redis may be the reason why the application stops.
	private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(2);

	private final SignalTransport transport;

	private final EngineServices services;

	private final MetadataConverter metadataConverter;

	// Watches handlers, in real time also where tests move the time of publishers.
	private final Timer watch;

	private final Acceptance acceptance = new Acceptance();

	private final ExporterRegistry exporters;

	private final ResponderRegistry responders;

	private final ResponderAnnouncements announcements;

	private final SignalRouter router;

	// Completes when the transport receives for the first time since the last start.
	private volatile CompletableFuture<Void> receiving = new CompletableFuture<>();

	// Completes when it does, and the exporters that waited for it are initialized.
	private volatile CompletableFuture<Void> connected = new CompletableFuture<>();

	private volatile @Nullable Thread stopThread;

	// The executor must not run a task in the calling thread. The outermost interceptor
	// is the first. The timer is the time of publishers: timeouts, probes, and asking
	// again. The observer is asked for once, at the first start at the latest.
	public SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, ApplicationEventPublisher events, Timer timer,
			Supplier<SignalObserver> observer) {
		this(transport, settings, executor, mapper, interceptors, events, timer, new ScheduledTimer(), observer);
	}

	SignalEngine(SignalTransport transport, EngineSettings settings, Executor executor, JsonMapper mapper,
			Supplier<List<SignalInterceptor>> interceptors, ApplicationEventPublisher events, Timer timer, Timer watch,
			Supplier<SignalObserver> observer) {
		this.transport = transport;
		this.metadataConverter = new MetadataConverter(mapper);
		this.watch = watch;
		OrderedLanes lanes = new OrderedLanes(scheduler(executor, CONCURRENCY), settings.responders().queueCapacity(),
				settings.responders().totalQueueCapacity(), Budget.ofHeap(SIGNALS_SHARE),
				new TaskWatch(watch, HANDLER_BOUND));
		OrderedLanes eventLanes = new OrderedLanes(scheduler(executor, 1), CALLS, CALLS, Budget.ofHeap(CALLS_SHARE));
		Outbound outbound = new Outbound(transport, this.acceptance::isOpen);
		Executor reliable = new FallbackExecutor(executor);
		this.services = new EngineServices(settings, outbound, timer, reliable, lanes,
				new OrderedLanes(scheduler(reliable, CONCURRENCY), CALLS, CALLS, Budget.ofHeap(CALLS_SHARE)),
				Budget.ofHeap(ANSWERS_SHARE), new Interceptors(interceptors, reliable), new SignalCounters(),
				new ApplicationEvents(eventLanes, events), SingletonSupplier.of(observer),
				Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>())));
		this.exporters = new ExporterRegistry(outbound);
		this.announcements = new ResponderAnnouncements(outbound, settings, this.exporters);
		this.responders = new ResponderRegistry(this.services, this.announcements);
		this.router = new SignalRouter(this.services, this.exporters, this.responders, this.announcements,
				this.acceptance, this::onConnected);
		outbound.open(settings.channel());
	}

	private LaneScheduler scheduler(Executor executor, int concurrency) {
		return new LaneScheduler(executor, this.transport::afterReceiving, this.transport::isEventLoop, this.watch,
				concurrency);
	}

	public SignalExporter create(String processName) {
		return create(processName, getSettings().channel());
	}

	public SignalExporter create(String processName, String channel) {
		return create(processName, channel, getSettings().exporters().runnerHost());
	}

	public SignalExporter create(String processName, String channel, String runnerHost) {
		DefaultSignalExporter exporter = new DefaultSignalExporter(processName, channel, runnerHost, this.services,
				this.metadataConverter, this.exporters, this.responders);
		this.services.outbound().open(channel);
		this.services.ownIds().add(exporter.getPublisherId());
		return exporter;
	}

	public SignalResponder get(String name) {
		return get(name, getSettings().channel());
	}

	public SignalResponder get(String name, String channel) {
		return this.responders.get(name, channel);
	}

	public SignalResponder responder() {
		return get(getSettings().responders().name());
	}

	// A view, in the order in which they were created.
	public List<DefaultSignalResponder> responders() {
		return Collections.unmodifiableList(this.responders.all());
	}

	public List<DefaultSignalExporter> exporters() {
		return this.exporters.initialized();
	}

	public List<DefaultSignalExporter> exporters(String channel) {
		return this.exporters.initialized(channel);
	}

	// One line, of bounded length; empty if there are neither handlers nor exporters.
	public String describe() {
		return EngineDescription.of(getSettings().responders().enabled() ? this.responders.all() : List.of(),
				this.exporters.initialized());
	}

	public boolean hasHandlers() {
		return getSettings().responders().enabled()
				&& this.responders.all().stream().anyMatch(DefaultSignalResponder::isActive);
	}

	public SignalCounters counters() {
		return this.services.counters();
	}

	public CompletableFuture<Void> connected() {
		CompletableFuture<Void> current = this.connected;
		// Dependents must not run on the thread that completes it, which starts the
		// engine.
		return current.isDone() ? current.copy() : current.thenApplyAsync((none) -> none, this.services.executor());
	}

	public boolean isConnected() {
		return this.services.outbound().isConnected();
	}

	public EngineSettings getSettings() {
		return this.services.settings();
	}

	public boolean isOwn(String publisherId) {
		return this.services.ownIds().contains(publisherId);
	}

	// Blocks the caller. True also if the exporter is not initialized, or is none of this
	// engine's.
	public boolean awaitSubscribers(SignalExporter exporter, int subscribers, Duration timeout) {
		return !(exporter instanceof DefaultSignalExporter own) || !own.isInitialized()
				|| own.awaitSubscribers(subscribers, timeout, getSettings().exporters().republishInterval(), () -> {
				});
	}

	public EngineServices services() {
		return this.services;
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
		// Its bean must not be created on the transport's thread.
		this.services.observer();
		this.exporters.connecting();
		// Before the transport starts: a responder that receives may be probed at once.
		this.acceptance.open();
		try {
			this.transport.start(this.router);
		}
		catch (RuntimeException ex) {
			this.acceptance.close();
			this.exporters.stopped().forEach(DefaultSignalExporter::suspendAsync);
			throw ex;
		}
		if (!receiving.isDone()) {
			receiving.thenRunAsync(() -> {
				if (this.receiving == receiving) {
					initializeInBackground();
				}
			}, this.services.executor());
			return;
		}
		try {
			this.exporters.initializeWaiting();
		}
		catch (RuntimeException ex) {
			stop();
			throw ex;
		}
		this.connected.complete(null);
	}

	// Not on the transport's thread, which must not be blocked.
	private void initializeInBackground() {
		try {
			this.exporters.initializeWaiting();
		}
		catch (RuntimeException ex) {
			logger.error("Could not initialize exporters; trying again when the application is connected again", ex);
		}
		this.connected.complete(null);
	}

	private void onConnected() {
		for (DefaultSignalResponder responder : this.responders.all()) {
			if (responder.isActive()) {
				this.announcements.sendHello(responder);
			}
			else if (responder.unanswered() == 0) {
				this.announcements.byeAgain(responder);
			}
		}
		if (!this.receiving.complete(null) && this.exporters.hasWaiting()) {
			// They could not be initialized with an earlier connection.
			this.services.executor().execute(this::initializeInBackground);
		}
	}

	@Override
	public void stop() {
		stop(Thread.currentThread());
	}

	private void stop(Thread stopping) {
		// From here on no signal is accepted; those that were, are finished.
		if (!this.acceptance.close()) {
			return;
		}
		String description = "";
		try {
			description = describe();
			Drain.await(this.services.lanes(), getSettings().drainTimeout(), stopping);
			this.responders.all().forEach(DefaultSignalResponder::cutOff);
			sayGoodbye();
		}
		finally {
			this.transport.stop();
			if (!description.isEmpty()) {
				logger.info("Signals stopped");
			}
		}
	}

	private void sayGoodbye() {
		CompletableFuture<?>[] goodbyes = Stream.concat(this.responders.all().stream().map(this.announcements::leave),
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
			// No peer knows an application that was never connected.
			logger.atLevel(this.receiving.isDone() ? Level.WARN : Level.DEBUG)
				.log("Could not announce to all peers that the application stops: {}", Futures.unwrap(ex).toString());
		}
	}

	@Override
	public void stop(Runnable callback) {
		Thread stopping = Thread.currentThread();
		// Not on the caller's thread: the limit of a shutdown phase is for all of its
		// beans together.
		Thread thread = new Thread(() -> {
			try {
				stop(stopping);
			}
			finally {
				callback.run();
			}
		}, "state-signals-stop");
		this.stopThread = thread;
		thread.start();
	}

	// Spring logs on it after the callback, when the logging may have ended otherwise.
	private void awaitStopThread() {
		try {
			Thread thread = this.stopThread;
			if (thread != null) {
				TimeUnit.SECONDS.timedJoin(thread, 1);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.acceptance.isOpen();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	// The engine can't be started again.
	public void close() {
		stop();
		awaitStopThread();
		this.services.timer().stop();
		this.watch.stop();
		List.of(this.services.lanes(), this.services.callbackLanes(), this.services.events().lanes())
			.forEach(OrderedLanes::close);
	}

}
