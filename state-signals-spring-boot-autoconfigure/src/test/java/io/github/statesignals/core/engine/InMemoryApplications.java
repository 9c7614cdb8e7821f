package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.DelegatingListener;
import io.github.statesignals.core.DelegatingTransport;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.EngineSettings.Expired;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.EngineSettings.Unhandled;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.dao.PermissionDeniedDataAccessException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Engines on one {@link InMemoryBroker}, each as that of a separate application, and
 * peers that send a test's messages. All have one clock, which the test advances; they
 * are stopped after the test.
 */
final class InMemoryApplications implements AfterEachCallback {

	static final String CHANNEL = "test";

	static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

	private static final long PATIENCE_SECONDS = 20;

	private final InMemoryBroker broker;

	private final ManualTimer timer = new ManualTimer();

	private final ExecutorService executor = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "in-memory-application");
		thread.setDaemon(true);
		return thread;
	});

	private final List<Application> applications = new ArrayList<>();

	private final List<Peer> peers = new ArrayList<>();

	InMemoryApplications() {
		this(false);
	}

	/**
	 * Creates the applications.
	 * @param addresses whether each has an address
	 */
	InMemoryApplications(boolean addresses) {
		this.broker = new InMemoryBroker(addresses);
	}

	private final AtomicInteger markers = new AtomicInteger();

	private volatile Runnable decoration = () -> {
	};

	/**
	 * Runs something on the thread that passes a task to the executor, each time from now
	 * on, as a {@code TaskDecorator} does.
	 */
	void decorateTasks(Runnable decoration) {
		this.decoration = decoration;
	}

	private void execute(Runnable task) {
		this.decoration.run();
		this.executor.execute(task);
	}

	ManualTimer timer() {
		return this.timer;
	}

	/**
	 * Start an application with the settings that most tests want.
	 * @return the application, started
	 */
	Application start() {
		return start(new Settings());
	}

	Application start(Settings settings) {
		Application application = create(settings);
		application.engine.start();
		return application;
	}

	/**
	 * Create an application.
	 * @param settings its settings
	 * @return the application, not started
	 */
	Application create(Settings settings) {
		Application application = new Application(settings);
		this.applications.add(application);
		return application;
	}

	/**
	 * Create a peer that is none of our engines.
	 * @return the peer, listening
	 */
	Peer peer() {
		Peer peer = new Peer();
		this.peers.add(peer);
		peer.transport.start(peer);
		return peer;
	}

	/**
	 * Run something that blocks.
	 */
	CompletableFuture<Void> inBackground(Runnable task) {
		return CompletableFuture.runAsync(task, this.executor);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.applications.forEach((application) -> application.wire.holding = false);
		this.applications.forEach((application) -> application.engine.close());
		this.peers.forEach((peer) -> peer.transport.stop());
		this.executor.shutdownNow();
	}

	static ConditionFactory awaiting() {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(PATIENCE_SECONDS))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1));
	}

	static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static <T> T next(BlockingQueue<T> queue, String description) {
		try {
			T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
			assertThat(next).as(description).isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * How an application is set up.
	 */
	static final class Settings {

		private Extensions extensions = Extensions.NEGOTIATED;

		private Expired expired = Expired.REJECT;

		private List<String> expectedResponders = List.of();

		private int evictAfterMissed;

		private Duration probeAfter = Duration.ZERO;

		private int maxPending = 10_000;

		private Duration responseTimeout = RESPONSE_TIMEOUT;

		private boolean respond = true;

		private Unhandled unhandled = Unhandled.ACKNOWLEDGE;

		private @Nullable String lockPublisher;

		private @Nullable String lockTag;

		private int queueCapacity = 10_000;

		private boolean receiveOwn = true;

		private Duration drainTimeout = Duration.ofSeconds(10);

		Settings extensions(Extensions extensions) {
			this.extensions = extensions;
			return this;
		}

		Settings expired(Expired expired) {
			this.expired = expired;
			return this;
		}

		Settings expectedResponders(String... responderIds) {
			this.expectedResponders = List.of(responderIds);
			return this;
		}

		Settings evictAfterMissed(int evictAfterMissed) {
			this.evictAfterMissed = evictAfterMissed;
			return this;
		}

		Settings probeAfter(Duration probeAfter) {
			this.probeAfter = probeAfter;
			return this;
		}

		Settings maxPending(int maxPending) {
			this.maxPending = maxPending;
			return this;
		}

		Settings respond(boolean respond) {
			this.respond = respond;
			return this;
		}

		Settings responseTimeout(Duration responseTimeout) {
			this.responseTimeout = responseTimeout;
			return this;
		}

		Settings unhandled(Unhandled unhandled) {
			this.unhandled = unhandled;
			return this;
		}

		Settings lockPublisher(String lockPublisher) {
			this.lockPublisher = lockPublisher;
			return this;
		}

		Settings lockTag(String lockTag) {
			this.lockTag = lockTag;
			return this;
		}

		Settings queueCapacity(int queueCapacity) {
			this.queueCapacity = queueCapacity;
			return this;
		}

		Settings receiveOwn(boolean receiveOwn) {
			this.receiveOwn = receiveOwn;
			return this;
		}

		Settings drainTimeout(Duration drainTimeout) {
			this.drainTimeout = drainTimeout;
			return this;
		}

		EngineSettings toEngineSettings() {
			return new EngineSettings(CHANNEL, this.extensions,
					new EngineSettings.Exporters("test-host", this.expectedResponders, Duration.ofSeconds(1),
							this.responseTimeout, this.evictAfterMissed, this.probeAfter, this.maxPending),
					new EngineSettings.Responders("cpu", this.respond, this.unhandled, this.expired, this.lockPublisher,
							this.lockTag, this.receiveOwn, this.queueCapacity, 100_000),
					this.drainTimeout);
		}

	}

	/**
	 * A message that was received or sent: a signal or a response, with its extension.
	 */
	record Message<T, E>(T content, @Nullable E extension) {
	}

	/**
	 * An engine, and its application events.
	 */
	final class Application {

		private final Wire wire = new Wire(InMemoryApplications.this.broker.transport());

		private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

		private final SignalEngine engine;

		private Application(Settings settings) {
			this.engine = new SignalEngine(this.wire, settings.toEngineSettings(), InMemoryApplications.this::execute,
					new JsonMapper(), List::of, this.events::add, InMemoryApplications.this.timer,
					() -> SignalObserver.NONE);
		}

		SignalEngine engine() {
			return this.engine;
		}

		Wire wire() {
			return this.wire;
		}

		BlockingQueue<Object> events() {
			return this.events;
		}

		SignalExporter exporter(String... legalEvents) {
			SignalExporter exporter = this.engine.create("conductor");
			exporter.initialize(legalEvents);
			return exporter;
		}

		DefaultSignalResponder responder() {
			return (DefaultSignalResponder) this.engine.responder();
		}

		Object nextEvent() {
			return next(this.events, "no application event was published");
		}

		/**
		 * All events have been published.
		 */
		void hasNoEvent() {
			Object marker = new Object();
			this.engine.services().events().publish(marker);
			assertThat(nextEvent()).isSameAs(marker);
		}

		/**
		 * Wait until its handlers have nothing to do.
		 */
		void awaitIdle() {
			try {
				assertThat(this.engine.services().lanes().awaitIdle(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * An engine's transport: records its messages, and may lose its connection or have
	 * nothing confirmed.
	 */
	static final class Wire extends DelegatingTransport {

		private final List<String> log = Collections.synchronizedList(new ArrayList<>());

		private final List<CompletableFuture<Void>> held = Collections.synchronizedList(new ArrayList<>());

		private final Set<String> markers = ConcurrentHashMap.newKeySet();

		private volatile @Nullable SignalExtension lastExtension;

		private volatile boolean holding;

		private volatile boolean refusing;

		private volatile boolean full;

		private volatile boolean lost;

		private volatile boolean disconnected;

		private volatile boolean failing;

		private volatile @Nullable Listener listener;

		private Wire(SignalTransport delegate) {
			super(delegate);
		}

		/**
		 * The sent messages, in short, and the stop.
		 */
		List<String> log() {
			return List.copyOf(this.log);
		}

		/**
		 * Whether channels may be received from now on.
		 */
		void refuse(boolean refusing) {
			this.refusing = refusing;
		}

		/**
		 * Starts or stops losing all messages that would be received.
		 */
		void loseReceived(boolean lost) {
			this.lost = lost;
		}

		/**
		 * Loses the connection, or has it again.
		 */
		void disconnect(boolean disconnected) {
			this.disconnected = disconnected;
			this.failing = disconnected;
		}

		/**
		 * Whether responses can't be sent from now on, although it seems connected.
		 */
		void fail(boolean failing) {
			this.failing = failing;
		}

		/**
		 * Whether signals are refused from now on, because too many are not confirmed.
		 */
		void fill(boolean full) {
			this.full = full;
		}

		/**
		 * From now on signals are not sent, and their futures do not complete.
		 */
		void hold() {
			this.holding = true;
		}

		/**
		 * Returns the id of the signal that was sent last, or is held.
		 */
		String lastId() {
			return this.lastExtension.id();
		}

		/**
		 * The outcome of the signals that are held.
		 */
		List<CompletableFuture<Void>> held() {
			return List.copyOf(this.held);
		}

		/**
		 * Receive again, after the subscription was lost for a while.
		 */
		void reconnect(boolean gap) {
			this.listener.onConnected(gap);
		}

		@Override
		public void start(Listener listener) {
			this.listener = listener;
			this.delegate.start(new DelegatingListener(listener) {

				@Override
				public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
					if (!Wire.this.lost) {
						super.onSignal(channel, signal, extension);
					}
				}

				@Override
				public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
					if (response.responderId().equals(Peer.MARKER)) {
						Wire.this.markers.add(response.event());
					}
					else if (!Wire.this.lost) {
						super.onResponse(channel, response, extension);
					}
				}

			});
		}

		@Override
		public void stop() {
			this.log.add("stop");
			this.delegate.stop();
		}

		@Override
		public boolean isConnected() {
			return !this.disconnected && this.delegate.isConnected();
		}

		@Override
		public void open(String channel) {
			if (this.refusing) {
				throw new PermissionDeniedDataAccessException("No", null);
			}
			this.delegate.open(channel);
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			this.log.add("signal " + signal.event());
			this.lastExtension = extension;
			if (this.full) {
				return CompletableFuture.failedFuture(new SignalNotSentException("Full", null));
			}
			if (this.holding) {
				CompletableFuture<Void> future = new CompletableFuture<>();
				this.held.add(future);
				return future;
			}
			return this.delegate.send(channel, signal, extension);
		}

		@Override
		public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
				@Nullable String replyTo) {
			boolean forAll = response.publisherId().equals("*");
			this.log.add((forAll ? "announcement " : "answer ") + response.event());
			if (this.failing) {
				return CompletableFuture.failedFuture(new SignalNotSentException("Not connected", null));
			}
			return this.delegate.send(channel, response, extension, replyTo);
		}

	}

	/**
	 * Speaks for responders and publishers that are none of our engines.
	 */
	final class Peer extends SilentListener {

		private static final String MARKER = "marker";

		private final SignalTransport transport = InMemoryApplications.this.broker.transport();

		private final BlockingQueue<Message<Signal, SignalExtension>> signals = new LinkedBlockingQueue<>();

		private final BlockingQueue<Message<Response, ResponseExtension>> responses = new LinkedBlockingQueue<>();

		private final Set<String> markers = ConcurrentHashMap.newKeySet();

		private final Map<String, LeaveSeal> seals = new ConcurrentHashMap<>();

		/**
		 * Its own messages, which it does not receive.
		 */
		private final Set<Object> own = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

		private Peer() {
			this.transport.open(CHANNEL);
		}

		SignalTransport transport() {
			return this.transport;
		}

		/**
		 * Wait until all applications have received all messages sent until now.
		 */
		void settle() {
			String marker = "marker-" + InMemoryApplications.this.markers.incrementAndGet();
			this.transport.send(CHANNEL, new Response(MARKER, "nobody", marker, null, null), null, null);
			awaiting().until(() -> this.markers.contains(marker) && InMemoryApplications.this.applications.stream()
				.allMatch(
						(application) -> !application.wire.isConnected() || application.wire.markers.contains(marker)));
		}

		/**
		 * Publish a signal, and wait until it is received.
		 */
		void publish(Signal signal, @Nullable SignalExtension extension) {
			this.own.add(signal);
			this.transport.send(CHANNEL, signal, extension);
			settle();
		}

		/**
		 * Respond, and wait until it is received.
		 */
		void respond(Response response, @Nullable ResponseExtension extension) {
			this.own.add(response);
			this.transport.send(CHANNEL, response, extension, null);
			settle();
		}

		/**
		 * Subscribes responders that support the extensions.
		 */
		void subscribe(SignalExporter exporter, String... responderIds) {
			for (String responderId : responderIds) {
				respond(new Response(responderId, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
						subscription(responderId, null));
			}
		}

		/**
		 * Subscribes a responder that takes probes at an address.
		 */
		void subscribeAt(SignalExporter exporter, String responderId, String address) {
			respond(new Response(responderId, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
					subscription(responderId, address));
		}

		private ResponseExtension subscription(String responderId, @Nullable String address) {
			LeaveSeal seal = this.seals.computeIfAbsent(responderId, (id) -> LeaveSeal.create());
			return new ResponseExtension(null, null, address, seal.seal(), null);
		}

		/**
		 * Subscribe responders as the Python package does.
		 */
		void subscribePlain(SignalExporter exporter, String... responderIds) {
			for (String responderId : responderIds) {
				respond(new Response(responderId, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null), null);
			}
		}

		void hello(String responderId) {
			respond(new Response(responderId, "*", Signal.INITIALIZATION, null, null), ResponseExtension.UNDERSTOOD);
		}

		/**
		 * Sends hello as a responder that takes probes at an address.
		 */
		void helloAt(String responderId, String address) {
			respond(new Response(responderId, "*", Signal.INITIALIZATION, null, null),
					subscription(responderId, address));
		}

		void bye(String responderId) {
			bye(responderId, "*");
		}

		void bye(String responderId, String publisherId) {
			LeaveSeal seal = this.seals.get(responderId);
			respond(new Response(responderId, publisherId, Signal.SHUTDOWN, null, null), (seal != null)
					? new ResponseExtension(null, null, null, seal.key(), null) : ResponseExtension.UNDERSTOOD);
		}

		/**
		 * Announces that a responder leaves as one that can publish on the channel, and
		 * is not that responder.
		 */
		void forgeBye(String responderId, @Nullable ResponseExtension extension) {
			respond(new Response(responderId, "*", Signal.SHUTDOWN, null, null), extension);
		}

		/**
		 * Answer a signal, with its id if it has one.
		 */
		void answer(String responderId, Message<Signal, SignalExtension> signal, int ras) {
			SignalExtension extension = signal.extension();
			respond(response(responderId, signal.content(), ras),
					(extension != null) ? new ResponseExtension(extension.id()) : null);
		}

		/**
		 * Answer a signal as the Python package does.
		 */
		void answerPlain(String responderId, Message<Signal, SignalExtension> signal, int ras) {
			respond(response(responderId, signal.content(), ras), null);
		}

		private static Response response(String responderId, Signal signal, int ras) {
			return new Response(responderId, signal.publisherId(), signal.event(), ras, null);
		}

		/**
		 * The next signal that is received.
		 */
		Message<Signal, SignalExtension> receive() {
			return next(this.signals, "no signal was received");
		}

		Message<Signal, SignalExtension> receive(String event) {
			Message<Signal, SignalExtension> signal = receive();
			assertThat(signal.content().event()).isEqualTo(event);
			return signal;
		}

		/**
		 * The next response that is received.
		 */
		Message<Response, ResponseExtension> receiveResponse() {
			return next(this.responses, "no response was received");
		}

		/**
		 * All messages until now have been received, and none was a signal.
		 */
		void receivesNoSignal() {
			settle();
			assertThat(this.signals).isEmpty();
		}

		void receivesNoResponse() {
			settle();
			assertThat(this.responses).isEmpty();
		}

		/**
		 * The received messages that a test has not asked for.
		 */
		BlockingQueue<Message<Signal, SignalExtension>> signals() {
			return this.signals;
		}

		BlockingQueue<Message<Response, ResponseExtension>> responses() {
			return this.responses;
		}

		/**
		 * Forget the received messages.
		 */
		void forget() {
			settle();
			this.signals.clear();
			this.responses.clear();
		}

		static Signal signal(String publisherId, String event, int sampleNo) {
			return new Signal(publisherId, "python", event, "elsewhere", sampleNo, Signal.NO_TAG, Map.of());
		}

		@Override
		public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (!this.own.contains(signal)) {
				this.signals.add(new Message<>(signal, extension));
			}
		}

		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			if (response.responderId().equals(MARKER)) {
				this.markers.add(response.event());
			}
			else if (!this.own.contains(response)) {
				this.responses.add(new Message<>(response, extension));
			}
		}

	}

}
