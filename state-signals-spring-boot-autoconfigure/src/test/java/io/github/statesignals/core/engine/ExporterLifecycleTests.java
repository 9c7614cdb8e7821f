package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentTransport;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.lane.ScheduledTimer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * States of exporters while their application starts, is connected, stops and starts
 * again.
 */
@Timeout(60)
class ExporterLifecycleTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private Peer peer;

	@BeforeEach
	void listen() {
		this.peer = this.applications.peer();
	}

	// Before the start

	@Test
	void initializationBeforeTheStartIsDoneAtStart() {
		Application application = this.applications.create(new Settings());
		application.responder().on("start", succeeding());
		SignalExporter exporter = application.engine().create("conductor");
		exporter.initialization("start").tag("run-7").expectedResponders("expected").initialize();
		assertThat(exporter.getSubscribers()).isEmpty();
		assertThat(application.engine().exporters()).isEmpty();
		this.peer.receivesNoSignal();
		application.engine().start();
		assertComesBack(application, exporter);
		this.peer.receivesNoSignal();
	}

	@Test
	void theLastInitializationBeforeTheStartIsTheOneThatIsDone() {
		Application application = this.applications.create(new Settings());
		SignalExporter exporter = application.exporter("first");
		exporter.initialize("second");
		application.engine().start();
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receivesNoSignal();
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("first"))
			.withMessageContaining("initialized with 'second'.");
	}

	@Test
	void shuttingDownBeforeTheStartForgetsTheInitialization() {
		Application application = this.applications.create(new Settings());
		SignalExporter exporter = application.exporter("start");
		exporter.shutdown();
		application.engine().start();
		this.peer.receivesNoSignal();
		assertThat(application.engine().exporters()).isEmpty();
	}

	@Test
	void waitingForSubscribersBeforeTheStartFailsAtOnceAndNamesTheRemedy() {
		Application application = this.applications.create(new Settings());
		SignalExporter exporter = application.engine().create("conductor");
		assertThatIllegalStateException()
			.isThrownBy(() -> exporter.initializeAndWait(1, Duration.ofSeconds(-1), "start"))
			.withMessageContaining(exporter.getPublisherId())
			.withMessageContaining("Call initialize() here")
			.withMessageContaining("ApplicationRunner")
			.withMessageContaining("state-signals.exporter.await-subscribers");
		application.engine().start();
		this.peer.receivesNoSignal();
		assertThat(application.engine().exporters()).isEmpty();
	}

	@Test
	void publishingBeforeTheStartFailsAndReportsThatNothingWasSent() {
		Application application = this.applications.create(new Settings());
		SignalExporter exporter = application.engine().create("conductor");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(DataAccessResourceFailureException.class)
				.isThrownBy(() -> exporter.publish("start"))
				.withMessageContaining("'start' of exporter '" + exporter.getPublisherId() + "' was not sent")
				.withMessageContaining("ApplicationRunner");
			// With and without an initialization.
			exporter.initialize("start");
		}
		assertThat(exporter.signal("start").publishAsync()).isCompletedExceptionally();
		assertThat(exporter.emitAsync(new Start())).isCompletedExceptionally();
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("strat"));
		application.engine().start();
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receivesNoSignal();
	}

	@Test
	void anEventWithACommaIsDistinguishedFromSeveralInTheMessage() {
		SignalExporter exporter = this.applications.start().engine().create("conductor");
		exporter.initialize("start, stop", "flip");
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("stop"))
			.withMessageContaining("it was initialized with 'start, stop', 'flip'");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void theRemedyForAnExporterThatWasShutDownAppliesToEachExporter(CapturedOutput output) {
		SignalExporter exporter = this.applications.start().engine().create("conductor");
		exporter.initialize("start");
		exporter.shutdown();
		exporter.publish("start");
		assertThat(output).contains("which is not initialized or was shut down")
			.contains("Call initialize(\"start\") first; state-signals.exporter.legal-events does so at the end of the "
					+ "start, for the SignalExporter bean alone");
	}

	@Test
	void theStartFailsWhereAnExporterCantBeInitialized() {
		Application application = this.applications.create(new Settings());
		SignalExporter exporter = application.exporter("start");
		application.wire().refuse(true);
		assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
			.isThrownBy(() -> application.engine().start());
		assertThat(application.engine().isRunning()).isFalse();
		assertThat(application.wire().isConnected()).isFalse();
		assertThat(application.engine().exporters()).isEmpty();
		application.wire().refuse(false);
		application.engine().start();
		assertThat(exporter.publish("start").awaited()).isZero();
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("strat"));
	}

	// Connecting in the background

	// Starting again

	@Test
	void comesBackAsItWasWhenTheApplicationIsStartedAgain() {
		Application application = this.applications.start();
		application.responder().on("start", succeeding());
		SignalExporter exporter = application.engine().create("conductor");
		exporter.initialization("start").tag("run-7").expectedResponders("expected").initialize();
		this.peer.subscribe(exporter, "r1");
		for (int i = 0; i < 3; i++) {
			assertComesBack(application, exporter);
			application.engine().stop();
			assertThat(this.peer.receive(Signal.SHUTDOWN).content().tag()).isEqualTo("run-7");
			assertThat(exporter.getSubscribers()).isEmpty();
			assertThat(application.engine().exporters()).isEmpty();
			assertThatExceptionOfType(DataAccessResourceFailureException.class)
				.isThrownBy(() -> exporter.publish("start"))
				.withMessageContainingAll("was not sent", "listener of ContextClosedEvent");
			application.engine().start();
		}
		assertComesBack(application, exporter);
		assertThat(exporter.getSubscribers()).as("r1 is asked").hasSize(2);
	}

	/**
	 * With the legal event {@code start}, the tag {@code run-7}, the responder
	 * {@code expected} and the application's own.
	 */
	private void assertComesBack(Application application, SignalExporter exporter) {
		assertThat(List.<SignalExporter>copyOf(application.engine().exporters())).containsExactly(exporter);
		assertThat(this.peer.receive(Signal.INITIALIZATION).content().tag()).isEqualTo("run-7");
		assertThat(exporter.getSubscribers()).contains("expected", application.responder().getResponderId());
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("strat"));
	}

	@Test
	void aStartBarrierWaitsAgainAfterTheNextStart() {
		Application application = this.applications.start();
		SignalExporter exporter = application.engine().create("conductor");
		exporter.initialize("start");
		this.peer.subscribe(exporter, "r1");
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(-1), "start")).isTrue();
		application.engine().stop();
		application.engine().start();
		CompletableFuture<Void> barrier = this.applications
			.inBackground(() -> exporter.initializeAndWait(1, Duration.ofSeconds(-1), "start"));
		this.peer.settle();
		assertThat(barrier).isNotDone();
		this.peer.subscribe(exporter, "r1");
		get(barrier);
	}

	@Test
	void exportersThatTheApplicationHasShutDownStayShutDown() {
		Application application = this.applications.start();
		SignalExporter before = application.exporter("start");
		SignalExporter meanwhile = application.exporter("start");
		before.shutdown();
		application.engine().stop();
		meanwhile.shutdown();
		this.peer.settle();
		this.peer.forget();
		application.engine().start();
		this.peer.receivesNoSignal();
		assertThat(application.engine().exporters()).isEmpty();
	}

	@Test
	void isInitializedAsRequestedWhileTheApplicationWasStopped() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		application.engine().stop();
		exporter.initialize("stop");
		application.engine().start();
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("start"))
			.withMessageContaining("initialized with 'stop'.");
		assertThat(application.engine().exporters()).hasSize(1);
	}

	@Test
	void handlersMayPublishWhileTheyFinish() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start", "finished");
		CompletableFuture<Void> released = new CompletableFuture<>();
		CompletableFuture<Void> entered = new CompletableFuture<>();
		application.responder().on("start", (signal) -> {
			entered.complete(null);
			released.join();
			exporter.signal("finished").publishAsync();
			return Acknowledgement.success();
		});
		exporter.signal("start").publishAsync();
		get(entered);
		CompletableFuture<Void> stopped = this.applications.inBackground(() -> application.engine().stop());
		awaiting().until(() -> !application.engine().isRunning());
		released.complete(null);
		get(stopped);
		assertThat(application.wire().log()).containsSubsequence("signal start", "signal finished", "signal shutdown");
	}

	// Spring logs after it has noted that a bean has stopped.
	@Test
	void isClosedWhenTheCallbackOfItsStopHasReturned() throws InterruptedException {
		SignalEngine engine = this.applications.start().engine();
		List<String> ended = new CopyOnWriteArrayList<>();
		Thread closing = new Thread(() -> {
			engine.close();
			ended.add("close");
		});
		engine.stop(() -> {
			closing.start();
			awaiting().until(() -> closing.getState() == Thread.State.TIMED_WAITING || !closing.isAlive());
			ended.add("callback");
		});
		awaiting().until(() -> ended.size() == 2);
		closing.join();
		assertThat(ended).containsExactly("callback", "close");
	}

	@Test
	void stopsAlsoIfAHandlerThatHasNotFinishedCannotBeDescribed() {
		Application application = this.applications.start(new Settings().drainTimeout(Duration.ZERO));
		SignalExporter exporter = application.exporter("start");
		CompletableFuture<Void> released = new CompletableFuture<>();
		CompletableFuture<Void> entered = new CompletableFuture<>();
		application.responder().on("start", new SignalHandler() {

			@Override
			public Acknowledgement handle(Signal signal) {
				entered.complete(null);
				released.join();
				return Acknowledgement.success();
			}

			@Override
			public String toString() {
				throw new IllegalStateException("on purpose");
			}

		});
		CompletableFuture<SignalResult> published = exporter.signal("start")
			.timeout(Duration.ofSeconds(-1))
			.publishAsync();
		get(entered);
		application.engine().stop();
		assertThat(application.wire().log()).endsWith("signal shutdown", "stop");
		assertThat(published).succeedsWithin(Duration.ofSeconds(20));
		released.complete(null);
	}

	@Test
	void waitingForSubscribersOfAnExistingExporter() {
		Application application = this.applications.start(new Settings().extensions(Extensions.OFF));
		SignalEngine engine = application.engine();
		SignalExporter exporter = engine.create("conductor");
		Duration indefinitely = Duration.ofSeconds(-1);
		assertThat(engine.awaitSubscribers(exporter, 1, indefinitely)).as("not initialized").isTrue();
		exporter.initialize("start");
		this.peer.receive(Signal.INITIALIZATION);
		assertThat(engine.awaitSubscribers(exporter, 0, indefinitely)).isTrue();
		CompletableFuture<Void> waiting = this.applications
			.inBackground(() -> engine.awaitSubscribers(exporter, 1, indefinitely));
		awaiting().until(() -> this.applications.timer().scheduled() == 1);
		this.applications.timer().advance(Duration.ofSeconds(1));
		this.peer.receive(Signal.INITIALIZATION);
		assertThat(waiting).isNotDone();
		this.peer.subscribe(exporter, "r1");
		get(waiting);
		assertThat(engine.awaitSubscribers(exporter, 1, indefinitely)).isTrue();
	}

	private static SignalHandler succeeding() {
		return (signal) -> Acknowledgement.success();
	}

	record Start() {
	}

	/**
	 * An application that is connected after it has started.
	 */
	@Nested
	class WithALateConnection {

		private final LateTransport transport = new LateTransport();

		private final ExecutorService executor = Executors.newCachedThreadPool();

		private final SignalEngine engine = new SignalEngine(this.transport,
				new InMemoryApplications().create(new Settings()).engine().getSettings(), this.executor,
				new JsonMapper(), List::of, (event) -> {
				}, new ScheduledTimer(), () -> SignalObserver.NONE);

		@AfterEach
		void close() {
			this.engine.close();
			this.executor.shutdownNow();
		}

		@Test
		void initializationIsDoneWithTheFirstConnection() {
			this.engine.responder().on("start", succeeding());
			SignalExporter early = this.engine.create("early");
			early.initialize("start");
			this.engine.start();
			SignalExporter late = this.engine.create("late");
			late.initialize("start");
			CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(
					() -> this.engine.create("waiting").initializeAndWait(1, Duration.ofSeconds(-1), "start"),
					this.executor);
			assertThatExceptionOfType(DataAccessResourceFailureException.class).isThrownBy(() -> late.publish("start"))
				.withMessageContaining("'start' of exporter '" + late.getPublisherId() + "' was not sent");
			assertThat(this.engine.connected()).isNotDone();
			this.transport.connect();
			assertThat(get(waiting)).isTrue();
			get(this.engine.connected());
			String own = this.engine.responder().getResponderId();
			assertThat(this.engine.exporters()).hasSize(3)
				.allMatch((exporter) -> exporter.getSubscribers().contains(own));
		}

		@Test
		void initializationThatFailsInTheBackgroundIsDoneWithTheNextConnection() {
			startRefused();
			assertIsInitializedWithTheNextConnection();
		}

		@Test
		void exportersAreInitializedAlthoughTheChannelOfOthersIsRefused() {
			List<SignalExporter> exporters = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				exporters.add(this.engine.create("conductor"));
				this.engine.create("refused", "refused").initialize("start");
			}
			exporters.forEach((exporter) -> exporter.initialize("start"));
			this.engine.start();
			this.transport.refused = "refused";
			this.transport.connect();
			get(this.engine.connected());
			assertThat(List.<SignalExporter>copyOf(this.engine.exporters()))
				.containsExactlyInAnyOrderElementsOf(exporters);
		}

		@Test
		void initializationThatFailsOnceMoreInTheApplicationIsDoneWithTheNextConnection() {
			SignalExporter exporter = startRefused();
			assertThatExceptionOfType(PermissionDeniedDataAccessException.class)
				.isThrownBy(() -> exporter.initialize("start"));
			assertIsInitializedWithTheNextConnection();
		}

		@Test
		void nothingIsInitializedWhenTheApplicationStopsBeforeItIsConnected() {
			SignalExporter exporter = this.engine.create("conductor");
			exporter.initialize("start");
			this.engine.start();
			this.engine.stop();
			assertThat(this.engine.exporters()).isEmpty();
			assertThatIllegalStateException()
				.isThrownBy(() -> exporter.initializeAndWait(1, Duration.ofSeconds(-1), "start"));
			this.engine.start();
			this.transport.connect();
			get(this.engine.connected());
			assertThat(List.<SignalExporter>copyOf(this.engine.exporters())).containsExactly(exporter);
		}

		@Test
		void callerThatWaitsForSubscribersFailsWhenTheApplicationIsClosedBeforeItIsConnected() {
			this.engine.start();
			CompletableFuture<Boolean> waiting = waitForSubscribers(this.engine.create("conductor"));
			this.engine.close();
			assertWaitHasEnded(waiting);
		}

		@Test
		void callerThatWaitsForSubscribersFailsWhenTheExporterIsShutDownBeforeItIsConnected() {
			this.engine.start();
			SignalExporter exporter = this.engine.create("conductor");
			CompletableFuture<Boolean> waiting = waitForSubscribers(exporter);
			exporter.shutdown();
			assertWaitHasEnded(waiting);
		}

		private CompletableFuture<Boolean> waitForSubscribers(SignalExporter exporter) {
			CompletableFuture<Boolean> waiting = CompletableFuture
				.supplyAsync(() -> exporter.initializeAndWait(1, Duration.ofSeconds(-1), "start"), this.executor);
			awaiting().until(() -> !exporter.getLegalEvents().isEmpty());
			return waiting;
		}

		private void assertWaitHasEnded(CompletableFuture<Boolean> waiting) {
			assertThat(waiting).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.withCauseInstanceOf(IllegalStateException.class);
		}

		private SignalExporter startRefused() {
			SignalExporter exporter = this.engine.create("conductor");
			exporter.initialize("start");
			this.engine.start();
			this.transport.refusing = true;
			this.transport.connect();
			get(this.engine.connected());
			assertThat(this.engine.exporters()).isEmpty();
			return exporter;
		}

		private void assertIsInitializedWithTheNextConnection() {
			this.transport.refusing = false;
			this.transport.connect();
			awaiting().until(() -> !this.engine.exporters().isEmpty());
		}

	}

	/**
	 * Connects when a test lets it, as if Redis were started later.
	 */
	private static final class LateTransport extends SilentTransport {

		private volatile boolean refusing;

		private volatile @Nullable String refused;

		private volatile @Nullable Listener listener;

		@Override
		public void start(Listener listener) {
			this.listener = listener;
		}

		@Override
		public void open(String channel) {
			if (this.refusing || channel.equals(this.refused)) {
				throw new PermissionDeniedDataAccessException("No", null);
			}
		}

		void connect() {
			this.listener.onConnected(false);
		}

	}

}
