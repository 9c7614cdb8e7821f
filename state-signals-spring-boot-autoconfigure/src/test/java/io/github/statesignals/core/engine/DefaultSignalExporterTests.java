package io.github.statesignals.core.engine;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.DelegatingListener;
import io.github.statesignals.core.DelegatingTransport;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static io.github.statesignals.core.engine.InMemoryApplications.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.entry;

/**
 * {@link DefaultSignalExporter} in an engine, with a clock that the tests turn and
 * responders that answer as the tests have set.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class DefaultSignalExporterTests {

	private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

	private static final Duration REPUBLISH_INTERVAL = Duration.ofSeconds(1);

	private static final String CHANNEL = "test";

	private static final Duration NANOSECOND = Duration.ofNanos(1);

	private static final Duration FOR_EVER = Duration.ofSeconds(-1);

	private static final Duration CENTURY = Duration.ofDays(36_500);

	private final InMemoryBroker broker = new InMemoryBroker();

	private final ManualTimer timer = new ManualTimer();

	private final ExecutorService executor = Executors
		.newSingleThreadExecutor((task) -> new Thread(task, "engine-executor"));

	private final ExecutorService background = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "background");
		thread.setDaemon(true);
		return thread;
	});

	private final Wire wire = new Wire(this.broker.transport());

	private final Peer peer = new Peer(this.broker.transport());

	private final List<SignalInterceptor> interceptors = new ArrayList<>();

	private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

	private SignalEngine engine = engine(RESPONSE_TIMEOUT);

	private SignalExporter exporter = this.engine.create("conductor");

	@BeforeEach
	void start() {
		this.peer.transport.start(this.peer);
		this.engine.start();
	}

	@AfterEach
	void stop() throws Exception {
		this.wire.sending = this.wire::pass;
		inBackground(() -> this.exporter.shutdown()).get(10, TimeUnit.SECONDS);
		assertThat(this.timer.scheduled()).as("leaked timeouts").isZero();
		this.engine.close();
		this.peer.transport.stop();
		this.background.shutdownNow();
		this.executor.shutdownNow();
	}

	// Initializing

	@Test
	void asksRespondersToSubscribe() {
		this.exporter.initialize("start", "end");
		Signal signal = this.peer.receive();
		assertThat(signal).isEqualTo(new Signal(this.exporter.getPublisherId(), "conductor", Signal.INITIALIZATION,
				"test-host", Signal.NO_SAMPLE, Signal.NO_TAG, Map.of()));
		this.peer.receivesNothing();
		assertThat(this.exporter.getSubscribers()).isEmpty();
	}

	@Test
	void hasTheIdOfItsProcessNameForLife() {
		String id = this.exporter.getPublisherId();
		assertThat(id).matches("conductor-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
		assertThat(this.engine.create("conductor").getPublisherId()).isNotEqualTo(id);
		this.exporter.initialize("start");
		this.exporter.shutdown();
		this.exporter.initialize("start");
		assertThat(this.exporter.getPublisherId()).isEqualTo(id);
		assertThat(this.peer.receive().publisherId()).isEqualTo(id);
		assertThat(this.peer.receive().publisherId()).isEqualTo(id);
		assertThat(this.peer.receive().publisherId()).isEqualTo(id);
	}

	@Test
	void needsAProcessName() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.engine.create(" "))
			.withMessageContaining("state-signals.exporter.process-name");
	}

	@Test
	void namesTheHostThatItWasCreatedWith() {
		SignalExporter other = this.engine.create("conductor", CHANNEL, "bench-host");
		other.initialize("start");
		assertThat(this.peer.receive(Signal.INITIALIZATION).runnerHost()).isEqualTo("bench-host");
		other.publish("start");
		assertThat(this.peer.receive("start").runnerHost()).isEqualTo("bench-host");
		other.shutdown();
		assertThat(this.peer.receive(Signal.SHUTDOWN).runnerHost()).isEqualTo("bench-host");
		assertThatIllegalArgumentException().isThrownBy(() -> this.engine.create("conductor", CHANNEL, " "))
			.withMessageContaining("The runner host of a SignalExporter must not be blank");
	}

	@ParameterizedTest
	@MethodSource("illegalEvents")
	void refusesEventsThatCannotBeLegalAndSendsNothing(String[] events, String problem, String remedy) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.initialize(events))
			.withMessageContaining(problem)
			.withMessageContaining(remedy);
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.initializeAndWait(0, FOR_EVER, events))
			.withMessageContaining(problem)
			.withMessageContaining(remedy);
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.initialization(events))
			.withMessageContaining(problem)
			.withMessageContaining(remedy);
		this.peer.receivesNothing();
		assertThat(this.engine.exporters()).isEmpty();
	}

	static Stream<Arguments> illegalEvents() {
		return Stream.of(arguments("at least one legal event", "name the events that it publishes"),
				arguments("must not be blank", "remove it", ""),
				arguments("must not be blank", "remove it", "a", " \t"),
				arguments("must not be blank", "remove it", (String) null),
				arguments("'a' is named twice", "remove it once", "a", "b", "a"),
				arguments("'initialization' is reserved", "remove it", "a", "initialization"),
				arguments("'shutdown' is reserved", "remove it", "shutdown"));
	}

	private static Arguments arguments(String problem, String remedy, String... events) {
		return Arguments.of(events, problem, remedy);
	}

	@Test
	void refusesBlankExpectedRespondersAndNullArguments() {
		InitializationSpec spec = this.exporter.initialization("start");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.expectedResponders("a", " "))
			.withMessageContaining("expected responder must not be blank");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.tag(null)).withMessageContaining("'tag'");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.initializeAndWait(-1, FOR_EVER))
			.withMessageContaining("must not be negative");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.initializeAndWait(1, null))
			.withMessageContaining("negative one to wait indefinitely");
		this.peer.receivesNothing();
	}

	@Test
	void initializesWithATag() {
		this.exporter.initialization("start").tag("run-7").initialize();
		assertThat(this.peer.receive().tag()).isEqualTo("run-7");
	}

	@Test
	void aResponderThatAnswersIsSubscribed() {
		this.exporter.initialize("start");
		this.peer.receive();
		initializationAnswer("with-ras", 1);
		initializationAnswer("without-ras", null);
		initializationAnswer("with-failure", 0);
		initializationAnswer("with-ras", 1);
		assertThat(this.exporter.getSubscribers()).containsExactlyInAnyOrder("with-ras", "without-ras", "with-failure");
	}

	@Test
	void aResponderOfAnotherPublisherOrEventIsNotSubscribed() {
		this.exporter.initialize("start");
		this.peer.answer(new Response("r", "other", Signal.INITIALIZATION, 1, null));
		this.peer.answer(new Response("r", this.exporter.getPublisherId(), "start", 1, null));
		this.peer.answer(new Response("r", this.exporter.getPublisherId(), Signal.SHUTDOWN, 1, null));
		assertThat(this.exporter.getSubscribers()).isEmpty();
	}

	@Test
	void takesSubscribersAtAnyTimeUntilShutDown() {
		initializationAnswer("too-early", 1);
		initialize("start");
		assertThat(this.exporter.getSubscribers()).isEmpty();
		this.exporter.publish("start");
		initializationAnswer("late", 1);
		assertThat(this.exporter.getSubscribers()).containsExactly("late");
		this.exporter.shutdown();
		initializationAnswer("too-late", 1);
		assertThat(this.exporter.getSubscribers()).isEmpty();
	}

	@Test
	void doesNotHandOutItsSubscribers() {
		initialize("start");
		Set<String> before = this.exporter.getSubscribers();
		initializationAnswer("r1", 1);
		assertThat(before).isEmpty();
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.exporter.getSubscribers().clear());
	}

	@Test
	void expectedRespondersAreSubscribersFromTheStart() {
		this.exporter.initialization("start").expectedResponders("r1", "r2").initialize();
		assertThat(this.exporter.getSubscribers()).containsExactlyInAnyOrder("r1", "r2");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r2", "start", 1);
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(get(result).missing()).containsExactly("r1");
	}

	@Test
	void expectsTheRespondersOfTheSettingsUnlessTheInitializationNamesOthers() {
		use(engine(RESPONSE_TIMEOUT, "configured"));
		this.exporter.initialize("start");
		assertThat(this.exporter.getSubscribers()).containsExactly("configured");
		this.exporter.shutdown();
		this.exporter.initialization("start").expectedResponders("named").initialize();
		assertThat(this.exporter.getSubscribers()).containsExactly("named");
		this.exporter.shutdown();
		this.exporter.initialization("start").expectedResponders().initialize();
		assertThat(this.exporter.getSubscribers()).isEmpty();
	}

	@Test
	void initializingAgainReplacesTheEventsButNotTheSubscribers() {
		initialize("start");
		initializationAnswer("r1", 1);
		initialize("end");
		assertThat(this.exporter.getSubscribers()).containsExactly("r1");
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish("start"))
			.withMessageContaining("initialized with 'end'.");
		CompletableFuture<SignalResult> result = this.exporter.signal("end").publishAsync();
		answer("r1", "end", 1);
		assertThat(get(result).responses()).containsOnlyKeys("r1");
	}

	@Test
	void hasTheLegalEventsOfTheLastInitialization() {
		assertThat(this.exporter.getLegalEvents()).isEmpty();
		this.exporter.initialize("start", "end");
		assertThat(this.exporter.getLegalEvents()).containsExactly("start", "end");
		this.exporter.initialize("end");
		assertThat(this.exporter.getLegalEvents()).containsExactly("end").isUnmodifiable();
	}

	@Test
	void initializingAgainLeavesAPendingPublishAlone() {
		initialize("start");
		initializationAnswer("r1", 1);
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.exporter.initialization("end").expectedResponders("r2").initialize();
		answer("r1", "start", 1);
		assertThat(get(result).responses()).containsOnlyKeys("r1");
	}

	@Test
	void initializingFailsWhenRedisFails() {
		this.wire.sending = (signal) -> failed();
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.exporter.initialize("start"))
			.withMessage(mayHaveBeenSent("initialization", "Redis is disconnected"));
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> this.exporter.initializeAndWait(1, FOR_EVER, "start"))
			.withMessage(mayHaveBeenSent("initialization", "Redis is disconnected"));
		this.wire.sending = (signal) -> {
			throw new DataAccessResourceFailureException("Redis is disconnected");
		};
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.exporter.initialize("start"))
			.withMessage(mayHaveBeenSent("initialization", "Redis is disconnected"));
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void initializingEndsWhenRedisDoesNotConfirmItInTime() throws Exception {
		this.wire.sending = (signal) -> new CompletableFuture<>();
		Future<?> call = inBackground(() -> this.exporter.initialize("start"));
		awaitScheduled(1);
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		assertThat(this.timer.scheduled()).isOne();
		this.timer.advance(NANOSECOND);
		assertThat(failure(call)).isInstanceOf(QueryTimeoutException.class)
			.hasMessageContaining("'initialization' of '" + this.exporter.getPublisherId() + "' within PT20S");
	}

	@Test
	void waitingForSubscribersIsOverInTimeThoughRedisDoesNotConfirm() throws Exception {
		use(engine(FOR_EVER));
		this.wire.sending = (signal) -> new CompletableFuture<>();
		Future<?> call = inBackground(() -> this.exporter.initializeAndWait(1, Duration.ofSeconds(5), "start"));
		awaitScheduled(1);
		this.timer.advance(Duration.ofSeconds(5));
		assertThat(failure(call)).isInstanceOf(QueryTimeoutException.class);
	}

	// Waiting for subscribers

	@Test
	void waitingEndsAsSoonAsTheNumberIsSubscribed() throws Exception {
		Future<Boolean> call = inBackground(() -> this.exporter.initializeAndWait(2, Duration.ofMinutes(1), "start"));
		this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(2);
		initializationAnswer("r1", 1);
		initializationAnswer("r1", 1);
		assertThat(this.timer.scheduled()).isEqualTo(2);
		initializationAnswer("r2", null);
		assertThat(call.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void waitingIsOverAtOnceWhereEnoughAreSubscribedAlready() {
		assertThat(this.exporter.initializeAndWait(0, FOR_EVER, "start")).isTrue();
		initializationAnswer("r1", 1);
		assertThat(this.exporter.initializeAndWait(1, FOR_EVER, "start")).isTrue();
		assertThat(this.exporter.initialization("start").expectedResponders("r2").initializeAndWait(2, FOR_EVER))
			.isTrue();
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receive(Signal.INITIALIZATION);
		this.timer.advance(CENTURY);
		this.peer.receivesNothing();
	}

	@Test
	void waitingEndsWhenTheTimeoutHasPassedAndNotEarlier() throws Exception {
		Future<Boolean> call = inBackground(() -> this.exporter.initializeAndWait(2, Duration.ofMinutes(1), "start"));
		awaitScheduled(2);
		initializationAnswer("r1", 1);
		this.timer.advance(Duration.ofMinutes(1).minus(NANOSECOND));
		assertThat(this.timer.scheduled()).isEqualTo(2);
		assertThat(call).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(call.get(10, TimeUnit.SECONDS)).isFalse();
		assertThat(this.exporter.getSubscribers()).containsExactly("r1");
	}

	@Test
	void waitsIndefinitelyWithANegativeTimeout() throws Exception {
		Future<Boolean> call = inBackground(
				() -> this.exporter.initialization("start").initializeAndWait(1, Duration.ofNanos(-1)));
		awaitScheduled(1);
		for (int i = 0; i < 1_000; i++) {
			this.timer.advance(REPUBLISH_INTERVAL);
		}
		assertThat(this.timer.scheduled()).isOne();
		assertThat(call).isNotDone();
		initializationAnswer("r1", 1);
		assertThat(call.get(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void asksLateRespondersAgainAtTheIntervalUntilTheWaitIsOver() throws Exception {
		Future<Boolean> call = inBackground(
				() -> this.exporter.initialization("start").tag("run-7").initializeAndWait(1, CENTURY));
		Signal first = this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(2);
		this.timer.advance(REPUBLISH_INTERVAL.minus(NANOSECOND));
		this.peer.receivesNothing();
		this.timer.advance(NANOSECOND);
		assertThat(this.peer.receive()).isEqualTo(first);
		this.peer.receivesNothing();
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(3));
		assertThat(Stream.generate(this.peer::receive).limit(3)).containsOnly(first);
		this.peer.receivesNothing();
		initializationAnswer("late", 1);
		assertThat(call.get(10, TimeUnit.SECONDS)).isTrue();
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(10));
		this.peer.receivesNothing();
	}

	@Test
	void doesNotAskAgainWhenTheWaitWasInVain() throws Exception {
		Future<Boolean> call = inBackground(
				() -> this.exporter.initializeAndWait(1, REPUBLISH_INTERVAL.minus(NANOSECOND), "start"));
		this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(2);
		this.timer.advance(REPUBLISH_INTERVAL.minus(NANOSECOND));
		assertThat(call.get(10, TimeUnit.SECONDS)).isFalse();
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(10));
		this.peer.receivesNothing();
	}

	@Test
	void asksOnceWithoutARepublishInterval() throws Exception {
		InitializationSpec once = this.exporter.initialization("start").republishInterval(Duration.ZERO);
		Future<Boolean> call = inBackground(() -> once.initializeAndWait(1, FOR_EVER));
		this.peer.receive(Signal.INITIALIZATION);
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(10));
		this.peer.receivesNothing();
		assertThat(call).isNotDone();
		initializationAnswer("r1", 1);
		assertThat(call.get(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void asksAgainAtTheIntervalOfTheSpec() throws Exception {
		InitializationSpec spec = this.exporter.initialization("start").republishInterval(Duration.ofMinutes(1));
		assertThatIllegalArgumentException().isThrownBy(() -> spec.republishInterval(FOR_EVER))
			.withMessageContaining("use zero");
		Future<Boolean> call = inBackground(() -> spec.initializeAndWait(1, Duration.ofMinutes(2)));
		Signal first = this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(2);
		this.timer.advance(Duration.ofMinutes(1).minus(NANOSECOND));
		this.peer.receivesNothing();
		this.timer.advance(NANOSECOND);
		assertThat(this.peer.receive()).isEqualTo(first);
		this.timer.advance(Duration.ofMinutes(1));
		assertThat(call.get(10, TimeUnit.SECONDS)).isFalse();
	}

	@Test
	void goesOnAskingWhenRedisFailsMeanwhile() throws Exception {
		Future<Boolean> call = inBackground(() -> this.exporter.initializeAndWait(1, FOR_EVER, "start"));
		this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(1);
		this.wire.sending = (signal) -> failed();
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(3));
		this.wire.sending = (signal) -> {
			throw new IllegalStateException("broken");
		};
		this.timer.advance(REPUBLISH_INTERVAL);
		this.wire.sending = this.wire::pass;
		this.peer.receivesNothing();
		this.timer.advance(REPUBLISH_INTERVAL);
		this.peer.receive(Signal.INITIALIZATION);
		initializationAnswer("late", 1);
		assertThat(call.get(10, TimeUnit.SECONDS)).isTrue();
		// The application has missed those that failed, and is notified of more in a
		// second.
		this.timer.advance(MissedSignals.INTERVAL);
	}

	@Test
	void waitingForSubscribersIsInterruptible() throws Exception {
		AtomicReference<Thread> thread = new AtomicReference<>();
		AtomicReference<Boolean> flag = new AtomicReference<>();
		Future<?> call = inBackground(() -> {
			thread.set(Thread.currentThread());
			try {
				this.exporter.initializeAndWait(1, FOR_EVER, "start");
			}
			finally {
				flag.set(Thread.currentThread().isInterrupted());
			}
		});
		this.peer.receive(Signal.INITIALIZATION);
		awaitScheduled(1);
		thread.get().interrupt();
		assertThat(failure(call)).isInstanceOf(IllegalStateException.class).hasMessageContaining("Interrupted");
		assertThat(flag).hasValue(true);
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(10));
		this.peer.receivesNothing();
		initializationAnswer("late", 1);
		assertThat(this.exporter.getSubscribers()).containsExactly("late");
	}

	@Test
	void waitingForSubscribersFailsWhenTheExporterIsShutDown() throws Exception {
		Future<?> call = inBackground(() -> this.exporter.initializeAndWait(1, CENTURY, "start"));
		awaitScheduled(2);
		this.exporter.shutdown();
		assertThat(failure(call)).isInstanceOf(IllegalStateException.class)
			.hasMessageContaining(this.exporter.getPublisherId())
			.hasMessageContaining("shut down");
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receive(Signal.SHUTDOWN);
		this.timer.advance(REPUBLISH_INTERVAL.multipliedBy(10));
		this.peer.receivesNothing();
	}

	@Test
	void severalMayWaitEachForItsOwnNumber() throws Exception {
		Future<Boolean> two = inBackground(() -> this.exporter.initializeAndWait(2, FOR_EVER, "start"));
		awaitScheduled(1);
		Future<Boolean> one = inBackground(() -> this.exporter.initializeAndWait(1, CENTURY, "start"));
		awaitScheduled(3);
		initializationAnswer("r1", 1);
		assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(two).isNotDone();
		initializationAnswer("r2", 1);
		assertThat(two.get(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void expectedRespondersEndAnothersWait() throws Exception {
		Future<Boolean> one = inBackground(() -> this.exporter.initializeAndWait(1, FOR_EVER, "start"));
		awaitScheduled(1);
		this.exporter.initialization("start").expectedResponders("r1").initialize();
		assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void expectedRespondersEndAnothersWaitAndOnesOwn() throws Exception {
		Future<Boolean> one = inBackground(() -> this.exporter.initializeAndWait(1, FOR_EVER, "start"));
		awaitScheduled(1);
		assertThat(this.exporter.initialization("start").expectedResponders("r1").initializeAndWait(1, FOR_EVER))
			.isTrue();
		assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
	}

	// Publishing

	@Test
	void sendsTheValuesOfTheSpec() {
		initialize("start");
		Map<String, Object> metadata = new LinkedHashMap<>();
		metadata.put("z", null);
		metadata.put("a", List.of(1, Map.of("deep", true)));
		this.exporter.signal("start")
			.tag("run-7")
			.sampleNo(0)
			.metadata("uuid", "u1")
			.metadata(metadata)
			.payload(new Run("fio", 3))
			.publish();
		Signal signal = this.peer.receive();
		assertThat(signal.publisherId()).isEqualTo(this.exporter.getPublisherId());
		assertThat(signal.processName()).isEqualTo("conductor");
		assertThat(signal.event()).isEqualTo("start");
		assertThat(signal.runnerHost()).isEqualTo("test-host");
		assertThat(signal.tag()).isEqualTo("run-7");
		assertThat(signal.sampleNo()).isZero();
		assertThat(signal.metadata()).containsExactly(entry("uuid", "u1"), entry("z", null),
				entry("a", List.of(1, Map.of("deep", true))), entry("name", "fio"), entry("samples", 3));
	}

	@Test
	void sendsTheDefaultsThatTheSpecDoesNotReplace() {
		initialize("start");
		this.exporter.publish("start");
		assertThat(this.peer.receive()).isEqualTo(new Signal(this.exporter.getPublisherId(), "conductor", "start",
				"test-host", Signal.NO_SAMPLE, Signal.NO_TAG, Map.of()));
	}

	@Test
	void sendsTheValuesThatTheSpecHasAtThatMoment() {
		initialize("start");
		SignalSpec spec = this.exporter.signal("start").metadata("n", 1);
		spec.publish();
		spec.metadata("n", 2).tag("second").publish();
		assertThat(this.peer.receive().metadata()).containsEntry("n", 1);
		assertThat(this.peer.receive()).extracting(Signal::tag, Signal::metadata)
			.containsExactly("second", Map.of("n", 2));
	}

	@Test
	void refusesNullsInTheSpec() {
		SignalSpec spec = this.exporter.signal("start");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.tag(null)).withMessageContaining("'tag'");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.timeout(null))
			.withMessageContaining("negative one to wait indefinitely");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.payload(null)).withMessageContaining("'payload'");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata(null, 1)).withMessageContaining("key");
		Map<String, Integer> map = Collections.singletonMap(null, 1);
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata(map)).withMessageContaining("key");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.payload(map)).withMessageContaining("key");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("shards", List.of(map)))
			.withMessage("'shards[0]' has a key that is null: name it, or leave its entry out");
	}

	@Test
	void succeedsWhenAllSucceeded() {
		subscribed("r1", "r2");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.timer.advance(Duration.ofMillis(3));
		this.peer.answer(response("r2", "start", 1, "done"));
		this.timer.advance(Duration.ofMillis(4));
		settle();
		assertThat(result).isNotDone();
		this.peer.answer(response("r1", "start", 1, null));
		assertThat(get(result)).isEqualTo(new SignalResult(ResultCode.ALL_SUBS_SUCCESS,
				Map.of("r2", new Answer(1, "done", Duration.ofMillis(3), true), "r1",
						new Answer(1, null, Duration.ofMillis(7), true)),
				Map.of("r2", "done"), Set.of(), Duration.ofMillis(7), Set.of(), Set.of(), false, null));
		assertThat(get(result).isSuccess()).isTrue();
		assertThat(get(result).acted()).containsExactly("r2", "r1");
		assertThat(get(result).responses().keySet()).containsExactly("r2", "r1");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2, -1 })
	void failsWhenOneDidNotSucceed(int ras) {
		subscribed("r1", "r2");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.peer.answer(response("r1", "start", ras, "out of disk"));
		answer("r2", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(get(result).messages()).containsExactly(entry("r1", "out of disk"));
	}

	@Test
	void respondersThatHaveNotAnsweredAtTheTimeoutAreMissing() {
		subscribed("r3", "r1", "r4", "r2");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 0);
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		settle();
		assertThat(result).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(get(result).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(result).missing()).containsExactly("r3", "r4", "r2");
		assertThat(get(result).responses()).containsOnlyKeys("r1");
		assertThat(get(result).elapsed()).isEqualTo(RESPONSE_TIMEOUT);
	}

	@Test
	void countsTheAnswerOfTheLastNanosecond() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		answer("r1", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void hasTheTimeoutOfTheSpec() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").timeout(NANOSECOND).publishAsync();
		settle();
		assertThat(result).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(get(result).elapsed()).isEqualTo(NANOSECOND);
		CompletableFuture<SignalResult> longer = this.exporter.signal("start")
			.timeout(RESPONSE_TIMEOUT.plus(NANOSECOND))
			.publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT);
		settle();
		assertThat(longer).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(get(longer).missing()).containsExactly("r1");
	}

	@Test
	void awaitsTheConfirmationAndNoAnswerWithATimeoutOfZero() {
		subscribed("r1", "r2");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> result = this.exporter.signal("start").timeout(Duration.ZERO).publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		answer("r2", "start", 1);
		assertThat(result).isNotDone();
		sent.complete(null);
		assertThat(get(result).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(result).missing()).containsExactly("r1");
		assertThat(get(result).acted()).containsExactly("r2");
		assertThat(this.exporter.getSubscribers()).containsExactly("r1", "r2");
	}

	@Test
	void answerToAPublishThatAwaitsNoneDoesNotCountForTheNextOne() {
		subscribed("r1");
		for (int i = 0; i < 2; i++) {
			get(this.exporter.signal("start").timeout(Duration.ZERO).publishAsync());
		}
		assertLateSuccessesDoNotCount(2);
	}

	private void assertLateSuccessesDoNotCount(int late) {
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		for (int i = 0; i < late; i++) {
			answer("r1", "start", 1);
		}
		settle();
		assertThat(next).isNotDone();
		answer("r1", "start", 0);
		assertThat(get(next).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void answerToAPublishThatACompletionRuleEndedDoesNotCountForTheNextOne() {
		subscribed("fast", "slow");
		CompletableFuture<SignalResult> first = this.exporter.signal("start")
			.until(CompletionRule.first())
			.publishAsync();
		answer("fast", "start", 1);
		assertThat(get(first).missing()).containsExactly("slow");
		CompletableFuture<SignalResult> next = this.exporter.signal("start")
			.until(CompletionRule.first())
			.publishAsync();
		answer("slow", "start", 1);
		settle();
		assertThat(next).isNotDone();
		answer("fast", "start", 0);
		answer("slow", "start", 0);
		assertThat(get(next).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void answerToAPublishThatWasCancelledDoesNotCountForTheNextOne() {
		subscribed("r1");
		this.exporter.signal("start").publishAsync().cancel(false);
		assertLateSuccessesDoNotCount(1);
	}

	@Test
	void noAnswerIsExpectedToAPublishThatWasCancelledUnconfirmed() {
		subscribed("r1");
		this.wire.sending = (signal) -> new CompletableFuture<>();
		this.exporter.signal("start").publishAsync().cancel(false);
		this.wire.sending = this.wire::pass;
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void answerThatNoPublishAwaitedIsExpectedForTheTimeoutOfResponses() {
		subscribed("r1");
		get(this.exporter.signal("start").timeout(Duration.ZERO).publishAsync());
		this.timer.advance(RESPONSE_TIMEOUT);
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void answerToAPublishWithoutATimeoutIsExpectedForAnHour() {
		subscribed("fast", "r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start")
			.timeout(Duration.ofSeconds(-1))
			.until(CompletionRule.first())
			.publishAsync();
		answer("fast", "start", 1);
		assertThat(get(first).missing()).containsExactly("r1");
		this.timer.advance(Duration.ofMinutes(59));
		CompletableFuture<SignalResult> next = this.exporter.signal("start")
			.until(CompletionRule.first())
			.publishAsync();
		answer("r1", "start", 1);
		settle();
		assertThat(next).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(next).acted()).containsExactly("r1");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerIsExpectedToAPublishThatFailedUnlessItWasNotSent(boolean unsent) {
		subscribed("r1");
		DataAccessException failure = unsent ? new SignalNotSentException("No", null) : new QueryTimeoutException("No");
		publishWithFailure(failure, () -> {
		});
		assertLateSuccessesDoNotCount(unsent ? 0 : 1);
	}

	private void publishWithFailure(DataAccessException failure, Runnable before) {
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> failed = this.exporter.signal("start").publishAsync();
		before.run();
		sent.completeExceptionally(failure);
		awaiting().until(failed::isCompletedExceptionally);
		this.wire.sending = this.wire::pass;
	}

	@Test
	void answerIsExpectedToAPublishThatFailedAlthoughAnotherResponderHadAnswered() {
		subscribed("fast", "slow");
		publishWithFailure(new QueryTimeoutException("No"), () -> {
			answer("fast", "start", 1);
			settle();
		});
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("slow", "start", 1);
		answer("fast", "start", 1);
		settle();
		assertThat(next).isNotDone();
		answer("slow", "start", 0);
		assertThat(get(next).failed()).containsExactly("slow");
	}

	@Test
	void answerIsExpectedForTheTimeoutOfItsPublishAndNotOfTheNextOne() {
		subscribed("fast", "slow");
		for (Duration timeout : List.of(Duration.ofMinutes(10), Duration.ofSeconds(1))) {
			CompletableFuture<SignalResult> early = this.exporter.signal("start")
				.timeout(timeout)
				.until(CompletionRule.first())
				.publishAsync();
			answer("fast", "start", 1);
			assertThat(get(early).missing()).containsExactly("slow");
		}
		this.timer.advance(Duration.ofMinutes(5));
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("slow", "start", 1);
		answer("fast", "start", 1);
		settle();
		assertThat(next).isNotDone();
		answer("slow", "start", 1);
		answer("slow", "start", 0);
		assertThat(get(next).failed()).containsExactly("slow");
	}

	@Test
	void listenersOfResultsAreCalledWithoutALock() {
		subscribed("python");
		AtomicInteger calls = new AtomicInteger();
		this.engine.counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
				if (legalEvents.size() > 1) {
					call(() -> DefaultSignalExporterTests.this.exporter.initialize("nested"));
				}
			}

			@Override
			public void onResult(String channel, String event, @Nullable SignalResult result,
					@Nullable Throwable failure) {
				if (!event.equals("nested")) {
					call(() -> DefaultSignalExporterTests.this.exporter.signal("nested")
						.timeout(Duration.ZERO)
						.publishAsync());
				}
			}

			// Another thread needs the locks of the exporter.
			private void call(Runnable other) {
				try {
					inBackground(other).get(10, TimeUnit.SECONDS);
					calls.incrementAndGet();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}

		});
		this.exporter.initialize("start", "end", "nested");
		assertThat(calls).as("initialized").hasValue(1);
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		assertThat(this.exporter.signal("start").metadata("text", "x".repeat(9_000_000)).publishAsync())
			.failsWithin(Duration.ofSeconds(20));
		assertThat(calls).as("too large").hasValue(2);
		List<Future<SignalResult>> queued = List.of(
				inBackground(() -> this.exporter.signal("start").requires("missing").publish()),
				inBackground(() -> this.exporter.signal("start").until((awaited) -> {
					throw new IllegalStateException("no rule");
				}).publish()), inBackground(() -> {
					this.wire.sending = (signal) -> failed();
					return this.exporter.signal("end").publish();
				}));
		awaiting().until(() -> this.exporter instanceof DefaultSignalExporter known
				&& known.subscriptions().publisher().queued() == 2 && queued.get(2).isDone());
		assertThat(calls).as("not sent").hasValue(3);
		this.wire.sending = this.wire::pass;
		answer("python", "start", 1);
		get(first);
		queued.forEach((publish) -> awaiting().until(publish::isDone));
		assertThat(calls).hasValue(6);
	}

	@Test
	void failsWithATimeoutOfZeroWhenRedisDoesNotConfirmIt() {
		subscribed("r1");
		this.wire.sending = (signal) -> new CompletableFuture<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("start").timeout(Duration.ZERO).publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		settle();
		assertThat(result).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(failure(result)).isInstanceOf(QueryTimeoutException.class)
			.hasMessageContaining("within PT20S: it may have been sent");
	}

	@Test
	void awaitsAnswersIndefinitelyByTheSpec() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start")
			.timeout(Duration.ofNanos(-1))
			.publishAsync();
		assertThat(this.timer.scheduled()).isZero();
		this.timer.advance(CENTURY);
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).elapsed()).isEqualTo(CENTURY);
	}

	@Test
	void awaitsAnswersIndefinitelyByTheSettings() {
		use(engine(FOR_EVER, "r1"));
		initialize("start");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.timer.advance(CENTURY);
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void doesNotCountAnAnswerWithoutRas() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", null);
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void doesNotCountTheAnswerOfAnUnknownResponderAndStoresItsMessage(CapturedOutput output) {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.peer.answer(response("stranger", "start", 0, "me too"));
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(get(result).responses()).containsOnlyKeys("r1");
		assertThat(get(result).messages()).containsExactly(entry("stranger", "me too"));
		assertThat(output).contains("WARN").contains("'stranger'").doesNotContain("me too");
	}

	@Test
	void doesNotCountASecondAnswerAndStoresItsMessage(CapturedOutput output) {
		subscribed("r1", "r2");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		this.peer.answer(response("r1", "start", 0, "or not"));
		settle();
		assertThat(result).isNotDone();
		answer("r2", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(get(result).messages()).containsExactly(entry("r1", "or not"));
		assertThat(output).contains("WARN").contains("'r1'").contains("the responder has already answered");
	}

	@Test
	void doesNotCountAnswersToOthers() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "end", 1);
		answer("r1", "START", 1);
		this.peer.answer(new Response("r1", "conductor", "start", 1, null));
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void doesNotAwaitResponderThatSubscribesMeanwhile() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		initializationAnswer("late", 1);
		answer("r1", "start", 1);
		assertThat(get(result).responses()).containsOnlyKeys("r1");
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		settle();
		assertThat(next).isNotDone();
		answer("late", "start", 1);
		assertThat(get(next).responses()).containsOnlyKeys("r1", "late");
	}

	@Test
	void ignoresTheLateAnswerToAnEndedPublish() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT);
		answer("r1", "start", 1);
		assertThat(get(result).missing()).containsExactly("r1");
	}

	@Test
	void endsAtOnceAndWithoutSuccessIfNoResponderIsSubscribed() {
		initialize("start");
		SignalResult result = this.exporter.publish("start");
		assertThat(result).isEqualTo(new SignalResult(ResultCode.ALL_SUBS_SUCCESS, Map.of(), Map.of(), Set.of(),
				Duration.ZERO, Set.of(), Set.of(), false, null));
		assertThat(result.isSuccess()).isFalse();
		assertThat(result).asString().startsWith("SignalResult[success=false, code=ALL_SUBS_SUCCESS, responses={}, ");
		assertThat(result.awaited()).isZero();
		this.peer.receive("start");
	}

	@Test
	void waitsForRedisIfNoResponderIsSubscribed() {
		initialize("start");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		settle();
		assertThat(result).isNotDone();
		sent.complete(null);
		assertThat(get(result).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void doesNotWaitForRedisWhereAllHaveAnswered() {
		subscribed("r1");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
		sent.complete(null);
	}

	@Test
	void signalThatIsTooLargeFailsBeforeItIsQueued() {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> large = this.exporter.signal("start")
			.metadata("x", "x".repeat(10_000_000))
			.publishAsync();
		assertThat(failure(large)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("state-signals.protocol.max-payload");
		assertThat(first).isNotDone();
		CompletableFuture<SignalResult> next = this.exporter.signal("start").sampleNo(2).publishAsync();
		answer("r1", "start", 1);
		assertThat(get(first).isSuccess()).isTrue();
		this.peer.receive();
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void publishesOneEventOneAfterTheOther() {
		subscribed("r1");
		List<CompletableFuture<SignalResult>> results = IntStream.range(0, 3)
			.mapToObj((number) -> this.exporter.signal("start").sampleNo(number).publishAsync())
			.toList();
		assertThat(this.peer.receive().sampleNo()).isZero();
		this.peer.receivesNothing();
		answer("r1", "start", 1);
		assertThat(get(results.get(0)).isSuccess()).isTrue();
		assertThat(this.peer.receive().sampleNo()).isOne();
		this.peer.receivesNothing();
		settle();
		assertThat(results.get(1)).isNotDone();
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(get(results.get(1)).missing()).containsExactly("r1");
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		// Its time began when it was sent, and so did the set of those that it awaits.
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		settle();
		assertThat(results.get(2)).isNotDone();
		answer("r1", "start", 0);
		assertThat(get(results.get(2)).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(get(results.get(2)).elapsed()).isEqualTo(RESPONSE_TIMEOUT.minus(NANOSECOND));
	}

	@Test
	void awaitsTheSubscribersOfTheMomentAtWhichItIsSent() {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").publishAsync();
		initializationAnswer("r2", 1);
		answer("r1", "start", 1);
		assertThat(get(first).responses()).containsOnlyKeys("r1");
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(get(second).missing()).containsExactly("r1", "r2");
	}

	@Test
	void publishesDifferentEventsSideBySide() {
		subscribed("r1", "r2");
		CompletableFuture<SignalResult> start = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> end = this.exporter.signal("end").publishAsync();
		this.peer.receive("start");
		this.peer.receive("end");
		answer("r1", "start", 1);
		answer("r1", "end", 0);
		answer("r2", "end", 1);
		assertThat(get(end).code()).isEqualTo(ResultCode.SUB_FAILED);
		settle();
		assertThat(start).isNotDone();
		answer("r2", "start", 1);
		assertThat(get(start).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void endsALongQueueOneAfterTheOther() {
		initialize("start");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> (signal.sampleNo() == 0) ? sent : CompletableFuture.completedFuture(null);
		List<CompletableFuture<SignalResult>> results = IntStream.range(0, 5_000)
			.mapToObj((number) -> this.exporter.signal("start").sampleNo(number).publishAsync())
			.toList();
		settle();
		assertThat(results).noneMatch(CompletableFuture::isDone);
		sent.complete(null);
		settle();
		assertThat(results).allMatch((result) -> result.join().code() == ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void publishesUncheckedBeforeItIsInitialized(CapturedOutput output) {
		use(engine(RESPONSE_TIMEOUT, "expected"));
		SignalResult result = this.exporter.publish("anything");
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).isEmpty();
		this.peer.receive("anything");
		assertThat(output).contains("WARN")
			.contains("Publishing 'anything' of exporter '" + this.exporter.getPublisherId() + "'")
			.contains("not initialized")
			.contains("state-signals.exporter.legal-events")
			.contains("Call initialize(\"anything\") first");
	}

	@Test
	void refusesAnEventThatIsNotLegalAndSendsNothing() {
		initialize("start", "end");
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish("strat"))
			.withMessageContaining("'strat'")
			.withMessageContaining("initialized with 'start', 'end'.")
			.withMessageContaining("Name it there");
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.signal("strat").publishAsync());
		this.peer.receivesNothing();
		assertThat(this.exporter.publish("start").code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@ParameterizedTest
	@ValueSource(strings = { Signal.INITIALIZATION, Signal.SHUTDOWN })
	void refusesReservedEventsAndSendsNothing(String event) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish(event))
			.withMessageContaining("'" + event + "' is reserved: call SignalExporter.");
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.signal(event).publishAsync());
		initialize("start");
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish(event));
		this.peer.receivesNothing();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void refusesBlankEvents(String event) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.signal(event))
			.withMessageContaining("must not be blank");
	}

	@Test
	void exportersDoNotReceiveEachOthersAnswers() {
		subscribed("r1");
		SignalExporter other = this.engine.create("conductor");
		other.initialization("start").expectedResponders("r1").initialize();
		this.peer.receive(Signal.INITIALIZATION);
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> others = other.signal("start").publishAsync();
		this.peer.answer(new Response("r1", other.getPublisherId(), "start", 1, null));
		assertThat(get(others).isSuccess()).isTrue();
		settle();
		assertThat(result).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	// Publishing, with options

	@Test
	void endsWhenTheRuleIsFulfilled() {
		subscribed("r1", "r2", "r3");
		CompletableFuture<SignalResult> result = this.exporter.signal("start")
			.until(CompletionRule.quorum())
			.publishAsync();
		answer("r1", "start", 0);
		answer("r2", "start", 1);
		settle();
		assertThat(result).isNotDone();
		answer("r3", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void publishWithAnInterceptorEndsAlthoughTheExecutorRefusesTasks() {
		this.interceptors.add(new LabellingInterceptor());
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.peer.receive("start");
		this.executor.shutdown();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void ruleThatThrowsFailsThePublishAndLetsTheNextOneGo() throws Exception {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> broken = this.exporter.signal("start").until((awaited) -> {
			throw new IllegalStateException("broken, on purpose");
		}).publishAsync();
		CompletableFuture<SignalResult> next = this.exporter.signal("start").sampleNo(3).publishAsync();
		this.peer.receive("start");
		answer("r1", "start", 1);
		assertThat(get(first).isSuccess()).isTrue();
		assertThat(failure(broken)).hasMessage("broken, on purpose");
		assertThat(this.peer.receive().sampleNo()).isEqualTo(3);
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void sendsNothingWithoutTheRespondersItRequiresAndLetsTheNextOneGo() {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> refused = this.exporter.signal("start")
			.requires("z", "r1", "a", "m")
			.publishAsync();
		CompletableFuture<SignalResult> next = this.exporter.signal("start").requires("r1").sampleNo(3).publishAsync();
		this.peer.receive("start");
		answer("r1", "start", 1);
		assertThat(get(first).isSuccess()).isTrue();
		assertThat(get(refused).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(refused).missing()).containsExactly("z", "a", "m");
		assertThat(this.peer.receive().sampleNo()).isEqualTo(3);
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void requiresRespondersByTheirNamesOrIds() {
		String id = ResponderIds.create("cpu");
		subscribed(id);
		CompletableFuture<SignalResult> result = this.exporter.signal("start").requires("cpu", id).publishAsync();
		answer(id, "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void notifiesOfEachAnswerThatCountsOnTheExecutor() {
		subscribed("r1", "r2");
		List<String> told = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<SignalResult> result = this.exporter.signal("start").onResponse((responderId, answer) -> {
			told.add(responderId + " " + answer.ras() + " on " + Thread.currentThread().getName());
			throw new IllegalStateException("broken, on purpose");
		}).publishAsync();
		answer("stranger", "start", 1);
		answer("r2", "start", 0);
		answer("r2", "start", 1);
		answer("r1", "start", null);
		settle();
		assertThat(told).containsExactly("r2 0 on engine-executor");
		answer("r1", "start", 1);
		assertThat(get(result).code()).isEqualTo(ResultCode.SUB_FAILED);
		awaiting().untilAsserted(
				() -> assertThat(told).containsExactly("r2 0 on engine-executor", "r1 1 on engine-executor"));
	}

	// Publishing, through interceptors

	@Test
	void cancellingReachesThroughInterceptors() {
		this.interceptors.add(new LabellingInterceptor());
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").timeout(FOR_EVER).publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
		assertThat(this.peer.receive().tag()).isEqualTo("intercepted");
		first.cancel(false);
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		answer("r1", "start", 1);
		answer("r1", "start", 1);
		assertThat(get(second).isSuccess()).isTrue();
	}

	@Test
	void interruptionReachesThroughInterceptors() {
		this.interceptors.add(new LabellingInterceptor());
		subscribed("r1");
		Thread.currentThread().interrupt();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.exporter.signal("start").timeout(FOR_EVER).sampleNo(1).publish());
		assertThat(Thread.interrupted()).isTrue();
		CompletableFuture<SignalResult> next = this.exporter.signal("start").sampleNo(2).publishAsync();
		assertThat(this.peer.receive().sampleNo()).isEqualTo(1);
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		answer("r1", "start", 1);
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	// Publishing, blocking

	@Test
	void blocksUntilTheLastHasAnswered() throws Exception {
		subscribed("r1");
		Future<SignalResult> call = inBackground(() -> this.exporter.publish("start"));
		this.peer.receive("start");
		assertThat(call).isNotDone();
		answer("r1", "start", 1);
		assertThat(call.get(10, TimeUnit.SECONDS).isSuccess()).isTrue();
	}

	@Test
	void interruptedPublishEndsAndLetsTheNextOneGo() throws Exception {
		subscribed("r1");
		AtomicReference<Boolean> flag = new AtomicReference<>();
		AtomicReference<Thread> thread = new AtomicReference<>();
		Future<?> call = inBackground(() -> {
			thread.set(Thread.currentThread());
			try {
				this.exporter.publish("start");
			}
			finally {
				flag.set(Thread.currentThread().isInterrupted());
			}
		});
		this.peer.receive("start");
		CompletableFuture<SignalResult> next = this.exporter.signal("start").tag("next").publishAsync();
		this.peer.receivesNothing();
		thread.get().interrupt();
		assertThat(failure(call)).isInstanceOf(IllegalStateException.class).hasMessageContaining("Interrupted");
		assertThat(flag).hasValue(true);
		assertThat(this.peer.receive().tag()).isEqualTo("next");
		answer("r1", "start", 1);
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void threadThatIsInterruptedAlreadyDoesNotWait() {
		subscribed("r1");
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> this.exporter.publish("start"))
			.withMessage("Interrupted while waiting for the outcome of 'start', which may have been sent");
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.timer.scheduled()).isZero();
	}

	// Publishing, not blocking

	@Test
	void completesOnTheExecutorAndNeverOnTheTransportsThread() throws Exception {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		CompletableFuture<String> thread = result.thenApply((value) -> Thread.currentThread().getName());
		answer("r1", "start", 1);
		assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("engine-executor");
	}

	@Test
	void timesOutOnTheExecutorAndNotOnTheTimersThread() throws Exception {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		CompletableFuture<String> thread = result.thenApply((value) -> Thread.currentThread().getName());
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("engine-executor");
	}

	@Test
	void failsOnTheExecutorAndNotOnTheTransportsThread() throws Exception {
		subscribed("r1");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		CompletableFuture<String> thread = result.handle((value, ex) -> Thread.currentThread().getName());
		sent.completeExceptionally(new DataAccessResourceFailureException("Redis is disconnected"));
		assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("engine-executor");
	}

	@Test
	void completesOnTheExecutorWithAnyFutureOfAnInterceptor() throws Exception {
		CompletableFuture<SignalResult> intercepted = new CompletableFuture<>();
		this.interceptors.add(new SignalInterceptor() {

			@Override
			public CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing publisher) {
				publisher.proceed(signal);
				return intercepted.thenApply((result) -> result);
			}

		});
		initialize("start");
		CompletableFuture<String> completed = this.exporter.signal("start")
			.publishAsync()
			.handle((result, ex) -> ex + " on " + Thread.currentThread().getName());
		intercepted.completeExceptionally(new IllegalStateException("on purpose"));
		assertThat(completed.get(10, TimeUnit.SECONDS))
			.isEqualTo("java.lang.IllegalStateException: on purpose on engine-executor");
	}

	@Test
	void mayPublishAgainFromTheCompletionOfAPublish() {
		subscribed("r1");
		CompletableFuture<SignalResult> second = this.exporter.signal("start")
			.publishAsync()
			.thenCompose((result) -> this.exporter.signal("start").sampleNo(2).publishAsync());
		answer("r1", "start", 1);
		this.peer.receive("start");
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		answer("r1", "start", 0);
		assertThat(get(second).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void cancellingEndsTheWaitAndLetsTheNextOneGo() {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
		this.peer.receive("start");
		this.peer.receivesNothing();
		assertThat(first.cancel(true)).isTrue();
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		assertThat(this.timer.scheduled()).isOne();
		answer("r1", "start", 1);
		answer("r1", "start", 1);
		assertThat(get(second).isSuccess()).isTrue();
		assertThat(first).isCancelled();
	}

	// As orTimeout and completeOnTimeout do.
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void completingTheFutureEndsTheWait(boolean intercepted) {
		if (intercepted) {
			this.interceptors.add(new LabellingInterceptor());
		}
		subscribed("r1");
		List<Consumer<CompletableFuture<SignalResult>>> completions = List.of(
				(future) -> future.completeExceptionally(new TimeoutException()), (future) -> future.complete(null),
				(future) -> future.completeAsync(() -> null), (future) -> future.completeAsync(() -> {
					throw new IllegalStateException("on purpose");
				}), (future) -> future.obtrudeValue(null), (future) -> future.obtrudeException(new TimeoutException()));
		for (Consumer<CompletableFuture<SignalResult>> completion : completions) {
			CompletableFuture<SignalResult> first = this.exporter.signal("start").timeout(FOR_EVER).publishAsync();
			CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
			this.peer.receive("start");
			this.peer.receivesNothing();
			completion.accept(first);
			assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
			answer("r1", "start", 1);
			answer("r1", "start", 1);
			assertThat(get(second).isSuccess()).isTrue();
			assertThat(first).isDone().isNotCancelled();
		}
	}

	@Test
	void cancellingAPublishThatWasNotSentPreventsTheSending() {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
		CompletableFuture<SignalResult> third = this.exporter.signal("start").sampleNo(3).publishAsync();
		this.peer.receive("start");
		second.cancel(false);
		settle();
		assertThat(first).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(first).isSuccess()).isTrue();
		assertThat(this.peer.receive().sampleNo()).isEqualTo(3);
		answer("r1", "start", 1);
		assertThat(get(third).isSuccess()).isTrue();
		this.peer.receivesNothing();
	}

	@Test
	void cancellingAnEndedPublishChangesNothing() {
		subscribed("r1");
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		assertThat(get(result).isSuccess()).isTrue();
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		assertThat(result.cancel(true)).isFalse();
		settle();
		assertThat(next).isNotDone();
		next.cancel(false);
	}

	@Test
	void handsTheResultOutThoughTheExecutorIsShutDown() {
		subscribed("r1");
		CompletableFuture<SignalResult> pending = this.exporter.signal("start").publishAsync();
		this.executor.shutdown();
		answer("r1", "start", 1);
		assertThat(get(pending).isSuccess()).isTrue();
		CompletableFuture<SignalResult> later = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 0);
		assertThat(get(later).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	// A broken Redis

	@Test
	void failsWhenRedisFailsAndLetsTheNextOneGo() {
		subscribed("r1");
		this.wire.sending = (signal) -> failed();
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.exporter.publish("start"))
			.withMessage(mayHaveBeenSent("start", "Redis is disconnected"));
		assertThat(failure(this.exporter.signal("start").publishAsync())).isInstanceOf(DataAccessException.class);
		assertThat(this.timer.scheduled()).isZero();
		this.wire.sending = this.wire::pass;
		CompletableFuture<SignalResult> next = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		assertThat(get(next).isSuccess()).isTrue();
	}

	@Test
	void failsWithTheCauseOfATransportThatWrapsIt() {
		subscribed("r1");
		this.wire.sending = (signal) -> CompletableFuture.failedFuture(
				new CompletionException(new CompletionException(new DataAccessResourceFailureException("inside"))));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.exporter.publish("start"))
			.withMessage(mayHaveBeenSent("start", "inside"));
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.exporter.signal("start").publishAsync().get(10, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOf(DataAccessException.class);
	}

	@Test
	void failsWhenTheTransportThrows() {
		subscribed("r1");
		this.wire.sending = (signal) -> {
			throw new DataAccessResourceFailureException("Redis is disconnected");
		};
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> this.exporter.publish("start"));
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void failsAllThatIsQueuedOneAfterTheOther() {
		subscribed("r1");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> (signal.sampleNo() == 0) ? sent : failed();
		List<CompletableFuture<SignalResult>> results = IntStream.range(0, 5_000)
			.mapToObj((number) -> this.exporter.signal("start").sampleNo(number).publishAsync())
			.toList();
		sent.completeExceptionally(new DataAccessResourceFailureException("Redis is disconnected"));
		settle();
		assertThat(results).allMatch(CompletableFuture::isCompletedExceptionally);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void failsWhenRedisDoesNotConfirmItInTimeAndLetsTheNextOneGo() {
		subscribed("r1");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> (signal.sampleNo() == 0) ? sent : this.wire.pass(signal);
		CompletableFuture<SignalResult> first = this.exporter.signal("start").sampleNo(0).publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT.minus(NANOSECOND));
		settle();
		assertThat(first).isNotDone();
		this.timer.advance(NANOSECOND);
		assertThat(failure(first)).isInstanceOf(QueryTimeoutException.class)
			.hasMessageContaining("'start' of '" + this.exporter.getPublisherId() + "' within PT20S");
		// Its outcome no longer affects the next one.
		sent.completeExceptionally(new DataAccessResourceFailureException("Redis is disconnected"));
		assertThat(this.peer.receive().sampleNo()).isEqualTo(2);
		settle();
		assertThat(second).isNotDone();
		answer("r1", "start", 1);
		assertThat(get(second).isSuccess()).isTrue();
	}

	@Test
	void isMissingAnswersWhereRedisDidNotConfirmButOneAnswered() {
		subscribed("r1", "r2");
		this.wire.sending = (signal) -> new CompletableFuture<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(get(result).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(result).missing()).containsExactly("r2");
	}

	@Test
	void ignoresALateConfirmation() {
		subscribed("r1");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> sent;
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		this.timer.advance(RESPONSE_TIMEOUT);
		this.wire.sending = (signal) -> new CompletableFuture<>();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").publishAsync();
		sent.complete(null);
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(failure(first)).isInstanceOf(QueryTimeoutException.class);
		assertThat(failure(second)).isInstanceOf(QueryTimeoutException.class);
	}

	@Test
	void confirmationThatComesWhileAnotherEventIsSentLetsTheNextOneGo() {
		initialize("start", "end");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		// As when a connection breaks: one write fails all that are in flight.
		this.wire.sending = (signal) -> {
			if (signal.event().equals("start") && signal.sampleNo() == 0) {
				return sent;
			}
			sent.completeExceptionally(new DataAccessResourceFailureException("Redis is disconnected"));
			return this.wire.pass(signal);
		};
		CompletableFuture<SignalResult> first = this.exporter.signal("start").sampleNo(0).publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").sampleNo(2).publishAsync();
		CompletableFuture<SignalResult> other = this.exporter.signal("end").publishAsync();
		settle();
		assertThat(other).isCompleted();
		assertThat(first).isCompletedExceptionally();
		assertThat(second).isCompleted();
	}

	@Test
	void publishingAfterTheEngineWasClosedFailsAndDoesNotHang() throws Exception {
		SignalEngine closed = new SignalEngine(this.broker.transport(), settings(RESPONSE_TIMEOUT), this.executor,
				new JsonMapper(), List::of, this.events::add, new ScheduledTimer(), () -> SignalObserver.NONE);
		SignalExporter late = closed.create("late");
		closed.start();
		late.initialize("start");
		closed.close();
		for (int i = 0; i < 2; i++) {
			Future<?> call = inBackground(() -> late.publish("start"));
			assertThat(failure(call)).isInstanceOf(DataAccessException.class);
		}
		assertThat(inBackground(() -> late.shutdown()).get(10, TimeUnit.SECONDS)).isNull();
	}

	// Shutting down

	@Test
	void sendsShutdownWithTheTagOfTheInitialization() {
		this.exporter.initialization("start").tag("run-7").initialize();
		this.peer.receive(Signal.INITIALIZATION);
		this.exporter.shutdown();
		assertThat(this.peer.receive()).isEqualTo(new Signal(this.exporter.getPublisherId(), "conductor",
				Signal.SHUTDOWN, "test-host", Signal.NO_SAMPLE, "run-7", Map.of()));
		assertThat(this.engine.exporters()).isEmpty();
	}

	@Test
	void shutsDownWithAnotherTag() {
		this.exporter.initialization("start").tag("run-7").initialize();
		this.peer.receive(Signal.INITIALIZATION);
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.shutdown("t".repeat(1_025)))
			.withMessageContaining("The tag of a signal has 1025 characters");
		assertThat(this.exporter.getLegalEvents()).containsExactly("start");
		this.exporter.shutdown("failed");
		assertThat(this.peer.receive(Signal.SHUTDOWN).tag()).isEqualTo("failed");
		assertThat(this.exporter.getLegalEvents()).isEmpty();
	}

	@Test
	void shutsDownOnceAndOnlyIfInitialized() {
		this.exporter.shutdown();
		this.peer.receivesNothing();
		initialize("start");
		this.exporter.shutdown();
		this.exporter.shutdown();
		this.peer.receive(Signal.SHUTDOWN);
		this.peer.receivesNothing();
	}

	@Test
	void shutdownForgetsTheSubscribersAndEndsPublishesInFlight() throws Exception {
		subscribed("r1", "r2");
		CompletableFuture<SignalResult> start = this.exporter.signal("start").timeout(FOR_EVER).publishAsync();
		Future<SignalResult> end = inBackground(() -> this.exporter.publish("end"));
		this.peer.receive("start");
		this.peer.receive("end");
		answer("r1", "start", 1);
		this.timer.advance(Duration.ofSeconds(3));
		this.exporter.shutdown();
		assertThat(get(start).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(start).responses()).containsOnlyKeys("r1");
		assertThat(get(start).missing()).containsExactly("r2");
		assertThat(get(start).elapsed()).isEqualTo(Duration.ofSeconds(3));
		assertThat(end.get(10, TimeUnit.SECONDS).missing()).containsExactly("r1", "r2");
		assertThat(this.exporter.getSubscribers()).isEmpty();
		assertThat(this.timer.scheduled()).isZero();
		this.peer.receive(Signal.SHUTDOWN);
	}

	@Test
	void shutdownFailsPublishesThatWereNotSent() throws Exception {
		subscribed("r1");
		CompletableFuture<SignalResult> first = this.exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> second = this.exporter.signal("start").publishAsync();
		AtomicReference<Thread> publisher = new AtomicReference<>();
		Future<?> third = inBackground(() -> {
			publisher.set(Thread.currentThread());
			return this.exporter.publish("start");
		});
		// It waits for its result: one that came after the shutdown would be sent.
		awaiting().until(() -> publisher.get() != null && publisher.get().getState() == Thread.State.WAITING);
		this.peer.receive("start");
		this.exporter.shutdown();
		assertThat(get(first).missing()).containsExactly("r1");
		assertThat(failure(second)).isInstanceOf(IllegalStateException.class)
			.hasMessage("'start' was not published: the exporter was shut down before the signal was sent");
		this.peer.receive(Signal.SHUTDOWN);
		third.cancel(true);
		this.peer.receivesNothing();
	}

	@Test
	void shutdownDoesNotTakeUnconfirmedSignalsForSent() {
		initialize("start");
		CompletableFuture<Void> sent = new CompletableFuture<>();
		this.wire.sending = (signal) -> signal.event().equals("start") ? sent : this.wire.pass(signal);
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.exporter.shutdown();
		assertThat(failure(result)).isInstanceOf(DataAccessException.class);
	}

	@Test
	void initializesAgainAfterShutdown() {
		subscribed("r1");
		this.exporter.shutdown();
		this.exporter.initialize("other");
		assertThat(this.exporter.getSubscribers()).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish("start"));
		initializationAnswer("r2", 1);
		CompletableFuture<SignalResult> result = this.exporter.signal("other").publishAsync();
		answer("r2", "other", 1);
		assertThat(get(result).responses()).containsOnlyKeys("r2");
	}

	@Test
	void isNotInitializedAfterShutdown(CapturedOutput output) {
		subscribed("r1");
		this.exporter.shutdown();
		assertThat(this.exporter.publish("anything").code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(output).contains("not initialized");
	}

	@Test
	void answerToASignalBeforeTheShutdownDoesNotCountAfterIt() {
		subscribed("r1");
		CompletableFuture<SignalResult> before = this.exporter.signal("start").publishAsync();
		this.exporter.shutdown();
		answer("r1", "start", 1);
		assertThat(get(before).missing()).containsExactly("r1");
		this.exporter.initialization("start").expectedResponders("r1").initialize();
		CompletableFuture<SignalResult> after = this.exporter.signal("start").publishAsync();
		before.cancel(false);
		settle();
		assertThat(after).isNotDone();
		answer("r1", "start", 0);
		assertThat(get(after).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void lateAnswersToSignalsBeforeTheShutdownDoNotCountAfterTheNextInitialization() {
		subscribed("r1");
		assertThat(this.exporter.signal("start").timeout(Duration.ZERO).publish().missing()).containsExactly("r1");
		CompletableFuture<SignalResult> before = this.exporter.signal("start").publishAsync();
		this.exporter.shutdown();
		assertThat(get(before).missing()).containsExactly("r1");
		this.exporter.initialization("start").expectedResponders("r1").initialize();
		CompletableFuture<SignalResult> after = this.exporter.signal("start").publishAsync();
		answer("r1", "start", 1);
		answer("r1", "start", 1);
		settle();
		assertThat(after).isNotDone();
		answer("r1", "start", 0);
		assertThat(get(after).code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void isShutDownThoughRedisFails() throws Exception {
		subscribed("r1");
		this.wire.sending = (signal) -> failed();
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.exporter::shutdown);
		assertThat(this.exporter.getSubscribers()).isEmpty();
		this.wire.sending = (signal) -> new CompletableFuture<>();
		Future<?> initialize = inBackground(() -> this.exporter.initialize("start"));
		awaitScheduled(1);
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(failure(initialize)).isInstanceOf(QueryTimeoutException.class);
		Future<?> shutdown = inBackground(() -> this.exporter.shutdown());
		awaitScheduled(1);
		this.timer.advance(RESPONSE_TIMEOUT);
		assertThat(failure(shutdown)).isInstanceOf(QueryTimeoutException.class)
			.hasMessageContaining("'shutdown' of '" + this.exporter.getPublisherId());
		assertThat(this.engine.exporters()).isEmpty();
	}

	@Test
	void engineShutsDownExportersThatAreStillInitialized() {
		subscribed("r1");
		SignalExporter other = this.engine.create("other");
		other.initialize("start");
		this.peer.receive(Signal.INITIALIZATION);
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.peer.receive("start");
		this.engine.stop();
		assertThat(get(result).missing()).containsExactly("r1");
		assertThat(List.of(this.peer.receive(Signal.SHUTDOWN).publisherId(),
				this.peer.receive(Signal.SHUTDOWN).publisherId()))
			.containsExactlyInAnyOrder(this.exporter.getPublisherId(), other.getPublisherId());
		assertThat(this.wire.isConnected()).isFalse();
	}

	// Races

	@Test
	void endsOnceForAnyReason() throws Exception {
		DefaultSignalExporter racing = (DefaultSignalExporter) this.exporter;
		Response answer = response("r1", "start", 1, null);
		AtomicReference<List<CompletableFuture<SignalResult>>> results = new AtomicReference<>();
		List<Runnable> actors = List.of(() -> racing.subscriptions().onResponse(answer, null),
				() -> this.timer.advance(RESPONSE_TIMEOUT), () -> results.get().get(0).cancel(false), racing::shutdown);
		this.wire.sending = (signal) -> CompletableFuture.completedFuture(null);
		race(1_500, actors, () -> {
			racing.initialization("start").expectedResponders("r1").initialize();
			results.set(IntStream.range(0, 3).mapToObj((n) -> racing.signal("start").publishAsync()).toList());
		}, () -> {
			racing.shutdown();
			results.get().forEach((result) -> get(result.handle((value, ex) -> Boolean.TRUE)));
			assertThat(this.timer.scheduled()).isZero();
			for (CompletableFuture<SignalResult> result : results.get()) {
				Object outcome = result.handle((value, ex) -> (ex != null) ? ex : value).join();
				if (outcome instanceof SignalResult value) {
					assertThat(value.isSuccess()).isEqualTo(value.missing().isEmpty());
					assertThat(value.responses().size() + value.missing().size()).isOne();
				}
				else {
					assertThat(outcome).isInstanceOfAny(CancellationException.class, IllegalStateException.class);
				}
			}
		});
	}

	@Test
	void takesSubscribersHoweverShutdownAndInitializationMeet() throws Exception {
		this.wire.sending = (signal) -> CompletableFuture.completedFuture(null);
		DefaultSignalExporter racing = (DefaultSignalExporter) this.exporter;
		Response answer = response("r1", Signal.INITIALIZATION, 1, null);
		race(10_000, List.of(racing::shutdown, () -> racing.initialize("start")), () -> racing.initialize("start"),
				() -> {
					racing.subscriptions().onResponse(answer, null);
					if (this.engine.exporters().contains(racing)) {
						assertThat(racing.getSubscribers()).containsExactly("r1");
					}
					else {
						assertThat(racing.getSubscribers()).isEmpty();
					}
				});
	}

	@Test
	void manyThreadsPublishOneAtATime() throws Exception {
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		this.peer.automatic = (signal) -> {
			if (signal.event().equals("start")) {
				inFlight.decrementAndGet();
			}
			return Signal.isReserved(signal.event()) ? null
					: new Response("r1", signal.publisherId(), signal.event(), 1, String.valueOf(signal.sampleNo()));
		};
		subscribed("r1");
		this.wire.sending = (signal) -> {
			if (signal.event().equals("start")) {
				most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
			}
			return this.wire.pass(signal);
		};
		List<Future<?>> publishers = IntStream.range(0, 8).<Future<?>>mapToObj((thread) -> inBackground(() -> {
			for (int i = 0; i < 200; i++) {
				int number = thread * 1_000 + i;
				SignalResult result = this.exporter.signal((thread % 4 == 0) ? "end" : "start")
					.sampleNo(number)
					.publish();
				assertThat(result.messages()).containsExactly(entry("r1", String.valueOf(number)));
			}
		})).toList();
		for (Future<?> publisher : publishers) {
			publisher.get(30, TimeUnit.SECONDS);
		}
		assertThat(most).hasValue(1);
	}

	// Metadata

	@ParameterizedTest
	@MethodSource("metadataValues")
	void convertsMetadataToJsonValues(Object value, Object expected) {
		initialize("start");
		this.exporter.signal("start").metadata("key", value).publish();
		Object sent = this.peer.receive().metadata().get("key");
		assertThat(sent).isEqualTo(expected);
		if (expected != null) {
			assertThat(sent).hasSameClassAs(expected);
		}
	}

	static Stream<Arguments> metadataValues() {
		Map<Object, Object> keys = new LinkedHashMap<>();
		keys.put(1, "one");
		keys.put(Size.SMALL, 'c');
		keys.put(true, null);
		Map<String, Object> converted = new LinkedHashMap<>();
		converted.put("1", "one");
		converted.put("SMALL", "c");
		converted.put("true", null);
		Map<String, Object> run = new LinkedHashMap<>();
		run.put("name", "fio");
		run.put("samples", 3);
		return Stream.of(Arguments.of(null, null), Arguments.of("text", "text"),
				Arguments.of(CharBuffer.wrap("text"), "text"), Arguments.of(true, true), Arguments.of(1, 1),
				Arguments.of((short) 1, 1L), Arguments.of((byte) 1, 1L), Arguments.of(Long.MAX_VALUE, Long.MAX_VALUE),
				Arguments.of(new AtomicInteger(5), 5L),
				Arguments.of(new BigInteger("18446744073709551616"), new BigInteger("18446744073709551616")),
				Arguments.of(new BigDecimal("0.10"), new BigDecimal("0.10")), Arguments.of(1.5, 1.5),
				Arguments.of(0.1f, 0.1), Arguments.of('c', "c"), Arguments.of(Duration.ofMillis(1_500), "PT1.5S"),
				Arguments.of(Size.LARGE, "LARGE"), Arguments.of(new byte[] { 1, 2, 3 }, "AQID"),
				Arguments.of(new int[] { 1, 2 }, new ArrayList<>(List.of(1, 2))),
				Arguments.of(Set.of(Duration.ZERO), new ArrayList<>(List.of("PT0S"))),
				Arguments.of(Arrays.asList(1, null), new ArrayList<>(Arrays.asList(1, null))),
				Arguments.of(keys, converted), Arguments.of(new Run("fio", 3), run),
				Arguments.of(new JsonMapper().createObjectNode().put("name", "fio").put("samples", 3), run),
				Arguments.of(Map.of("run", List.of(new Run("fio", 3))),
						new LinkedHashMap<>(Map.of("run", new ArrayList<>(List.of(run))))));
	}

	@ParameterizedTest
	@MethodSource("unusableValues")
	void refusesMetadataThatJsonCannotCarry(Object value, String problem) {
		SignalSpec spec = this.exporter.signal("start");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("key", value))
			.withMessageContaining("key")
			.withMessageContaining(problem);
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata(Map.of("key", value)));
		spec.publish();
		assertThat(this.peer.receive().metadata()).isEmpty();
	}

	static Stream<Arguments> unusableValues() {
		return Stream.of(Arguments.of(Double.NaN, "NaN, which JSON can't carry: send null or a string"),
				Arguments.of(Float.NEGATIVE_INFINITY, "-Infinity, which JSON can't carry"),
				Arguments.of(List.of(1.0, Map.of("deep", Double.POSITIVE_INFINITY)), "'key[1].deep' is Infinity"),
				Arguments.of(new Broken(), "can't be written as JSON"));
	}

	@Test
	void refusesMetadataThatIsNestedTooDeep() {
		SignalSpec spec = this.exporter.signal("start");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("key", nested(100)))
			.withMessageContaining("nested deeper than 100 levels");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("key", nestedInLists(100)))
			.withMessageContaining("nested deeper than 100 levels");
		Map<String, Object> endless = new HashMap<>();
		endless.put("self", endless);
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("key", endless))
			.withMessageContaining("nested deeper than 100 levels");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.payload(endless))
			.withMessageContaining("nested deeper than 100 levels");
		spec.metadata("key", nested(99)).publish();
		assertThat(this.peer.receive().metadata()).containsEntry("key", nested(99));
	}

	@Test
	void refusesNull() {
		SignalSpec spec = this.exporter.signal("start");
		Map<String, Object> metadata = null;
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata(metadata))
			.withMessage("'metadata' must not be null");
		String[] responders = null;
		assertThatIllegalArgumentException().isThrownBy(() -> spec.requires(responders))
			.withMessage("'responders' must not be null");
		InitializationSpec initialization = this.exporter.initialization("start");
		assertThatIllegalArgumentException().isThrownBy(() -> initialization.expectedResponders(responders))
			.withMessage("'responderIds' must not be null");
	}

	@Test
	void refusesTheProtocolsOwnKey() {
		SignalSpec spec = this.exporter.signal("start");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata("_ss", 1))
			.withMessageContaining("'_ss' is reserved for the protocol: choose another");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.metadata(Map.of("_ss", 1)))
			.withMessageContaining("'_ss' is reserved");
		assertThatIllegalArgumentException().isThrownBy(() -> spec.payload(Map.of("_ss", 1)))
			.withMessageContaining("'_ss' is reserved");
		spec.metadata("nested", Map.of("_ss", 1)).publish();
		assertThat(this.peer.receive().metadata()).containsOnlyKeys("nested");
	}

	@ParameterizedTest
	@MethodSource("payloadsThatAreNoObjects")
	void refusesAPayloadThatIsNoObject(Object payload) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.signal("start").payload(payload))
			.withMessageContaining(payload.getClass().getName())
			.withMessageContaining("send it as metadata(key, value)");
	}

	static Stream<Object> payloadsThatAreNoObjects() {
		return Stream.of("text", 1, List.of(1), Size.SMALL, Duration.ZERO);
	}

	@Test
	void takesAMapOrABeanForAPayload() {
		this.exporter.signal("start").payload(Map.of(1, Size.SMALL)).publish();
		assertThat(this.peer.receive().metadata()).containsExactly(entry("1", "SMALL"));
		this.exporter.signal("start").payload(new Bean()).publish();
		assertThat(this.peer.receive().metadata()).containsExactly(entry("label", "bean"));
	}

	@Test
	void sendsTheMetadataAsItWasWhenItWasAdded() {
		List<Object> list = new ArrayList<>(List.of(1));
		Map<String, Object> map = new HashMap<>(Map.of("list", list));
		SignalSpec spec = this.exporter.signal("start").metadata("map", map).metadata("list", list);
		list.add(2);
		map.clear();
		spec.publish();
		assertThat(this.peer.receive().metadata()).containsEntry("map", Map.of("list", List.of(1)))
			.containsEntry("list", List.of(1));
	}

	private static Object nested(int levels) {
		Object value = "bottom";
		for (int i = 0; i < levels; i++) {
			value = Map.of("down", value);
		}
		return value;
	}

	private static Object nestedInLists(int levels) {
		Object value = "bottom";
		for (int i = 0; i < levels; i++) {
			value = List.of(value);
		}
		return value;
	}

	// Helpers

	private SignalEngine engine(Duration responseTimeout, String... expectedResponders) {
		return new SignalEngine(this.wire, settings(responseTimeout, expectedResponders), this.executor,
				new JsonMapper(), () -> this.interceptors, this.events::add, this.timer, () -> SignalObserver.NONE);
	}

	private static EngineSettings settings(Duration responseTimeout, String... expectedResponders) {
		return new Settings().responseTimeout(responseTimeout)
			.expectedResponders(expectedResponders)
			.toEngineSettings();
	}

	private void use(SignalEngine engine) {
		this.engine.stop();
		this.engine = engine;
		this.exporter = engine.create("conductor");
		engine.start();
	}

	private void initialize(String... events) {
		this.exporter.initialize(events);
		this.peer.receive(Signal.INITIALIZATION);
	}

	/**
	 * Initialize with the events {@code start} and {@code end}, and subscribe responders.
	 */
	private void subscribed(String... responderIds) {
		initialize("start", "end");
		for (String responderId : responderIds) {
			initializationAnswer(responderId, 1);
		}
		assertThat(this.exporter.getSubscribers()).containsExactlyInAnyOrder(responderIds);
	}

	private void initializationAnswer(String responderId, Integer ras) {
		answer(responderId, Signal.INITIALIZATION, ras);
	}

	private void answer(String responderId, String event, Integer ras) {
		this.peer.answer(response(responderId, event, ras, null));
	}

	private Response response(String responderId, String event, Integer ras, String message) {
		return new Response(responderId, this.exporter.getPublisherId(), event, ras, message);
	}

	private String mayHaveBeenSent(String event, String reason) {
		return "'%s' of '%s' may have been sent: %s".formatted(event, this.exporter.getPublisherId(), reason);
	}

	private static CompletableFuture<Void> failed() {
		return CompletableFuture.failedFuture(new DataAccessResourceFailureException("Redis is disconnected"));
	}

	private void awaitScheduled(int count) {
		awaiting().until(() -> this.timer.scheduled() == count);
	}

	/**
	 * Wait until the tasks of the engine's executor are done.
	 */
	private void settle() {
		get(CompletableFuture.runAsync(() -> {
		}, this.executor));
	}

	private <T> Future<T> inBackground(Callable<T> call) {
		return this.background.submit(call);
	}

	private Future<?> inBackground(Runnable call) {
		return this.background.submit(call);
	}

	private static Throwable failure(Future<?> call) {
		try {
			throw new AssertionError("It returned " + call.get(10, TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void race(int rounds, List<Runnable> actors, Runnable before, Runnable after) throws Exception {
		CyclicBarrier line = new CyclicBarrier(actors.size() + 1);
		List<Future<?>> racers = new ArrayList<>();
		for (Runnable actor : actors) {
			racers.add(inBackground(() -> {
				for (int i = 0; i < rounds; i++) {
					line.await(10, TimeUnit.SECONDS);
					actor.run();
					line.await(10, TimeUnit.SECONDS);
				}
				return null;
			}));
		}
		for (int i = 0; i < rounds; i++) {
			before.run();
			line.await(10, TimeUnit.SECONDS);
			line.await(10, TimeUnit.SECONDS);
			after.run();
		}
		for (Future<?> racer : racers) {
			racer.get(10, TimeUnit.SECONDS);
		}
	}

	enum Size {

		SMALL, LARGE

	}

	record Run(String name, int samples) {
	}

	static class Bean {

		public String getLabel() {
			return "bean";
		}

	}

	static class Broken {

		public String getLabel() {
			throw new IllegalStateException("broken, on purpose");
		}

	}

	/**
	 * An interceptor that returns another future than the one that it was given.
	 */
	private static final class LabellingInterceptor implements SignalInterceptor {

		@Override
		public CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
			return next
				.proceed(new Signal(signal.publisherId(), signal.processName(), signal.event(), signal.runnerHost(),
						signal.sampleNo(), "intercepted", signal.metadata()))
				.thenApply(Function.identity());
		}

	}

	/**
	 * The engine's transport: sends as a test has set, and counts messages.
	 */
	private static final class Wire extends DelegatingTransport {

		private final Semaphore received = new Semaphore(0);

		private final Map<Signal, SignalExtension> extensions = Collections.synchronizedMap(new IdentityHashMap<>());

		private volatile Function<Signal, CompletableFuture<?>> sending;

		Wire(SignalTransport delegate) {
			super(delegate);
			this.sending = this::pass;
		}

		@Override
		public void start(Listener listener) {
			this.delegate.start(new DelegatingListener(listener) {

				@Override
				public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
					super.onResponse(channel, response, extension);
					Wire.this.received.release();
				}

			});
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (extension != null) {
				this.extensions.put(signal, extension);
			}
			return this.sending.apply(signal);
		}

		CompletableFuture<?> pass(Signal signal) {
			return this.delegate.send(CHANNEL, signal, this.extensions.get(signal));
		}

	}

	/**
	 * Another application: receives signals, and answers as a test has set.
	 */
	private final class Peer extends SilentListener {

		private final SignalTransport transport;

		private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

		private volatile Function<Signal, Response> automatic;

		Peer(SignalTransport transport) {
			this.transport = transport;
			transport.open(CHANNEL);
		}

		@Override
		public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
			this.signals.add(signal);
			Response response = (this.automatic != null) ? this.automatic.apply(signal) : null;
			if (response != null) {
				this.transport.send(CHANNEL, response, null, null);
			}
		}

		/**
		 * The next signal.
		 */
		Signal receive() {
			return next(this.signals, "no signal was received");
		}

		Signal receive(String event) {
			Signal signal = receive();
			assertThat(signal.event()).isEqualTo(event);
			return signal;
		}

		/**
		 * All sent messages have been received before.
		 */
		void receivesNothing() {
			this.transport.send(CHANNEL, new Signal("marker", "marker", "marker", "marker", 0, "marker", Map.of()),
					null);
			receive("marker");
		}

		/**
		 * Answer, and wait until the exporter has received it.
		 */
		void answer(Response response) {
			this.transport.send(CHANNEL, response, null, null);
			try {
				assertThat(DefaultSignalExporterTests.this.wire.received.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
