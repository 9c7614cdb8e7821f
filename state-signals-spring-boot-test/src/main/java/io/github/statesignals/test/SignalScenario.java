package io.github.statesignals.test;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.autoconfigure.StateSignalsProperties;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.engine.SignalEngine;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ApplicationContext;

/**
 * Plays the applications around the tested one: publishes signals to its handlers,
 * responds to its signals, and moves the time of all.
 * <p>
 * Safe for concurrent use. Waits are in real time, ten seconds at most, and fail then.
 *
 * @since 0.1.0
 * @see AutoConfigureSignals
 */
public final class SignalScenario implements AutoCloseable {

	// A responder that is locked does not subscribe.
	private static final Duration SUBSCRIPTION_TIMEOUT = Duration.ofSeconds(2);

	private final List<PublishedSignal> published = new CopyOnWriteArrayList<>();

	private final Consumer<PublishedSignal> recording = this.published::add;

	@GuardedBy("awaited")
	private final Set<PublishedSignal> awaited = new HashSet<>();

	private final List<TestResponder> responders = new CopyOnWriteArrayList<>();

	private final List<Stimulation> stimulations = new CopyOnWriteArrayList<>();

	@GuardedBy("this")
	private final Map<String, SignalExporter> exporters = new HashMap<>();

	private final InMemoryBroker broker;

	private final SignalRecorder recorder;

	private final SignalEngine engine;

	private final StateSignalsProperties properties;

	private final JsonMapper mapper;

	private final Runnable onClose;

	@GuardedBy("this")
	private @Nullable Peer publisher;

	private SignalScenario(ApplicationContext context, Runnable onClose) {
		this.broker = bean(context, InMemoryBroker.class);
		this.recorder = bean(context, SignalRecorder.class);
		this.engine = bean(context, SignalEngine.class);
		this.properties = bean(context, StateSignalsProperties.class);
		this.mapper = context.getBeanProvider(JsonMapper.class).getIfAvailable(JsonMapper::shared);
		this.onClose = onClose;
		this.recorder.add(this.recording);
	}

	private static <T> T bean(ApplicationContext context, Class<T> type) {
		return context.getBeanProvider(type).getIfAvailable(() -> {
			throw new IllegalStateException("The application context '" + context.getDisplayName()
					+ "' has no signals in memory (no " + type.getSimpleName()
					+ "). Annotate the test class with @AutoConfigureSignals, or set the property '"
					+ SignalTestAutoConfiguration.BROKER
					+ "' where the test starts the application itself; and do not set 'state-signals.enabled' to false.");
		});
	}

	/**
	 * Creates a scenario for an application that a test starts itself. The test closes
	 * it.
	 * @param context the context of the tested application
	 * @return the scenario
	 * @throws IllegalStateException if the context has no signals in memory
	 */
	public static SignalScenario of(ApplicationContext context) {
		return new SignalScenario(context, () -> {
		});
	}

	static SignalScenario exclusive(ApplicationContext context) {
		Semaphore permit = bean(context, SignalRecorder.class).exclusive();
		permit.acquireUninterruptibly();
		try {
			return new SignalScenario(context, permit::release);
		}
		catch (RuntimeException ex) {
			permit.release();
			throw ex;
		}
	}

	/**
	 * Returns a builder of a signal of another application, on the channel of the tested
	 * one ({@code state-signals.channel}).
	 * @param event the event
	 * @return the builder, whose {@link SignalSpec#publish()} returns the answers of the
	 * handlers
	 */
	public SignalSpec signal(String event) {
		return signal(event, this.engine.getSettings().channel());
	}

	/**
	 * Returns a builder of a signal of another application.
	 * @param event the event
	 * @param channel the name of the channel
	 * @return the builder
	 */
	public SignalSpec signal(String event, String channel) {
		return exporter(event, channel).signal(event);
	}

	/**
	 * Publishes a typed signal of another application, and waits for the answers of the
	 * handlers.
	 * @param typedSignal the typed signal
	 * @return the result
	 */
	public SignalResult emit(Object typedSignal) {
		return exporter(SignalEventNames.of(typedSignal.getClass()), this.engine.getSettings().channel())
			.emit(typedSignal);
	}

	private synchronized SignalExporter exporter(String event, String channel) {
		SignalExporter exporter = this.exporters.computeIfAbsent(channel,
				(created) -> publisher().engine().create("test", channel));
		Set<String> events = new LinkedHashSet<>(exporter.getLegalEvents());
		if (events.add(event) || !isSubscribed(exporter, channel)) {
			String lock = this.engine.getSettings().responders().lockTag();
			exporter.initialization(events.toArray(String[]::new)).tag((lock != null) ? lock : "").initialize();
			Waiting.until(SUBSCRIPTION_TIMEOUT, () -> isSubscribed(exporter, channel));
		}
		return exporter;
	}

	private boolean isSubscribed(SignalExporter exporter, String channel) {
		return exporter.getSubscribers()
			.stream()
			.map(ResponderIds::name)
			.collect(Collectors.toSet())
			.containsAll(this.broker.responders(channel));
	}

	@GuardedBy("this")
	private Peer publisher() {
		Peer publisher = this.publisher;
		if (publisher == null) {
			publisher = peer(false);
			publisher.engine().start();
			this.publisher = publisher;
		}
		return publisher;
	}

	private Peer peer(boolean respond) {
		return Peer.of(this.broker, this.engine.getSettings(), this.properties.getProtocol().getMaxPayload(),
				this.mapper, respond);
	}

	/**
	 * Starts a responder of another application, on the channel of the tested one
	 * ({@code state-signals.channel}). When this returns, it is subscribed to the
	 * exporters of the tested application that are initialized.
	 * @param name the name of the responder
	 * @return the responder, which acknowledges signals
	 */
	public TestResponder responder(String name) {
		return responder(name, this.engine.getSettings().channel());
	}

	/**
	 * Starts a responder of another application.
	 * @param name the name of the responder
	 * @param channel the name of the channel
	 * @return the responder, which acknowledges signals
	 */
	public TestResponder responder(String name, String channel) {
		TestResponder responder = new TestResponder(name, channel, () -> peer(true),
				() -> this.engine.exporters(channel));
		this.responders.add(responder);
		responder.start();
		return responder;
	}

	/**
	 * Runs code that makes the tested application publish, on a separate thread: it may
	 * block until a signal is answered, and does not see a transaction of the test.
	 * @param stimulus the code
	 * @return waits for the signals that are published from then on
	 */
	public Stimulation stimulate(Stimulus stimulus) {
		int earlier = this.published.size();
		Stimulation stimulation = new Stimulation(stimulus, (event) -> take(event, earlier));
		this.stimulations.add(stimulation);
		return stimulation;
	}

	private @Nullable PublishedSignal take(String event, int earlier) {
		synchronized (this.awaited) {
			for (PublishedSignal next : this.published.stream().skip(earlier).toList()) {
				if (next.signal().event().equals(event) && this.awaited.add(next)) {
					return next;
				}
			}
			return null;
		}
	}

	/**
	 * Returns the signals that exporters of the tested application have published since
	 * this scenario began, without reserved ones.
	 * @param event the event
	 * @return a snapshot, in the order in which they were published
	 */
	public List<PublishedSignal> published(String event) {
		return this.published.stream().filter((published) -> published.signal().event().equals(event)).toList();
	}

	/**
	 * Moves the time ahead, for all applications on the broker: timeouts, probes and the
	 * answers of slow test responders that become due take effect in their order. Before
	 * that, waits up to a second in real time for handlers that run.
	 * @param duration the time to pass at once
	 * @throws IllegalArgumentException if it is negative
	 */
	public void advance(Duration duration) {
		this.broker.awaitHandlers();
		this.broker.clock().advance(duration);
	}

	/**
	 * Ends the responders and exporters of this scenario, which leave as applications
	 * that stop.
	 */
	@Override
	public void close() {
		try {
			this.recorder.remove(this.recording);
			synchronized (this) {
				if (this.publisher != null) {
					this.publisher.close();
				}
			}
			this.responders.forEach(TestResponder::close);
			this.stimulations.forEach(Stimulation::close);
			this.broker.settle();
		}
		finally {
			this.onClose.run();
		}
	}

	/**
	 * Makes the tested application publish.
	 */
	@FunctionalInterface
	public interface Stimulus {

		/**
		 * Runs the stimulus.
		 * @throws Exception to fail the test where it waits for the stimulus
		 */
		void run() throws Exception;

	}

}
