package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentTransport;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.QueryTimeoutException;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A publish that has ended completes, also if code that runs at its end fails.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class EndedPublishTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration INDEFINITELY = Duration.ofSeconds(-1);

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private final Application application = this.applications.start();

	private final FailingAppender appender = new FailingAppender();

	@AfterEach
	void logAgain() {
		logger().detachAppender(this.appender);
	}

	private static Logger logger() {
		return (Logger) LoggerFactory.getLogger(SignalExporter.class);
	}

	private void failToLog() {
		this.appender.start();
		logger().addAppender(this.appender);
	}

	@Test
	void listenerOfResultsFailsWithAnError() {
		this.application.engine().counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
				throw new NoClassDefFoundError("on purpose");
			}

			@Override
			public void onResult(String channel, String event, @Nullable SignalResult result,
					@Nullable Throwable failure) {
				throw new NoClassDefFoundError("on purpose");
			}

		});
		SignalHandler succeeding = (signal) -> Acknowledgement.success();
		this.application.responder().on("start", succeeding);
		SignalExporter exporter = this.application.exporter("start");
		assertThat(get(exporter.signal("start").timeout(INDEFINITELY).publishAsync()).isSuccess()).isTrue();
		get(this.applications.inBackground(
				() -> assertThat(exporter.signal("start").timeout(INDEFINITELY).publish().isSuccess()).isTrue()));
	}

	@Test
	void signalThatCannotBeQueuedFailsOnTheExecutor() {
		CompletableFuture<Thread> completing = new CompletableFuture<>();
		this.application.engine().counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
			}

			@Override
			public void onResult(String channel, String event, @Nullable SignalResult result,
					@Nullable Throwable failure) {
				completing.complete(Thread.currentThread());
			}

		});
		Peer peer = this.applications.peer();
		SignalExporter exporter = this.application.exporter("start");
		peer.subscribe(exporter, "r-1-resp");
		CompletableFuture<SignalResult> first = exporter.signal("start").timeout(INDEFINITELY).publishAsync();
		CompletableFuture<SignalResult> large = exporter.signal("start")
			.metadata("x", "x".repeat(10_000_000))
			.publishAsync();
		assertThat(get(completing)).isNotSameAs(Thread.currentThread());
		assertThat(large).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(IllegalArgumentException.class);
		assertThat(first).isNotDone();
	}

	@Test
	void resultCannotBeLogged() {
		SignalExporter exporter = this.application.exporter("start");
		failToLog();
		CompletableFuture<SignalResult> published = exporter.signal("start").timeout(INDEFINITELY).publishAsync();
		assertThat(published).succeedsWithin(PATIENCE);
	}

	@Test
	void answerAndTimeoutCannotBeLogged() {
		Peer peer = this.applications.peer();
		SignalExporter exporter = this.application.exporter("start");
		peer.subscribe(exporter, "r-1-resp");
		peer.forget();
		CompletableFuture<SignalResult> failed = exporter.signal("start").timeout(INDEFINITELY).publishAsync();
		Message<Signal, SignalExtension> signal = peer.receive("start");
		CompletableFuture<SignalResult> missing = exporter.signal("start").publishAsync();
		failToLog();
		this.applications.inBackground(() -> peer.answer("r-1-resp", signal, 0));
		assertThat(failed).succeedsWithin(PATIENCE).extracting(SignalResult::code).isEqualTo(ResultCode.SUB_FAILED);
		this.applications.inBackground(() -> this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT));
		assertThat(missing).succeedsWithin(PATIENCE)
			.extracting(SignalResult::code)
			.isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@Test
	void endsByOneDepartureCannotBeLogged() {
		Peer peer = this.applications.peer();
		SignalExporter exporter = this.application.exporter("start", "end");
		peer.subscribe(exporter, "r-1-resp");
		List<CompletableFuture<SignalResult>> published = publishTwice(exporter);
		failToLog();
		this.applications.inBackground(() -> peer.bye("r-1-resp"));
		assertThat(published).allSatisfy((result) -> assertThat(result).succeedsWithin(PATIENCE));
	}

	private static List<CompletableFuture<SignalResult>> publishTwice(SignalExporter exporter) {
		return List.of(exporter.signal("start").timeout(INDEFINITELY).publishAsync(),
				exporter.signal("end").timeout(INDEFINITELY).publishAsync());
	}

	@Test
	void failuresOfAListenerOfAnswersAreLoggedWithABound(CapturedOutput output) {
		Peer peer = this.applications.peer();
		SignalExporter exporter = this.application.exporter("start");
		String[] responders = IntStream.range(0, 150).mapToObj((i) -> "r-" + i + "-resp").toArray(String[]::new);
		peer.subscribe(exporter, responders);
		peer.forget();
		CompletableFuture<SignalResult> published = exporter.signal("start").onResponse((responder, answer) -> {
			throw new NoClassDefFoundError("on purpose");
		}).publishAsync();
		Message<Signal, SignalExtension> signal = peer.receive("start");
		for (String responder : responders) {
			peer.answer(responder, signal, 1);
		}
		assertThat(get(published).isSuccess()).isTrue();
		awaiting().untilAsserted(() -> assertThat(output)
			.contains("Further lines like the one before are not logged for up to a minute"));
		assertThat(output.getAll().split("A listener of 'start' failed", -1)).hasSize(101);
		assertThat(output).doesNotContain("that should have handled its own failure");
	}

	/**
	 * The transport is the application's own, and fails.
	 */
	@Nested
	class OnAFailingTransport {

		private final FailingTransport transport = new FailingTransport();

		private final ManualTimer timer = new ManualTimer();

		private final ExecutorService executor = Executors.newCachedThreadPool();

		private final SignalEngine engine = new SignalEngine(this.transport,
				EndedPublishTests.this.applications
					.create(new Settings().expectedResponders("r-1-resp").probeAfter(Duration.ofSeconds(1)))
					.engine()
					.getSettings(),
				this.executor, new JsonMapper(), List::of, (event) -> {
				}, this.timer, () -> SignalObserver.NONE);

		private final SignalExporter exporter = this.engine.create("conductor");

		OnAFailingTransport() {
			this.engine.start();
			this.exporter.initialize("start", "end");
		}

		@AfterEach
		void close() {
			this.transport.failing = false;
			this.engine.close();
			this.executor.shutdownNow();
		}

		@Test
		void connectionIsUnknownAtTheTimeout() {
			CompletableFuture<SignalResult> published = this.exporter.signal("start").publishAsync();
			this.transport.failing = true;
			this.timer.advance(InMemoryApplications.RESPONSE_TIMEOUT);
			assertThat(published).failsWithin(PATIENCE).withThrowableThat().havingRootCause().withMessage("on purpose");
		}

		@Test
		void connectionIsUnknownAtTheShutdown() {
			List<CompletableFuture<SignalResult>> published = publishTwice(this.exporter);
			this.transport.failing = true;
			EndedPublishTests.this.applications.inBackground(this.exporter::shutdown);
			assertThat(published).allSatisfy((result) -> assertThat(result).failsWithin(PATIENCE)
				.withThrowableThat()
				.havingRootCause()
				.withMessage("on purpose"));
		}

		@Test
		void shutdownCannotBeSent() {
			List<CompletableFuture<SignalResult>> published = publishTwice(this.exporter);
			this.transport.refused = Signal.SHUTDOWN;
			EndedPublishTests.this.applications.inBackground(this.exporter::shutdown);
			assertThat(published).allSatisfy((result) -> assertThat(result).succeedsWithin(PATIENCE));
		}

		@Test
		void transmissionCannotBeCancelled() {
			this.transport.failing = true;
			this.transport.unconfirmed = new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					throw new IllegalStateException("on purpose");
				}

			};
			CompletableFuture<SignalResult> published = this.exporter.signal("start").publishAsync();
			this.timer.advance(InMemoryApplications.RESPONSE_TIMEOUT);
			assertThat(published).failsWithin(PATIENCE)
				.withThrowableThat()
				.withCauseInstanceOf(QueryTimeoutException.class);
		}

		@Test
		void signalThatIsQueuedCannotBeChecked() {
			CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
			this.transport.failing = true;
			CompletableFuture<SignalResult> queued = this.exporter.signal("start").publishAsync();
			assertThat(queued).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(StackOverflowError.class);
			this.transport.failing = false;
			this.timer.advance(InMemoryApplications.RESPONSE_TIMEOUT);
			assertThat(first).succeedsWithin(PATIENCE);
			assertThat(this.engine.exporters().get(0).subscriptions().publisher().inFlight()).isZero();
		}

	}

	private static final class FailingTransport extends SilentTransport {

		private volatile boolean failing;

		private volatile String refused = "";

		private volatile @Nullable CompletableFuture<?> unconfirmed;

		@Override
		public boolean isConnected() {
			fail();
			return true;
		}

		@Override
		public @Nullable String replyTo(String channel) {
			fail();
			return "address";
		}

		private void fail() {
			if (this.failing && this.unconfirmed == null) {
				throw new IllegalStateException("on purpose");
			}
		}

		@Override
		public void check(Signal signal) {
			if (this.failing && this.unconfirmed == null) {
				throw new StackOverflowError("on purpose");
			}
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (this.refused.equals(signal.event())) {
				throw new StackOverflowError("on purpose");
			}
			CompletableFuture<?> held = this.unconfirmed;
			return (held != null && !Signal.isReserved(signal.event())) ? held : super.send(channel, signal, extension);
		}

	}

	private static final class FailingAppender extends AppenderBase<ILoggingEvent> {

		@Override
		public void doAppend(ILoggingEvent event) {
			throw new IllegalStateException("can't be logged");
		}

		@Override
		protected void append(ILoggingEvent event) {
		}

	}

}
