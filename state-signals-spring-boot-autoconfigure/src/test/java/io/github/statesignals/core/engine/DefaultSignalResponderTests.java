package io.github.statesignals.core.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.core.DelegatingListener;
import io.github.statesignals.core.DelegatingTransport;
import io.github.statesignals.core.EngineSettings.Unhandled;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.core.SilentTransport;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.responder.Announcements;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.Delivery;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessResourceFailureException;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * {@link DefaultSignalResponder} in an engine, asked by a publisher that is none of its
 * own.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class DefaultSignalResponderTests {

	private static final String CHANNEL = "test";

	private final InMemoryBroker broker = new InMemoryBroker();

	private final ExecutorService executor = Executors.newCachedThreadPool((task) -> new Thread(task, "handler"));

	private final Wire wire = new Wire(this.broker.transport());

	private final Publisher publisher = new Publisher("publisher", this.broker.transport());

	private final Publisher other = new Publisher("other", this.broker.transport());

	private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

	private SignalEngine engine;

	private SignalResponder responder;

	@BeforeEach
	void start() {
		use(new Settings());
	}

	@AfterEach
	void stop() {
		this.engine.close();
		this.publisher.transport.stop();
		this.other.transport.stop();
		this.executor.shutdownNow();
	}

	// Answering

	@Test
	void hasTheIdOfItsNameForLife() {
		assertThat(this.responder.getName()).isEqualTo("cpu");
		assertThat(this.responder.getResponderId())
			.matches("cpu-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-resp");
		assertThat(this.engine.responder()).isSameAs(this.responder);
		assertThat(this.engine.get("cpu")).isSameAs(this.responder);
		assertThat(this.engine.get("memory").getResponderId()).startsWith("memory-");
		assertThatIllegalArgumentException().isThrownBy(() -> this.engine.get(" "))
			.withMessageContaining("state-signals.responder.name");
	}

	@Test
	void subscribesByAnsweringTheInitialization() {
		this.responder.on("start", succeeding());
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive()).isEqualTo(new Response(this.responder.getResponderId(), "publisher",
				Signal.INITIALIZATION, Acknowledgement.SUCCESS, null));
	}

	@Test
	void isSilentWithoutHandlersAndListeners() {
		this.publisher.publish(Signal.INITIALIZATION);
		this.publisher.publish("start");
		this.publisher.receivesNothing();
	}

	@Test
	void isSilentWhereTheApplicationDoesNotRespond() {
		use(new Settings().respond(false));
		this.responder.on("start", succeeding());
		this.publisher.publish(Signal.INITIALIZATION);
		this.publisher.publish("start");
		this.wire.awaitReceived();
		this.responder.respond("publisher", "end", 1, null);
		assertThat(this.publisher.receive().event()).isEqualTo("end");
	}

	@Test
	void answersASignalThatItCanNotReadWithTheReason() {
		this.responder.on("start", succeeding());
		long before = this.engine.counters().malformed.sum();
		sendUnreadable("publisher", "start", null, null);
		assertThat(this.publisher.receive()).isEqualTo(new Response(this.responder.getResponderId(), "publisher",
				"start", Acknowledgement.FAILURE, "The signal can't be read: it is broken"));
		assertThat(this.engine.counters().malformed.sum()).isEqualTo(before + 1);
		assertThat(this.engine.counters().signals.sum()).isZero();
	}

	@Test
	void answersASignalThatItCanNotReadOnceThoughItIsRepeated() {
		this.responder.on("start", succeeding());
		SignalExtension extension = new SignalExtension("17", 17, 1, 20_000, null);
		sendUnreadable("publisher", "start", null, extension);
		sendUnreadable("publisher", "start", null, extension);
		this.publisher.receive("start");
		this.publisher.receivesNothing();
		assertThat(this.engine.counters().repeated.sum()).isOne();
	}

	@Test
	void answersNoneThatItCanNotReadAndWouldNotReceive() {
		this.responder.on("start", succeeding());
		this.responder.lockPublisher("other");
		sendUnreadable("publisher", "start", null, null);
		this.responder.lockTag("run-7");
		sendUnreadable("other", "start", null, null);
		sendUnreadable("other", "start", "run-8", null);
		sendUnreadable("other", "locked", "run-7", null);
		assertThat(this.other.receive().event()).isEqualTo("locked");
		this.responder.unlock();
		for (String reserved : List.of(Signal.INITIALIZATION, Signal.SHUTDOWN)) {
			sendUnreadable("publisher", reserved, null, null);
		}
		sendUnreadable("*", "start", null, null);
		this.publisher.receivesNothing();
	}

	private void sendUnreadable(String publisherId, String event, @Nullable String tag,
			@Nullable SignalExtension extension) {
		this.broker.sendUnreadable(CHANNEL,
				new SignalTransport.UnreadableSignal(publisherId, event, tag, extension, "it is broken"));
	}

	@Test
	void answersEachSignalOnce() {
		this.responder.on("start", (signal) -> Acknowledgement.success("done " + signal.sampleNo()));
		for (int i = 0; i < 100; i++) {
			this.publisher.publish("start", i);
		}
		for (int i = 0; i < 100; i++) {
			assertThat(this.publisher.receive())
				.isEqualTo(new Response(this.responder.getResponderId(), "publisher", "start", 1, "done " + i));
		}
		this.publisher.receivesNothing();
	}

	@ParameterizedTest
	@MethodSource("acknowledgements")
	void succeedsOnlyIfEveryHandlerDoes(List<Acknowledgement> acknowledgements, int ras, String message) {
		acknowledgements.forEach((acknowledgement) -> this.responder.on("start", (signal) -> acknowledgement));
		this.publisher.publish("start");
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message).containsExactly(ras, message);
		this.publisher.receivesNothing();
	}

	static Stream<Arguments> acknowledgements() {
		Acknowledgement success = Acknowledgement.success();
		return Stream.of(Arguments.of(List.of(success), 1, null),
				Arguments.of(List.of(Acknowledgement.of(7, "seven")), 7, "seven"),
				Arguments.of(List.of(success, success), 1, null),
				Arguments.of(List.of(Acknowledgement.success("a"), success, Acknowledgement.success("c")), 1, "a; c"),
				Arguments.of(List.of(success, Acknowledgement.failure("full"), Acknowledgement.success("c")), 0,
						"full; c"),
				Arguments.of(List.of(success, Acknowledgement.of(7, null), Acknowledgement.failure(null)), 7, null));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void answersAFailureWithItsMessage(SignalHandler handler, String message, CapturedOutput output) {
		this.responder.on("start", handler);
		this.publisher.publish("start");
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message).containsExactly(0, message);
		this.publisher.receivesNothing();
		assertThat(output).contains("WARN").contains("'start' of 'publisher'");
	}

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(throwing(new IllegalStateException("out of disk")), "out of disk"),
				Arguments.of(throwing(new IOException("unplugged")), "unplugged"),
				Arguments.of(throwing(new IllegalStateException()), "IllegalStateException"),
				Arguments.of(throwing(new IllegalStateException(" ")), "IllegalStateException"),
				Arguments.of(throwing(new StackOverflowError()), "StackOverflowError"),
				Arguments.of(async(() -> CompletableFuture.failedFuture(new IOException("unplugged"))), "unplugged"),
				Arguments.of(
						async(() -> CompletableFuture
							.failedFuture(new CompletionException(new IOException("unplugged, too")))),
						"unplugged, too"),
				Arguments.of(
						async(() -> CompletableFuture
							.supplyAsync(() -> failing(new IllegalStateException("out of disk, too")))),
						"out of disk, too"),
				Arguments.of(async(() -> {
					CompletableFuture<Acknowledgement> cancelled = new CompletableFuture<>();
					cancelled.cancel(true);
					return cancelled;
				}), "CancellationException"));
	}

	@Test
	void handlerThatFailsStopsNeitherTheNextHandlerNorTheNextSignal() {
		this.responder.on("start", throwing(new IllegalStateException("first")));
		this.responder.on("start", (signal) -> Acknowledgement.success("second " + signal.sampleNo()));
		this.publisher.publish("start", 1);
		this.publisher.publish("start", 2);
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message)
			.containsExactly(0, "first; second 1");
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message)
			.containsExactly(0, "first; second 2");
	}

	@Test
	void handlerWithoutAStageIsAFailure() {
		this.responder.on("start", async(() -> null));
		this.publisher.publish("start");
		assertThat(this.publisher.receive().ras()).isZero();
		this.publisher.receivesNothing();
	}

	@Test
	void takesAnyStage() {
		this.responder.on("start", async(
				() -> CompletableFuture.completedFuture(Acknowledgement.success("done")).minimalCompletionStage()));
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("done");
	}

	@Test
	void answersAStageWhenItIsCompleteAndInOrder() {
		List<Integer> begun = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Acknowledgement> first = new CompletableFuture<>();
		this.responder.on("start", new AsyncHandler((signal) -> {
			begun.add((int) signal.sampleNo());
			return (signal.sampleNo() == 1) ? first : CompletableFuture.completedFuture(Acknowledgement.success("2"));
		}));
		this.publisher.publish("start", 1);
		this.publisher.publish("start", 2);
		// Another publisher's are handled meanwhile.
		this.other.publish("start", 3);
		assertThat(this.other.receive().message()).isEqualTo("2");
		awaiting().until(() -> begun.size() == 2);
		assertThat(begun).containsExactlyInAnyOrder(1, 3);
		first.complete(Acknowledgement.success("1"));
		assertThat(this.publisher.receive().message()).isEqualTo("1");
		assertThat(this.publisher.receive().message()).isEqualTo("2");
		assertThat(begun).endsWith(2);
	}

	@Test
	void callsHandlersOneAfterTheOtherAlsoAfterAStage() {
		List<String> called = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Acknowledgement> first = new CompletableFuture<>();
		this.responder.on("start", async(() -> {
			called.add("first");
			return first;
		}));
		this.responder.on("start", (signal) -> {
			called.add("second on " + Thread.currentThread().getName());
			return Acknowledgement.success("second");
		});
		this.publisher.publish("start");
		awaiting().until(() -> called.contains("first"));
		this.other.publish("end");
		this.other.receive();
		assertThat(called).containsExactly("first");
		first.complete(Acknowledgement.failure("first"));
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message)
			.containsExactly(0, "first; second");
		assertThat(called).containsExactly("first", "second on handler");
		this.publisher.receivesNothing();
	}

	@Test
	void theNextSignalWaitsForTheStagesOfAllHandlers() {
		List<String> called = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Acknowledgement> first = new CompletableFuture<>();
		CompletableFuture<Acknowledgement> second = new CompletableFuture<>();
		this.responder.on("start", new AsyncHandler((signal) -> {
			called.add("first " + signal.sampleNo());
			return first;
		}));
		this.responder.on("start", new AsyncHandler((signal) -> {
			called.add("second " + signal.sampleNo());
			return (signal.sampleNo() == 1) ? second : CompletableFuture.completedFuture(Acknowledgement.success("2"));
		}));
		this.publisher.publish("start", 1);
		this.publisher.publish("start", 2);
		awaiting().until(() -> called.contains("first 1"));
		first.complete(Acknowledgement.success());
		awaiting().until(() -> called.contains("second 1"));
		this.other.receivesNothing();
		assertThat(called).containsExactly("first 1", "second 1");
		second.complete(Acknowledgement.success("1"));
		assertThat(this.publisher.receive().message()).isEqualTo("1");
		assertThat(this.publisher.receive().message()).isEqualTo("2");
	}

	@Test
	void handlesOffTheTransportsThread() {
		this.responder.on("start", (signal) -> Acknowledgement.success(Thread.currentThread().getName()));
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("handler");
	}

	@Test
	void slowHandlerDelaysNeitherOtherPublishersNorOtherResponders() {
		Gate gate = new Gate();
		this.responder.on("start", (signal) -> {
			if (signal.publisherId().equals("publisher")) {
				gate.pass();
			}
			return Acknowledgement.success("cpu");
		});
		this.engine.get("memory").on("start", (signal) -> Acknowledgement.success("memory"));
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("memory");
		this.other.publish("start");
		assertThat(List.of(this.other.receive().message(), this.other.receive().message()))
			.containsExactlyInAnyOrder("cpu", "memory");
		gate.open();
		assertThat(this.publisher.receive().message()).isEqualTo("cpu");
	}

	@Test
	void mayPublishFromAHandler() {
		SignalExporter exporter = this.engine.create("conductor");
		exporter.initialize("nested");
		this.responder.on("nested", succeeding());
		this.responder.on("start",
				async(() -> exporter.signal("nested")
					.publishAsync()
					.thenApply((result) -> Acknowledgement.success(result.code().name()))));
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").message()).isEqualTo("ALL_SUBS_SUCCESS");
	}

	// Signals that no handler matches

	@ParameterizedTest
	@EnumSource
	void answersUnhandledSignalsAsConfigured(Unhandled unhandled) {
		use(new Settings().unhandled(unhandled));
		this.responder.on("start", succeeding());
		this.responder.on("not-concerned", (signal) -> null);
		for (String event : List.of("unknown", "not-concerned")) {
			this.publisher.publish(event);
			switch (unhandled) {
				case ACKNOWLEDGE ->
					assertThat(this.publisher.receive()).isEqualTo(new Response(this.responder.getResponderId(),
							"publisher", event, Acknowledgement.SUCCESS, null));
				case REJECT ->
					assertThat(this.publisher.receive()).isEqualTo(new Response(this.responder.getResponderId(),
							"publisher", event, Acknowledgement.FAILURE, "'cpu' has no handler for '" + event + "'"));
				case IGNORE -> this.publisher.receivesNothing();
			}
		}
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").ras()).isOne();
	}

	@Test
	void handlerThatDoesNotActLeavesTheAnswerToTheListener() {
		this.responder.listen((signal) -> this.responder.respond(signal, 0, "listener"));
		this.responder.on("start", (signal) -> DefaultSignalResponder.NOT_HANDLED);
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("listener");
		this.publisher.publish("end");
		assertThat(this.publisher.receive().event()).isEqualTo("end");
	}

	@Test
	void initializationIsAnsweredAlsoIfItsHandlerIsNotConcerned() {
		use(new Settings().unhandled(Unhandled.IGNORE));
		this.responder.on(Signal.INITIALIZATION, (signal) -> null);
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive(Signal.INITIALIZATION).ras()).isOne();
	}

	@Test
	void handlerThatIsNotConcernedDoesNotCount() {
		use(new Settings().unhandled(Unhandled.REJECT));
		this.responder.on("start", (signal) -> null);
		this.responder.on("start", (signal) -> Acknowledgement.success("done"));
		this.publisher.publish("start");
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message).containsExactly(1, "done");
	}

	@Test
	void anyEventDoesNotIncludeTheReservedOnes() {
		List<String> handled = Collections.synchronizedList(new ArrayList<>());
		this.responder.on("*", (signal) -> {
			handled.add(signal.event());
			return Acknowledgement.success("any");
		});
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive(Signal.INITIALIZATION)).extracting(Response::ras, Response::message)
			.containsExactly(1, null);
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").message()).isEqualTo("any");
		this.publisher.publish(Signal.SHUTDOWN);
		this.publisher.receivesNothing();
		assertThat(handled).containsExactly("start", "marker");
	}

	@Test
	void neverAnswersAShutdown() {
		BlockingQueue<Signal> handled = new LinkedBlockingQueue<>();
		this.responder.on("start", succeeding());
		this.publisher.publish(Signal.SHUTDOWN);
		this.publisher.receivesNothing();
		this.responder.on(Signal.SHUTDOWN, (signal) -> {
			handled.add(signal);
			return Acknowledgement.success("bye");
		});
		this.publisher.publish(Signal.SHUTDOWN);
		this.publisher.receivesNothing();
		assertThat(handled).extracting(Signal::event).containsExactly(Signal.SHUTDOWN);
	}

	@Test
	void handlesAnInitializationThatIsNamed() {
		Registration failing = this.responder.on(Signal.INITIALIZATION, throwing(new IllegalStateException("not now")));
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message).containsExactly(0, "not now");
		failing.close();
		this.responder.on(Signal.INITIALIZATION, (signal) -> null);
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive(Signal.INITIALIZATION).ras()).isOne();
		this.publisher.receivesNothing();
	}

	// Locks

	@Test
	void receivesOnlyThePublisherItIsLockedOn() {
		this.responder.on("start", succeeding());
		this.responder.lockPublisher("publisher");
		this.other.publish(Signal.INITIALIZATION);
		this.other.publish("start");
		this.publisher.publish("start");
		this.publisher.receive("start");
		this.responder.lockPublisher("other");
		this.publisher.publish("start");
		this.other.publish("start");
		this.other.receive("start");
		this.wire.awaitReceived();
		this.responder.unlock();
		this.publisher.receivesNothing();
		this.other.receivesNothing();
	}

	@Test
	void receivesOnlyTheTagItIsLockedOn() {
		this.responder.on("start", succeeding());
		this.responder.lockTag("run-7");
		this.publisher.publish(Signal.INITIALIZATION);
		this.publisher.publish("start", 1, "run-8");
		this.publisher.publish("start", 2, "run-7");
		this.publisher.receive("start");
		this.publisher.publish(Signal.INITIALIZATION, -1, "run-7");
		this.publisher.receive(Signal.INITIALIZATION);
		this.wire.awaitReceived();
		this.responder.unlock();
		this.publisher.receivesNothing();
	}

	@Test
	void receivesSignalsThatPassBothLocks() {
		List<String> received = Collections.synchronizedList(new ArrayList<>());
		this.responder.on("start", (signal) -> {
			received.add(signal.publisherId() + " " + signal.tag());
			return Acknowledgement.success();
		});
		this.responder.lockTag("run-7");
		this.responder.lockPublisher("publisher");
		this.publisher.publish("start", 1, "run-8");
		this.other.publish("start", 1, "run-7");
		this.publisher.publish("start", 1, "run-7");
		this.publisher.receive("start");
		this.responder.unlock();
		this.other.publish("start", 1, "run-9");
		this.other.receive("start");
		assertThat(received).containsExactly("publisher run-7", "other run-9");
	}

	@Test
	void isLockedAsItIsSet() {
		use(new Settings().lockPublisher("publisher").lockTag("run-7"));
		this.responder.on("start", succeeding());
		this.publisher.publish("start", 1, "run-8");
		this.other.publish("start", 1, "run-7");
		this.publisher.publish("start", 1, "run-7");
		this.publisher.receive("start");
		this.wire.awaitReceived();
		this.responder.unlock();
		this.publisher.receivesNothing();
		this.other.receivesNothing();
	}

	@Test
	void refusesBlankLocks() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.responder.lockPublisher(" "))
			.withMessageContaining("unlock()");
		assertThatIllegalArgumentException().isThrownBy(() -> this.responder.lockTag(""))
			.withMessageContaining("unlock()");
	}

	@Test
	void doesNotReceiveItsOwnApplicationUnlessConfigured() {
		use(new Settings().receiveOwn(false));
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		this.responder.on("start", (signal) -> {
			received.add(signal.publisherId());
			return Acknowledgement.success();
		});
		SignalExporter own = this.engine.create("own");
		own.initialize("start");
		assertThat(own.publish("start").awaited()).isZero();
		this.publisher.publish("start");
		this.publisher.receive("start");
		assertThat(received).containsExactly("publisher");
		use(new Settings().receiveOwn(true));
		this.responder.on("start", succeeding());
		SignalExporter exporter = this.engine.create("own");
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(10), "start")).isTrue();
		assertThat(exporter.publish("start").responses()).containsOnlyKeys(this.responder.getResponderId());
	}

	// Too much

	@Test
	void isBusyWhenTooManyAreWaiting(CapturedOutput output) {
		use(new Settings().queueCapacity(2));
		Gate gate = new Gate();
		this.responder.on("start", (signal) -> {
			if (signal.publisherId().equals("publisher")) {
				gate.pass();
			}
			return Acknowledgement.success("done " + signal.sampleNo());
		});
		this.publisher.publish("start", 1);
		gate.awaitEntered();
		this.publisher.publish("start", 2);
		this.publisher.publish("start", 3);
		this.publisher.publish("start", 4);
		assertThat(this.publisher.receive()).extracting(Response::ras, Response::message).containsExactly(0, "busy");
		assertThat(this.engine.counters().rejected.sum()).isOne();
		assertThat(output).contains("'start' of 'publisher' is answered 'busy': too many signals are waiting");
		this.other.publish("start", 5);
		assertThat(this.other.receive().message()).isEqualTo("done 5");
		// Subscribing concerns later signals, and does not wait.
		this.publisher.publish(Signal.INITIALIZATION);
		assertThat(this.publisher.receive(Signal.INITIALIZATION).ras()).isOne();
		gate.open();
		assertThat(IntStream.range(0, 3).mapToObj((i) -> this.publisher.receive().message())).containsExactly("done 1",
				"done 2", "done 3");
		this.publisher.publish("start", 6);
		assertThat(this.publisher.receive().message()).isEqualTo("done 6");
		this.publisher.receivesNothing();
	}

	// The handler may be removed while the signal is being refused.
	@Test
	void leavesAlsoIfItsLastSignalIsRefused() throws Exception {
		use(new Settings().queueCapacity(0));
		BlockingQueue<DefaultSignalResponder> left = new LinkedBlockingQueue<>();
		Announcements<DefaultSignalResponder> announcements = new Announcements<>() {

			@Override
			public void join(DefaultSignalResponder responder) {
			}

			@Override
			public void hello(DefaultSignalResponder responder) {
			}

			@Override
			public void bye(DefaultSignalResponder responder) {
				left.add(responder);
			}

		};
		Signal signal = new Signal("publisher", "test", "start", "host", 1, "tag", Map.of());
		for (int i = 0; i < 20_000; i++) {
			DefaultSignalResponder leaving = new DefaultSignalResponder("cpu", CHANNEL, this.engine.services(),
					announcements);
			Registration registration = leaving.on("start", succeeding());
			CompletableFuture<?> received = CompletableFuture
				.runAsync(() -> leaving.onSignal(new Delivery(signal, null, () -> false, null, null)), this.executor);
			registration.close();
			received.get();
			while (next(left, "no bye was sent") != leaving) {
				// The one before has sent a second one.
			}
		}
	}

	// By hand

	@Test
	void listenerLeavesTheAnsweringToTheApplication() {
		BlockingQueue<Signal> received = new LinkedBlockingQueue<>();
		Registration listening = this.responder.listen(received::add);
		this.publisher.publish(Signal.INITIALIZATION);
		this.publisher.publish("start", 3);
		this.publisher.publish(Signal.SHUTDOWN);
		this.publisher.receivesNothing();
		assertThat(received).extracting(Signal::event).startsWith(Signal.INITIALIZATION, "start", Signal.SHUTDOWN);
		Signal signal = received.stream().filter((candidate) -> candidate.sampleNo() == 3).findFirst().orElseThrow();
		this.responder.respond(signal, 7, "by hand");
		assertThat(this.publisher.receive())
			.isEqualTo(new Response(this.responder.getResponderId(), "publisher", "start", 7, "by hand"));
		this.responder.respond("publisher", Signal.INITIALIZATION, null, null);
		assertThat(this.publisher.receive())
			.isEqualTo(new Response(this.responder.getResponderId(), "publisher", Signal.INITIALIZATION, null, null));
		listening.close();
		received.clear();
		this.publisher.publish("start");
		this.publisher.receivesNothing();
		assertThat(received).isEmpty();
	}

	@Test
	void listenerReceivesSignalsThatHandlersAnswer() {
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		this.responder.listen((signal) -> received.add(signal.event() + " on " + Thread.currentThread().getName()));
		this.responder.on("start", (signal) -> Acknowledgement.success("handled"));
		this.publisher.publish(Signal.INITIALIZATION);
		this.publisher.publish("unknown");
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").message()).isEqualTo("handled");
		this.publisher.receivesNothing();
		assertThat(received).startsWith("initialization on handler", "unknown on handler", "start on handler");
	}

	@Test
	void listenerThatFailsIsLogged(CapturedOutput output) {
		List<String> received = Collections.synchronizedList(new ArrayList<>());
		this.responder.listen((signal) -> {
			throw new IllegalStateException("broken, on purpose");
		});
		this.responder.listen((signal) -> received.add(signal.event()));
		this.responder.on("start", succeeding());
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").ras()).isOne();
		assertThat(received).containsExactly("start");
		assertThat(output).contains("WARN").contains("A listener of '" + this.responder.getResponderId());
	}

	@Test
	void listenerReceivesNothingThatTheLocksFilterOut() {
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		this.responder.listen((signal) -> received.add(signal.publisherId()));
		this.responder.lockPublisher("publisher");
		this.other.publish("start");
		this.publisher.publish("start");
		awaiting().untilAsserted(() -> assertThat(received).isNotEmpty());
		assertThat(received).containsExactly("publisher");
	}

	@Test
	void refusesToAnswerABlankPublisher() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.responder.respond(" ", "start", 1, null))
			.withMessageContaining("publisher id");
		assertThatIllegalArgumentException().isThrownBy(() -> this.responder.respond("publisher", "", 1, null))
			.withMessageContaining("event");
		assertThatIllegalArgumentException().isThrownBy(() -> this.responder.on(" ", succeeding()))
			.withMessageContaining("\"*\"");
	}

	@Test
	void answerThatRedisDoesNotTakeIsLogged(CapturedOutput output) {
		this.wire.failing = true;
		this.responder.respond("publisher", "start", 1, "secret");
		assertThat(output).contains("Could not answer 'start' of 'publisher'")
			.contains("Redis is disconnected")
			.doesNotContain("secret");
	}

	@Test
	void floodOfAnswersThatRedisDoesNotTakeIsNoFloodOfLines(CapturedOutput output) {
		this.wire.failing = true;
		for (int i = 0; i < 300; i++) {
			this.responder.respond("publisher", "start", 1, null);
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("Redis is disconnected"))).hasSize(100);
	}

	@Test
	void answerThatRedisDoesNotTakeDelaysNothing() {
		this.responder.on("start", (signal) -> Acknowledgement.success(String.valueOf(signal.sampleNo())));
		this.wire.failing = true;
		this.publisher.publish("start", 1);
		awaiting().until(() -> this.wire.log.contains("answer start"));
		this.wire.failing = false;
		this.publisher.publish("start", 2);
		assertThat(this.publisher.receive().message()).isEqualTo("2");
	}

	// Stored signals

	@Test
	void handlersOfAStoredSignalBeginWhileTheReceiptAllowsIt() {
		List<String> called = Collections.synchronizedList(new ArrayList<>());
		for (String name : List.of("first", "second")) {
			this.responder.on("start", (signal) -> {
				called.add(name);
				return Acknowledgement.success(name);
			});
		}
		this.responder.on("end", succeeding());
		assertThat(deliver("start", called::isEmpty)).isNotDone();
		assertThat(called).containsExactly("first");
		this.responder.listen((signal) -> called.add("listener"));
		assertThat(deliver("end", () -> false)).isNotDone();
		assertThat(called).containsExactly("first");
		assertThat(deliver("end", () -> true)).isCompletedWithValueMatching((response) -> response.ras() == 1);
		assertThat(called).containsExactly("first", "listener");
	}

	// Returns the acknowledgement, when the signal is handled.
	private CompletableFuture<Response> deliver(String event, BooleanSupplier begin) {
		CompletableFuture<Response> acknowledged = new CompletableFuture<>();
		Receipt receipt = new Receipt() {

			@Override
			public boolean begin() {
				return begin.getAsBoolean();
			}

			@Override
			public CompletableFuture<?> acknowledge(@Nullable Response response,
					@Nullable ResponseExtension extension) {
				acknowledged.complete(response);
				return CompletableFuture.completedFuture(null);
			}

		};
		DefaultSignalResponder receiving = (DefaultSignalResponder) this.responder;
		Signal signal = new Signal("publisher", "python", event, "elsewhere", 1, Signal.NO_TAG, Map.of());
		assertThat(receiving.onSignal(new Delivery(signal, null, () -> true, null, receipt))).isTrue();
		awaiting().until(() -> receiving.unanswered() == 0);
		return acknowledged;
	}

	// Registrations

	@Test
	void closedHandlerHandlesNothing() {
		use(new Settings().unhandled(Unhandled.REJECT));
		this.responder.on("other", succeeding());
		Registration registration = this.responder.on("start", succeeding());
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").ras()).isOne();
		registration.close();
		registration.close();
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").ras()).isZero();
	}

	@Test
	void isSilentAgainWhenTheLastHandlerIsClosed() {
		Registration registration = this.responder.on("start", succeeding());
		this.publisher.publish("start");
		this.publisher.receive("start");
		registration.close();
		this.publisher.publish("start");
		this.publisher.receivesNothing();
	}

	@Test
	void handlerMayBeRegisteredTwiceAndClosedOnce() {
		SignalHandler handler = (signal) -> Acknowledgement.success("once");
		Registration first = this.responder.on("start", handler);
		Registration second = this.responder.on("start", handler);
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("once; once");
		first.close();
		first.close();
		this.publisher.publish("start");
		assertThat(this.publisher.receive().message()).isEqualTo("once");
		second.close();
	}

	@Test
	void closedHandlerFinishesTheSignalThatItHandles() {
		Gate gate = new Gate();
		Registration registration = this.responder.on("start", (signal) -> {
			gate.pass();
			return Acknowledgement.success("finished");
		});
		this.publisher.publish("start");
		gate.awaitEntered();
		registration.close();
		gate.open();
		assertThat(this.publisher.receive().message()).isEqualTo("finished");
	}

	// Stopping

	@Test
	void finishesAndAnswersAcceptedSignalsBeforeTheTransportStops() throws Exception {
		Gate gate = new Gate();
		CompletableFuture<Acknowledgement> stage = new CompletableFuture<>();
		this.responder.on("start", new AsyncHandler((signal) -> switch ((int) signal.sampleNo()) {
			case 1 -> {
				gate.pass();
				yield CompletableFuture.completedFuture(Acknowledgement.success("1"));
			}
			case 2 -> stage;
			default -> CompletableFuture.completedFuture(Acknowledgement.success("" + signal.sampleNo()));
		}));
		this.publisher.publish("start", 1);
		this.publisher.publish("start", 2);
		this.publisher.publish("start", 3);
		gate.awaitEntered();
		this.wire.awaitReceived();
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(this.engine::stop);
		awaiting().until(() -> !this.engine.isRunning());
		this.publisher.publish("start", 4);
		this.other.publish(Signal.INITIALIZATION);
		this.wire.awaitReceived();
		assertThat(stopped).isNotDone();
		assertThat(this.wire.log).isEmpty();
		gate.open();
		assertThat(this.publisher.receive().message()).isEqualTo("1");
		assertThat(stopped).isNotDone();
		stage.complete(Acknowledgement.success("2"));
		stopped.get(10, TimeUnit.SECONDS);
		assertThat(this.publisher.receive().message()).isEqualTo("2");
		assertThat(this.publisher.receive().message()).isEqualTo("3");
		assertThat(this.wire.log).containsExactly("answer start", "answer start", "answer start", "bye", "stop");
		assertThat(this.publisher.responses).isEmpty();
		assertThat(this.other.responses).isEmpty();
	}

	@Test
	void shutsItsExportersDownAfterTheLastAnswer() throws Exception {
		Gate gate = new Gate();
		this.responder.on("start", (signal) -> {
			gate.pass();
			return Acknowledgement.success();
		});
		this.engine.create("conductor").initialize("start");
		this.wire.log.clear();
		this.publisher.publish("start", 1);
		gate.awaitEntered();
		this.wire.log.clear();
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(this.engine::stop);
		awaiting().until(() -> !this.engine.isRunning());
		gate.open();
		stopped.get(10, TimeUnit.SECONDS);
		assertThat(this.wire.log).containsExactly("answer start", "bye", "signal shutdown", "stop");
	}

	@Test
	void handlersAndListenersStartWithoutTheInterruptOfThoseBefore() {
		Gate gate = new Gate();
		List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
		this.responder.listen((signal) -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
		});
		this.responder.listen((signal) -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
		});
		SignalHandler handler = (signal) -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
			return Acknowledgement.success();
		};
		this.responder.on("wait", (signal) -> {
			gate.pass();
			Thread.currentThread().interrupt();
			return Acknowledgement.success();
		});
		this.responder.on("start", handler);
		this.responder.on("start", handler);
		this.publisher.publish("wait", 0);
		gate.awaitEntered();
		for (int i = 1; i <= 20; i++) {
			this.publisher.publish("start", i);
			this.other.publish("start", i);
		}
		gate.open();
		for (int i = 0; i <= 20; i++) {
			assertThat(this.publisher.receive().ras()).isOne();
		}
		for (int i = 1; i <= 20; i++) {
			assertThat(this.other.receive().ras()).isOne();
		}
		assertThat(interrupted).hasSize(2 * 41 + 2 * 40).containsOnly(false);
	}

	@Test
	void doesNotWaitIndefinitelyForAHandlerThatIsStuck(CapturedOutput output) throws Exception {
		use(new Settings().drainTimeout(Duration.ofMillis(1)));
		Gate gate = blockHandler();
		CompletableFuture.runAsync(this.engine::stop).get(10, TimeUnit.SECONDS);
		assertThat(this.publisher.receive()).returns(0, Response::ras)
			.returns("The application stopped before the handler had finished", Response::message);
		assertThat(this.wire.log).containsExactly("answer start", "bye", "stop");
		assertThat(output).contains("Handlers had not finished within PT0.001S")
			.contains("on 'start' of 'publisher'")
			.contains(this.responder.getResponderId());
		gate.open();
	}

	// Returns when the handler of a signal waits.
	private Gate blockHandler() {
		Gate gate = new Gate();
		this.responder.on("start", (signal) -> {
			gate.pass();
			return Acknowledgement.success();
		});
		this.publisher.publish("start", 1);
		gate.awaitEntered();
		return gate;
	}

	@Test
	void handlerThatFinishesAfterItWasCutOffAnswersNothingMore() {
		use(new Settings().drainTimeout(Duration.ofMillis(1)));
		Gate gate = blockHandler();
		this.wire.beforeBye = () -> {
			gate.open();
			awaiting().until(() -> this.engine.services().lanes().running() == 0);
		};
		this.engine.stop();
		assertThat(this.wire.log).containsExactly("answer start", "bye", "stop");
		assertThat(this.publisher.receive().ras()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { Signal.INITIALIZATION, "listener" })
	void stopThatInterruptsOtherTasksAnswersNothing(String event) {
		use(new Settings().drainTimeout(Duration.ofMillis(1)));
		Gate gate = new Gate();
		this.responder.on(Signal.INITIALIZATION, (signal) -> {
			gate.pass();
			return Acknowledgement.success();
		});
		this.responder.on("start", succeeding());
		this.responder.listen((signal) -> {
			if (signal.event().equals("listener")) {
				gate.pass();
			}
		});
		this.publisher.publish(event);
		gate.awaitEntered();
		this.engine.stop();
		assertThat(this.wire.log).containsExactly("bye", "stop");
		gate.open();
	}

	@Test
	void interruptedStopStillStopsTheTransport() {
		Gate gate = blockHandler();
		Thread.currentThread().interrupt();
		this.engine.stop();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.publisher.receive().ras()).isZero();
		assertThat(this.wire.log).containsExactly("answer start", "bye", "stop");
		gate.open();
	}

	@Test
	void stopsOnASeparateThreadIfTheCallerDoesNotWait() throws Exception {
		Gate gate = blockHandler();
		CountDownLatch stopped = new CountDownLatch(1);
		this.engine.stop(stopped::countDown);
		awaiting().until(() -> !this.engine.isRunning());
		assertThat(stopped.getCount()).isOne();
		gate.open();
		assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
		this.publisher.receive("start");
	}

	@Test
	void handlesNothingAfterItHasStopped() throws Exception {
		AtomicInteger late = new AtomicInteger();
		for (int i = 0; i < 300; i++) {
			AtomicBoolean stopped = new AtomicBoolean();
			CountDownLatch handled = new CountDownLatch(1);
			FloodingTransport flood = new FloodingTransport();
			SignalEngine flooded = new SignalEngine(flood, new Settings().toEngineSettings(), this.executor,
					new JsonMapper(), List::of, this.events::add, new ScheduledTimer(), () -> SignalObserver.NONE);
			flooded.responder().on("start", (signal) -> {
				if (stopped.get()) {
					late.incrementAndGet();
				}
				handled.countDown();
				return Acknowledgement.success();
			});
			flooded.start();
			assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
			flooded.stop();
			stopped.set(true);
			flood.end();
			assertThat(flooded.services().lanes().awaitIdle(Duration.ofSeconds(10))).isTrue();
			flooded.close();
		}
		assertThat(late).hasValue(0);
	}

	@Test
	void acceptsAgainWhenItIsStartedAgain() {
		this.responder.on("start", succeeding());
		this.engine.stop();
		this.engine.start();
		this.publisher.publish("start");
		assertThat(this.publisher.receive("start").responderId()).isEqualTo(this.responder.getResponderId());
	}

	// Helpers

	private void use(Settings settings) {
		if (this.engine != null) {
			this.engine.stop();
		}
		this.engine = new SignalEngine(this.wire, settings.toEngineSettings(), this.executor, new JsonMapper(),
				List::of, this.events::add, new ScheduledTimer(), () -> SignalObserver.NONE);
		this.responder = this.engine.responder();
		this.engine.start();
		this.wire.log.clear();
	}

	private static SignalHandler succeeding() {
		return (signal) -> Acknowledgement.success();
	}

	private static SignalHandler throwing(Throwable failure) {
		return (signal) -> {
			if (failure instanceof Error error) {
				throw error;
			}
			throw (Exception) failure;
		};
	}

	private static Acknowledgement failing(RuntimeException failure) {
		throw failure;
	}

	private static SignalHandler async(Supplier<CompletionStage<Acknowledgement>> stage) {
		return new AsyncHandler((signal) -> stage.get());
	}

	/**
	 * Holds a handler until it is opened.
	 */
	private static final class Gate {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch opened = new CountDownLatch(1);

		void pass() {
			this.entered.countDown();
			await(this.opened);
		}

		void awaitEntered() {
			await(this.entered);
		}

		void open() {
			this.opened.countDown();
		}

		private static void await(CountDownLatch latch) {
			try {
				assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * The engine's transport: records its calls, and may fail.
	 */
	private static final class Wire extends DelegatingTransport {

		private static final String BARRIER = "barrier";

		private final Semaphore barriers = new Semaphore(0);

		private final List<String> log = Collections.synchronizedList(new ArrayList<>());

		private volatile boolean failing;

		private volatile Runnable beforeBye = () -> {
		};

		Wire(SignalTransport delegate) {
			super(delegate);
		}

		@Override
		public void start(Listener listener) {
			this.delegate.start(new DelegatingListener(listener) {

				@Override
				public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
					if (signal.event().equals(BARRIER)) {
						Wire.this.barriers.release();
					}
					else {
						super.onSignal(channel, signal, extension);
					}
				}

			});
		}

		/**
		 * Wait until the engine has received all sent messages.
		 */
		void awaitReceived() {
			this.delegate.send(CHANNEL, new Signal("nobody", "test", BARRIER, "test", 0, "test", Map.of()), null);
			try {
				assertThat(this.barriers.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void stop() {
			this.log.add("stop");
			this.delegate.stop();
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			this.log.add("signal " + signal.event());
			return this.delegate.send(channel, signal, extension);
		}

		@Override
		public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
				@Nullable String replyTo) {
			if (!response.publisherId().equals("*")) {
				this.log.add("answer " + response.event());
			}
			else if (response.event().equals(Signal.SHUTDOWN)) {
				this.beforeBye.run();
				this.log.add("bye");
			}
			return this.failing
					? CompletableFuture.failedFuture(new DataAccessResourceFailureException("Redis is disconnected"))
					: this.delegate.send(channel, response, extension, replyTo);
		}

	}

	/**
	 * Lets an engine receive signals without end.
	 */
	private static final class FloodingTransport extends SilentTransport {

		private final AtomicInteger received = new AtomicInteger();

		private volatile boolean ended;

		private Thread thread;

		@Override
		public void start(Listener listener) {
			this.thread = new Thread(() -> {
				while (!this.ended) {
					listener.onSignal(CHANNEL, new Signal("publisher-" + this.received.incrementAndGet(), "python",
							"start", "elsewhere", 1, Signal.NO_TAG, Map.of()), null);
				}
			}, "flood");
			this.thread.start();
		}

		/**
		 * Let the engine receive some more, and no more then.
		 */
		void end() throws InterruptedException {
			int before = this.received.get();
			awaiting().until(() -> this.received.get() > before + 2);
			this.ended = true;
			this.thread.join();
		}

	}

	/**
	 * Another application that publishes, and receives the answers.
	 */
	private final class Publisher extends SilentListener {

		private final String publisherId;

		private final SignalTransport transport;

		private final BlockingQueue<Response> responses = new LinkedBlockingQueue<>();

		Publisher(String publisherId, SignalTransport transport) {
			this.publisherId = publisherId;
			this.transport = transport;
			transport.open(CHANNEL);
			transport.start(this);
		}

		void publish(String event) {
			publish(event, Signal.NO_SAMPLE);
		}

		void publish(String event, long sampleNo) {
			publish(event, sampleNo, Signal.NO_TAG);
		}

		void publish(String event, long sampleNo, String tag) {
			this.transport.send(CHANNEL,
					new Signal(this.publisherId, "python", event, "elsewhere", sampleNo, tag, Map.of()), null);
		}

		/**
		 * The next response to this publisher.
		 */
		Response receive() {
			return next(this.responses, "no response was received");
		}

		Response receive(String event) {
			Response response = receive();
			assertThat(response.event()).isEqualTo(event);
			return response;
		}

		/**
		 * All published signals have been handled, and their answers received.
		 */
		void receivesNothing() {
			DefaultSignalResponderTests.this.wire.awaitReceived();
			Registration marker = DefaultSignalResponderTests.this.responder.on("marker", succeeding());
			publish("marker");
			receive("marker");
			marker.close();
		}

		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			if (response.publisherId().equals(this.publisherId)) {
				this.responses.add(response);
			}
		}

	}

}
