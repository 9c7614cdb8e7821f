package io.github.statesignals.core.engine;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.dao.PermissionDeniedDataAccessException;

import static io.github.statesignals.core.engine.InMemoryApplications.CHANNEL;
import static io.github.statesignals.core.engine.InMemoryApplications.RESPONSE_TIMEOUT;
import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Corner cases of membership and correlation that once failed.
 */
@Timeout(60)
class MembershipCornerTests {

	private static final long NONE = SignalExtension.NONE;

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private final Peer peer = this.applications.peer();

	@Test
	void anAnswerByHandWithoutARasDoesNotUseUpTheId() {
		Application application = this.applications.start();
		BlockingQueue<Signal> tracker = listen(application);
		this.peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		Signal signal = next(tracker);
		application.responder().respond(signal, null, "working on it");
		application.responder().respond(signal, 1, "done");
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("1"));
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("1"));
	}

	@Test
	void aSignalWithoutAnswersInTimeDoesNotShiftTheAnswersByEvent() {
		Application application = this.applications.start();
		BlockingQueue<Signal> tracker = listen(application);
		this.peer.publish(Peer.signal("publisher", "start", 1), new SignalExtension("1", 1, 0, 5_000, null));
		next(tracker);
		this.applications.timer().advance(Duration.ofSeconds(60));
		this.peer.publish(Peer.signal("publisher", "start", 2), new SignalExtension("2", 2, 60_000, 5_000, null));
		next(tracker);
		application.responder().respond("publisher", "start", 1, null);
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("2"));
	}

	@Test
	void anAnswerByEventToASignalWithoutAnIdDoesNotCarryAnEarlierOnes() {
		Application application = this.applications.start();
		BlockingQueue<Signal> tracker = listen(application);
		this.peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		next(tracker);
		// A legacy peer joined: no more extensions.
		this.peer.publish(Peer.signal("publisher", "start", 2), null);
		next(tracker);
		application.responder().respond("publisher", "start", 1, null);
		assertThat(this.peer.receiveResponse().extension()).isNull();
	}

	@Test
	void aRuleThatFailsWhenAResponderLeavesFailsItsPublishAndNoOther() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		CompletableFuture<SignalResult> broken = exporter.signal("start")
			.timeout(Duration.ofSeconds(-1))
			.until((awaited) -> 1 / awaited)
			.publishAsync();
		CompletableFuture<SignalResult> other = exporter.signal("start").publishAsync();
		((DefaultSignalExporter) exporter).subscriptions().leave("r1");
		assertThat(other).succeedsWithin(Duration.ofSeconds(2));
		assertThat(broken).failsWithin(Duration.ofSeconds(2))
			.withThrowableThat()
			.withCauseInstanceOf(ArithmeticException.class);
	}

	@Test
	void anIndefiniteTimeoutIsOneAlsoWithExtensions() {
		ExecutorService executor = Executors.newCachedThreadPool();
		SignalEngine engine = new SignalEngine(this.broker().transport(), new Settings().toEngineSettings(), executor,
				new JsonMapper(), List::of, (event) -> {
				}, new ScheduledTimer(), () -> SignalObserver.NONE);
		try {
			engine.responder().on("start", (signal) -> Acknowledgement.success());
			engine.start();
			SignalExporter exporter = engine.create("conductor");
			assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(20), "start")).isTrue();
			assertThat(exporter.signal("start").timeout(ChronoUnit.FOREVER.getDuration()).publish().isSuccess())
				.isTrue();
		}
		finally {
			engine.close();
			executor.shutdownNow();
		}
	}

	@Test
	void withExtensionsOffAnIdInAnAnswerIsIgnored() {
		Application application = this.applications.start(new Settings().extensions(Extensions.OFF));
		SignalExporter exporter = exporter(application, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null), new ResponseExtension("7"));
		assertThat(publish).succeedsWithin(Duration.ofSeconds(2));
	}

	@Test
	void aPublisherThatCountsFromZeroIsReceivedFromTheStart() {
		assertThat(new SequenceTracker().track(CHANNEL, "p", extension(0), 0).relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void aPublisherWhoseClockStoodStillForAWhileIsNotRefusedForMinutes() {
		SequenceTracker tracker = new SequenceTracker();
		trackAt(tracker, 1, 0, 0);
		// Its machine was suspended for a minute; Redis and we were not.
		for (int i = 2; i < 100; i++) {
			trackAt(tracker, i, i * 1_000, 60_000 + i * 1_000);
		}
		assertThat(trackAt(tracker, 100, 100_000, 160_000)).isGreaterThan(160_000_000_000L);
	}

	@Test
	void signalsPublishedWithATimeoutOfZeroAreHandledAllTheSame() {
		Application publishing = this.applications.start();
		SignalExporter exporter = publishing.exporter("start");
		Application application = this.applications.create(new Settings());
		BlockingQueue<Signal> handled = new LinkedBlockingQueue<>();
		application.responder().on("start", (signal) -> {
			handled.add(signal);
			return Acknowledgement.success();
		});
		application.engine().start();
		this.peer.settle();
		this.applications.timer().advance(Duration.ofMillis(100));
		awaiting().until(() -> exporter.getSubscribers().size() == 1);
		CountDownLatch released = new CountDownLatch(1);
		application.responder().on("start", (signal) -> {
			released.await();
			return Acknowledgement.success();
		});
		exporter.signal("start").timeout(Duration.ZERO).publishAsync();
		exporter.signal("start").timeout(Duration.ZERO).publishAsync();
		this.peer.settle();
		this.applications.timer().advance(Duration.ofMillis(1));
		released.countDown();
		application.awaitIdle();
		assertThat(handled).hasSize(2);
	}

	@Test
	void queuedPublishesDoNotAwaitAResponderThatTheOneBeforeEvicts() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = application.exporter("start");
		this.peer.subscribePlain(exporter, "gone");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> second = exporter.signal("start").publishAsync();
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(first).missing()).containsExactly("gone");
		assertThat(exporter.getSubscribers()).isEmpty();
		assertThat(second).succeedsWithin(Duration.ofSeconds(2));
	}

	@Test
	void anExpectedResponderThatSendsHelloIsAsked() {
		Application application = this.applications.start(new Settings().expectedResponders("expected"));
		application.exporter("start");
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.hello("expected");
		this.applications.timer().advance(Duration.ofMillis(100));
		this.peer.settle();
		assertThat(this.peer.signals()).isNotEmpty();
	}

	@Test
	void callbacksThatComeAfterTheEndDoNotWaitForEachOther() throws Exception {
		SignalEngine engine = this.applications.start().engine();
		Executor callbacks = engine.services().callbackLanes()::execute;
		// These short ones share a thread.
		CountDownLatch ended = new CountDownLatch(20_000);
		for (int i = 0; i < 20_000; i++) {
			callbacks.execute(ended::countDown);
		}
		assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
		engine.close();
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Void> held = new CompletableFuture<>();
		callbacks.execute(() -> {
			begun.countDown();
			held.join();
		});
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		CountDownLatch next = new CountDownLatch(1);
		callbacks.execute(next::countDown);
		assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
		held.complete(null);
	}

	@Test
	void aChannelThatCanNotBeSubscribedLeavesNeitherHandlerNorListenerNorExporterBehind() {
		Application application = this.applications.start();
		SignalExporter exporter = application.engine().create("conductor");
		DefaultSignalResponder responder = application.responder();
		application.wire().refuse(true);
		Class<?> refused = PermissionDeniedDataAccessException.class;
		assertThatThrownBy(() -> responder.on("start", (signal) -> Acknowledgement.success())).isInstanceOf(refused);
		assertThatThrownBy(() -> responder.listen((signal) -> {
		})).isInstanceOf(refused);
		assertThatThrownBy(() -> exporter.initialize("start")).isInstanceOf(refused);
		assertThat(responder.isActive()).isFalse();
		assertThat(application.engine().exporters()).isEmpty();
		application.wire().refuse(false);
		responder.on("start", (signal) -> Acknowledgement.success());
		exporter.initialize("start");
		awaiting().until(() -> exporter.getSubscribers().contains(responder.getResponderId()));
	}

	@Test
	void removingTheLastHandlerLetsItAnswerItsPresentSignalBeforeTheBye() throws Exception {
		SignalExporter exporter = this.applications.start().exporter("start");
		Application application = this.applications.create(new Settings());
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		Registration registration = application.responder().on("start", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success("finished");
		});
		application.engine().start();
		this.peer.settle();
		this.applications.timer().advance(Duration.ofMillis(100));
		awaiting().until(() -> exporter.getSubscribers().size() == 1);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		entered.await();
		registration.close();
		this.peer.settle();
		released.countDown();
		assertThat(get(publish).messages()).containsValue("finished");
	}

	@Test
	void theTimeBetweenTwoClocksDoesNotOverflow() {
		ClockOffset offset = new ClockOffset();
		offset.late(Long.MAX_VALUE, 1_000);
		assertThat(offset.late(0, 1_000)).isNotNegative();
		ClockOffset other = new ClockOffset();
		other.late(0, -9_000_000_000_000L);
		assertThat(other.late(Long.MAX_VALUE, -9_000_000_000_000L)).isZero();
		SequenceTracker tracker = new SequenceTracker();
		trackAt(tracker, 1, Long.MAX_VALUE, 1_000);
		assertThat(trackAt(tracker, 2, 1_000, 1_000)).as("one of the times is false").isEqualTo(21_000_000_000L);
	}

	@Test
	void nanosecondsMayOverflow() {
		SequenceTracker tracker = new SequenceTracker();
		long now = Long.MAX_VALUE - 500_000_000;
		tracker.track(CHANNEL, "p", new SignalExtension(null, 1, 1_000, 5_000, null), now);
		now += 10_000_000_000L;
		Long deadline = tracker.track(CHANNEL, "p", new SignalExtension(null, 2, 1_000, 5_000, null), now)
			.deadlineNanos(now);
		assertThat(deadline - now).isEqualTo(-5_000_000_000L);
	}

	@Test
	void anEventIsPublishedForEachResponderThatJoins() {
		CountDownLatch released = new CountDownLatch(1);
		BlockingQueue<Object> told = new LinkedBlockingQueue<>();
		ExecutorService executor = Executors.newCachedThreadPool();
		SignalEngine engine = new SignalEngine(this.broker().transport(), new Settings().toEngineSettings(), executor,
				new JsonMapper(), List::of, (event) -> {
					try {
						released.await();
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
					told.add(event);
				}, new ScheduledTimer(), () -> SignalObserver.NONE);
		try {
			engine.start();
			DefaultSignalExporter exporter = (DefaultSignalExporter) engine.create("conductor");
			exporter.initialize("start");
			IntStream.range(0, 5_000)
				.forEach((i) -> exporter.subscriptions()
					.onResponse(new Response("r" + i, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
							null));
			assertThat(exporter.getSubscribers()).hasSize(5_000);
			released.countDown();
			awaiting().untilAsserted(() -> assertThat(told).hasSize(5_000));
		}
		finally {
			engine.close();
			executor.shutdownNow();
		}
	}

	@Test
	void moreThanAThousandSignalsMayAwaitAnAnswerByHand() {
		Application application = this.applications.start();
		BlockingQueue<Signal> tracker = listen(application);
		for (int i = 1; i <= 2_000; i++) {
			this.peer.transport().send(CHANNEL, Peer.signal("publisher", "start", i), extension(i));
		}
		Signal first = next(tracker);
		IntStream.range(1, 2_000).forEach((i) -> next(tracker));
		this.peer.forget();
		application.responder().respond(first, 1, null);
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("1"));
	}

	private InMemoryBroker broker() {
		return new InMemoryBroker();
	}

	private SignalExporter exporter(Application application, String... responderIds) {
		SignalExporter exporter = application.exporter("start");
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.subscribe(exporter, responderIds);
		return exporter;
	}

	private BlockingQueue<Signal> listen(Application application) {
		BlockingQueue<Signal> tracker = new LinkedBlockingQueue<>();
		application.responder().listen(tracker::add);
		this.peer.forget();
		return tracker;
	}

	private static Signal next(BlockingQueue<Signal> tracker) {
		return InMemoryApplications.next(tracker, "no signal was received");
	}

	private static @Nullable Long trackAt(SequenceTracker tracker, long sequence, long sentMillis, long nowMillis) {
		return tracker
			.track(CHANNEL, "p", new SignalExtension(null, sequence, sentMillis, 20_000, null), nowMillis * 1_000_000)
			.deadlineNanos(nowMillis * 1_000_000);
	}

	private static SignalExtension extension(long number) {
		return new SignalExtension(Long.toString(number), number, NONE, NONE, null);
	}

}
