package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalGapEvent;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.statesignals.core.engine.InMemoryApplications.RESPONSE_TIMEOUT;
import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The subscribers of an exporter, and the messages of a channel's members about it: those
 * that come, those that leave, those that fall silent.
 */
@Timeout(120)
class MembershipTests {

	private static final Duration PATIENCE = Duration.ofMillis(100);

	private static final Duration NANOSECOND = Duration.ofNanos(1);

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private final Peer peer = this.applications.peer();

	// Those that come

	@Test
	void aResponderThatIsUnknownIsAskedWithinAHundredMilliseconds() {
		SignalExporter exporter = initialized();
		this.peer.hello("r1");
		this.applications.timer().advance(PATIENCE.minus(NANOSECOND));
		this.peer.receivesNoSignal();
		this.applications.timer().advance(NANOSECOND);
		Signal asked = this.peer.receive(Signal.INITIALIZATION).content();
		assertThat(asked.publisherId()).isEqualTo(exporter.getPublisherId());
		assertThat(exporter.getSubscribers()).isEmpty();
		assertThat(this.applications.timer().scheduled()).isZero();
	}

	@Test
	void isAskedWithTheTagOfTheInitialization() {
		SignalExporter exporter = this.applications.start().engine().create("conductor");
		exporter.initialization("start").tag("run-7").initialize();
		this.peer.forget();
		this.peer.hello("r1");
		this.applications.timer().advance(PATIENCE);
		assertThat(this.peer.receive(Signal.INITIALIZATION).content().tag()).isEqualTo("run-7");
	}

	@Test
	void aCrowdIsAskedOnce() {
		initialized();
		for (int i = 0; i < 50; i++) {
			this.peer.hello("r" + i);
		}
		assertThat(this.applications.timer().scheduled()).isOne();
		this.applications.timer().advance(PATIENCE);
		this.peer.receive(Signal.INITIALIZATION);
		this.applications.timer().advance(Duration.ofHours(1));
		this.peer.receivesNoSignal();
		// The next one to come is asked again.
		this.peer.hello("late");
		this.applications.timer().advance(PATIENCE);
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receivesNoSignal();
	}

	@Test
	void aSubscriberIsNotAsked() {
		SignalExporter exporter = initialized();
		this.peer.subscribe(exporter, "r1");
		this.peer.hello("r1");
		assertThat(this.applications.timer().scheduled()).isZero();
		this.peer.receivesNoSignal();
	}

	@Test
	void aResponderThatSubscribesMeanwhileIsNotAskedAndOthersAre() {
		SignalExporter exporter = initialized();
		this.peer.hello("r1");
		this.peer.subscribe(exporter, "r1");
		this.applications.timer().advance(PATIENCE);
		this.peer.receivesNoSignal();
		this.peer.hello("r2");
		this.peer.hello("r3");
		this.peer.subscribe(exporter, "r3");
		this.applications.timer().advance(PATIENCE);
		this.peer.receive(Signal.INITIALIZATION);
	}

	@Test
	void everyInitializedExporterOfTheChannelAsksAndNoOther() {
		Application application = this.applications.start();
		SignalExporter first = application.exporter("start");
		SignalExporter second = application.exporter("start");
		application.engine().create("idle");
		SignalExporter elsewhere = application.engine().create("elsewhere", "other");
		elsewhere.initialize("start");
		SignalExporter done = application.exporter("start");
		done.shutdown();
		this.peer.transport().open("other");
		this.peer.forget();
		this.peer.hello("r1");
		this.applications.timer().advance(PATIENCE);
		assertThat(List.of(this.peer.receive(Signal.INITIALIZATION), this.peer.receive(Signal.INITIALIZATION)))
			.extracting((signal) -> signal.content().publisherId())
			.containsExactlyInAnyOrder(first.getPublisherId(), second.getPublisherId());
		this.peer.receivesNoSignal();
	}

	@Test
	void shuttingDownForgetsTheRespondersToAsk() {
		SignalExporter exporter = initialized();
		this.peer.hello("r1");
		exporter.shutdown();
		this.peer.receive(Signal.SHUTDOWN);
		assertThat(this.applications.timer().scheduled()).isZero();
		exporter.initialize("start");
		this.peer.receive(Signal.INITIALIZATION);
		this.applications.timer().advance(PATIENCE);
		this.peer.receivesNoSignal();
	}

	@Test
	void anApplicationThatStartsLateIsSubscribedWithoutAnotherInitialization() {
		SignalExporter exporter = initialized();
		Application late = this.applications.create(new Settings());
		late.responder().on("start", (signal) -> Acknowledgement.success("here"));
		late.engine().start();
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		String responderId = late.responder().getResponderId();
		awaiting().until(() -> exporter.getSubscribers().contains(responderId));
		assertThat(exporter.publish("start").messages()).containsOnlyKeys(responderId).containsValue("here");
	}

	@Test
	void waitingForRespondersThatAreSubscribedEndsAtOnce() {
		SignalExporter exporter = initialized("r1");
		get(this.applications.inBackground(
				() -> assertThat(this.conductor.engine().awaitSubscribers(exporter, 1, RESPONSE_TIMEOUT)).isTrue()));
	}

	@Test
	void onlyTheFirstHandlerOrListenerSendsHelloAndOnlyTheLastSendsBye() {
		Application application = this.applications.start();
		SignalResponder responder = application.responder();
		this.peer.receivesNoResponse();
		Registration handler = responder.on("start", succeeding());
		assertAnnounced(Signal.INITIALIZATION, responder);
		Registration listener = responder.listen((signal) -> {
		});
		Registration other = responder.on("end", succeeding());
		handler.close();
		other.close();
		other.close();
		this.peer.receivesNoResponse();
		listener.close();
		assertAnnounced(Signal.SHUTDOWN, responder);
		listener.close();
		this.peer.receivesNoResponse();
		responder.listen((signal) -> {
		});
		assertAnnounced(Signal.INITIALIZATION, responder);
		this.peer.receivesNoResponse();
	}

	@Test
	void aResponderThatStartsWithHandlersSendsHelloAndOneWithoutDoesNot() {
		Application application = this.applications.create(new Settings());
		application.engine().get("silent");
		SignalResponder responder = application.responder();
		responder.on("start", succeeding());
		this.peer.receivesNoResponse();
		application.engine().start();
		assertAnnounced(Signal.INITIALIZATION, responder);
		this.peer.receivesNoResponse();
	}

	@Test
	void anApplicationThatDoesNotRespondSendsNeitherHelloNorBye() {
		Application application = this.applications.start(new Settings().respond(false));
		Registration registration = application.responder().on("start", succeeding());
		application.responder().unlock();
		application.wire().reconnect(true);
		registration.close();
		application.responder().on("start", succeeding());
		application.engine().stop();
		this.peer.receivesNoResponse();
	}

	@Test
	void unlockingSendsHelloSoThatOthersThanTheOldPublisherAskIt() {
		SignalExporter exporter = initialized();
		Application application = this.applications.create(new Settings());
		DefaultSignalResponder responder = application.responder();
		responder.unlock();
		responder.lockPublisher("somebody-else");
		responder.on("start", succeeding());
		application.engine().start();
		assertAnnounced(Signal.INITIALIZATION, responder);
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.receivesNoResponse();
		assertThat(exporter.getSubscribers()).isEmpty();
		responder.unlock();
		assertAnnounced(Signal.INITIALIZATION, responder);
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		awaiting().until(() -> exporter.getSubscribers().contains(responder.getResponderId()));
	}

	@Test
	void unlockingAResponderWithoutHandlersSendsNothing() {
		this.applications.start().responder().unlock();
		this.peer.receivesNoResponse();
	}

	// Those that leave

	@Test
	void aPublishEndsAsSoonAsTheLastOneThatItAwaitsLeaves() {
		SignalExporter exporter = initialized("r1", "r2");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answer("r1", signal, 1);
		assertThat(publish).isNotDone();
		this.applications.timer().advance(Duration.ofSeconds(3));
		this.peer.bye("r2");
		SignalResult result = get(publish);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).containsOnlyKeys("r1");
		assertThat(result.left()).containsExactly("r2");
		assertThat(result.missing()).isEmpty();
		assertThat(result.awaited()).isOne();
		assertThat(result.elapsed()).isEqualTo(Duration.ofSeconds(3));
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		assertThat(this.applications.timer().scheduled()).as("timeouts").isZero();
	}

	@Test
	void anErrorOfACompletionRuleWhenOneLeavesFailsItsPublishAlone() {
		SignalExporter exporter = initialized("r1", "r2");
		CompletableFuture<SignalResult> ended = exporter.signal("start").publishAsync();
		this.peer.answer("r1", this.peer.receive("start"), 1);
		CompletableFuture<SignalResult> failed = exporter.signal("start").until((awaited) -> {
			if (awaited < 2) {
				throw new AssertionError("broken, on purpose");
			}
			return awaited;
		}).publishAsync();
		this.peer.receive("start");
		this.peer.bye("r2");
		assertThat(get(ended).left()).containsExactly("r2");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(failed::join)
			.withRootCauseInstanceOf(AssertionError.class);
	}

	@Test
	void othersAreAwaitedWhenOneLeaves() {
		SignalExporter exporter = initialized("r1", "r2", "r3");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.bye("r2");
		this.peer.answer("r1", signal, 0);
		assertThat(publish).isNotDone();
		this.peer.answer("r3", signal, 1);
		assertThat(get(publish).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(get(publish).responses()).containsOnlyKeys("r1", "r3");
		assertThat(get(publish).left()).containsExactly("r2");
	}

	@Test
	void aResponderThatLeftIsNotMissingWhenTheOthersAre() {
		SignalExporter exporter = initialized("r1", "r2", "r3");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.answer("r1", this.peer.receive("start"), 1);
		this.peer.bye("r2");
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(publish).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(publish).missing()).containsExactly("r3");
		assertThat(get(publish).left()).containsExactly("r2");
	}

	@Test
	void aPublishEndsWithCodeZeroWhenAllRespondersLeave() {
		SignalExporter exporter = initialized("r1", "r2");
		CompletableFuture<SignalResult> publish = exporter.signal("start")
			.timeout(Duration.ofSeconds(-1))
			.publishAsync();
		this.peer.receive("start");
		this.peer.bye("r2");
		assertThat(publish).isNotDone();
		this.peer.bye("r1");
		assertThat(get(publish).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(get(publish).awaited()).isZero();
		assertThat(get(publish).left()).containsExactlyInAnyOrder("r2", "r1");
		assertThat(exporter.publish("start").left()).isEmpty();
	}

	@Test
	void anAnswerCountsAlsoIfItsResponderLeavesThen() {
		SignalExporter exporter = initialized("r1", "r2");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answer("r1", signal, 0);
		this.peer.bye("r1");
		this.peer.answer("r2", signal, 1);
		assertThat(get(publish).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(get(publish).responses()).containsOnlyKeys("r1", "r2");
		assertThat(get(publish).left()).isEmpty();
		assertThat(exporter.getSubscribers()).containsExactly("r2");
	}

	@Test
	void endsAllPublishesThatAwaitOnlyRespondersThatLeft() {
		SignalExporter exporter = initialized("r1", "r2");
		List<CompletableFuture<SignalResult>> publishes = IntStream.range(0, 20)
			.mapToObj((i) -> exporter.signal((i % 2 == 0) ? "start" : "end").publishAsync())
			.toList();
		List<Message<Signal, SignalExtension>> signals = IntStream.range(0, 20)
			.mapToObj((i) -> this.peer.receive())
			.toList();
		signals.forEach((signal) -> this.peer.answer("r1", signal, 1));
		assertThat(publishes).allMatch((publish) -> !publish.isDone());
		this.peer.bye("r2");
		assertThat(publishes).allSatisfy((publish) -> assertThat(get(publish).left()).containsExactly("r2"));
	}

	@Test
	void publishesQueuedForALegacyPeerAreSentWhenItLeaves() {
		SignalExporter exporter = initialized("r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> first = exporter.signal("start").sampleNo(1).publishAsync();
		CompletableFuture<SignalResult> second = exporter.signal("start").sampleNo(2).publishAsync();
		this.peer.answer("r1", this.peer.receive("start"), 1);
		this.peer.receivesNoSignal();
		((DefaultSignalExporter) exporter).subscriptions().leave("python");
		assertThat(get(first).left()).containsExactly("python");
		Message<Signal, SignalExtension> next = this.peer.receive("start");
		assertThat(next.content().sampleNo()).isEqualTo(2);
		this.peer.answer("r1", next, 1);
		assertThat(get(second).responses()).containsOnlyKeys("r1");
		assertThat(get(second).left()).isEmpty();
	}

	@Test
	void aMajorityIsOneOfThoseThatStayed() {
		SignalExporter exporter = initialized("r1", "r2", "r3", "r4");
		CompletableFuture<SignalResult> publish = exporter.signal("start")
			.until(CompletionRule.quorum())
			.publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answer("r1", signal, 1);
		this.peer.answer("r2", signal, 1);
		assertThat(publish).isNotDone();
		this.peer.bye("r3");
		assertThat(get(publish).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(get(publish).left()).containsExactly("r3");
		assertThat(get(publish).missing()).containsExactly("r4");
	}

	@Test
	void aRuleThatCannotBeFulfilledAnyMoreEndsThePublish() {
		SignalExporter exporter = initialized("r1", "r2", "r3");
		CompletableFuture<SignalResult> publish = exporter.signal("start")
			.until(CompletionRule.count(2))
			.publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.bye("r1");
		assertThat(publish).isNotDone();
		this.peer.bye("r2");
		assertThat(get(publish).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(publish).missing()).containsExactly("r3");
		assertThat(get(publish).left()).containsExactly("r1", "r2");
		this.peer.answer("r3", signal, 1);
		assertThat(get(publish).responses()).isEmpty();
	}

	@Test
	void aRuleThatRequiresAResponderIsNotFulfilledWhenAllLeave() {
		SignalExporter exporter = initialized("r1", "r2");
		CompletableFuture<SignalResult> publish = exporter.signal("start").until(CompletionRule.first()).publishAsync();
		this.peer.bye("r1");
		assertThat(publish).isNotDone();
		this.peer.bye("r2");
		assertThat(get(publish).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(get(publish).missing()).isEmpty();
		assertThat(get(publish).left()).containsExactly("r1", "r2");
	}

	@Test
	void leavingBeforeRedisHasTakenTheSignalEndsThePublishOnlyOnceItIsConfirmed() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		this.peer.subscribe(exporter, "r1");
		application.wire().hold();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.bye("r1");
		assertThat(exporter.getSubscribers()).isEmpty();
		assertThat(publish).isNotDone();
		application.wire().held().get(0).complete(null);
		assertThat(get(publish).left()).containsExactly("r1");
	}

	@Test
	void byeToOneExporterDoesNotAffectTheOthers() {
		Application application = this.applications.start();
		SignalExporter first = application.exporter("start");
		SignalExporter second = application.exporter("start");
		this.peer.subscribe(first, "r1");
		this.peer.subscribe(second, "r1");
		CompletableFuture<SignalResult> one = first.signal("start").publishAsync();
		CompletableFuture<SignalResult> other = second.signal("start").publishAsync();
		this.peer.bye("r1", first.getPublisherId());
		assertThat(get(one).left()).containsExactly("r1");
		assertThat(other).isNotDone();
		assertThat(first.getSubscribers()).isEmpty();
		assertThat(second.getSubscribers()).containsExactly("r1");
		this.peer.bye("r1", "*");
		assertThat(get(other).left()).containsExactly("r1");
	}

	@Test
	void byeOnOneChannelDoesNotAffectAnother() {
		Application application = this.applications.start();
		SignalExporter exporter = application.engine().create("elsewhere", "other");
		exporter.initialize("start");
		LeaveSeal seal = LeaveSeal.create();
		this.peer.transport()
			.send("other", new Response("r1", exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
					new ResponseExtension(null, null, null, seal.seal(), null), null);
		awaiting().until(() -> !exporter.getSubscribers().isEmpty());
		ResponseExtension key = new ResponseExtension(null, null, null, seal.key(), null);
		this.peer.respond(new Response("r1", "*", Signal.SHUTDOWN, null, null), key);
		this.peer.respond(new Response("r1", exporter.getPublisherId(), Signal.SHUTDOWN, null, null), key);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		this.peer.transport().send("other", new Response("r1", "*", Signal.SHUTDOWN, null, null), key, null);
		awaiting().until(() -> exporter.getSubscribers().isEmpty());
	}

	@Test
	void anUnknownResponderThatLeavesChangesNothing() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		this.peer.subscribe(exporter, "r1");
		assertThat(application.nextEvent()).isEqualTo(new SubscriberJoinedEvent(exporter.getPublisherId(), "r1"));
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.bye("stranger");
		this.peer.respond(new Response("r1", "*", "start", 1, null), ResponseExtension.UNDERSTOOD);
		assertThat(publish).isNotDone();
		application.hasNoEvent();
	}

	@Test
	void anApplicationThatStopsFinishesItsHandlersThenSendsByeThenShutsItsExportersDown() throws Exception {
		SignalExporter exporter = initialized();
		Application leaving = this.applications.start();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		leaving.responder().on("start", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success("finished");
		});
		leaving.engine().get("other").on("end", succeeding());
		leaving.engine().get("silent");
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		awaiting().until(() -> exporter.getSubscribers().size() == 2);
		leaving.exporter("start");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		entered.await();
		awaiting().until(() -> leaving.wire().log().contains("answer start"));
		int before = leaving.wire().log().size();
		CompletableFuture<Void> stop = this.applications.inBackground(leaving.engine()::stop);
		awaiting().until(() -> !leaving.engine().isRunning());
		// Not accepted any more: the publisher learns of it by the bye.
		CompletableFuture<SignalResult> tooLate = exporter.signal("end").publishAsync();
		this.peer.settle();
		released.countDown();
		get(stop);
		assertThat(leaving.wire().log().subList(before, leaving.wire().log().size())).containsExactly("answer start",
				"announcement shutdown", "announcement shutdown", "signal shutdown", "stop");
		assertThat(get(publish).messages()).containsValue("finished");
		assertThat(get(publish).left()).isEmpty();
		assertThat(get(tooLate).left()).hasSize(2);
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void responderWhoseLastHandlerIsRemovedSendsByeAfterItsLastAnswer() throws Exception {
		Application application = this.applications.start();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		Registration registration = application.responder().on("start", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success();
		});
		assertAnnounced(Signal.INITIALIZATION, application.responder());
		this.peer.publish(Peer.signal("python", "start", 1), null);
		entered.await();
		registration.close();
		this.peer.receivesNoResponse();
		released.countDown();
		assertThat(this.peer.receiveResponse().content().event()).isEqualTo("start");
		assertAnnounced(Signal.SHUTDOWN, application.responder());
	}

	@Test
	void aHandlerThatDoesNotFinishInTimeHasFailed() {
		SignalExporter exporter = initialized();
		Application leaving = this.applications.start(new Settings().drainTimeout(Duration.ofMillis(1)));
		CompletableFuture<Void> begun = new CompletableFuture<>();
		leaving.responder().on("start", new AsyncHandler((signal) -> {
			begun.complete(null);
			return new CompletableFuture<>();
		}));
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		String responderId = leaving.responder().getResponderId();
		awaiting().until(() -> exporter.getSubscribers().contains(responderId));
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		get(begun);
		leaving.engine().stop();
		assertThat(get(publish)).satisfies((result) -> {
			assertThat(result.failed()).containsExactly(responderId);
			assertThat(result.left()).isEmpty();
			assertThat(result.messages()).containsEntry(responderId,
					"The application stopped before the handler had finished");
		});
		awaiting().until(() -> exporter.getSubscribers().isEmpty());
	}

	@Test
	void aListenerThatHasNotAnsweredWhenItsApplicationStopsHasFailed() {
		SignalExporter exporter = initialized();
		Application leaving = this.applications.start();
		SignalResponder responder = leaving.responder();
		responder.listen((signal) -> {
			if (signal.event().equals(Signal.INITIALIZATION)) {
				responder.respond(signal, 1, null);
			}
		});
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		awaiting().until(() -> exporter.getSubscribers().contains(responder.getResponderId()));
		CompletableFuture<SignalResult> expired = exporter.signal("start").timeout(PATIENCE).publishAsync();
		this.peer.settle();
		this.applications.timer().advance(PATIENCE.multipliedBy(2));
		assertThat(get(expired).missing()).containsExactly(responder.getResponderId());
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.settle();
		this.peer.responses().clear();
		leaving.engine().stop();
		assertThat(get(publish)).satisfies((result) -> {
			assertThat(result.failed()).containsExactly(responder.getResponderId());
			assertThat(result.messages()).containsEntry(responder.getResponderId(),
					"The application stopped before it had answered");
		});
		assertThat(this.peer.receiveResponse().content().ras()).isZero();
		assertAnnounced(Signal.SHUTDOWN, responder);
		leaving.engine().start();
		assertAnnounced(Signal.INITIALIZATION, responder);
		leaving.engine().stop();
		assertAnnounced(Signal.SHUTDOWN, responder);
	}

	@Test
	void aListenerThatHasNotAnsweredAnInitializationDoesNotSubscribeWhenItStops() {
		initialized();
		Application leaving = this.applications.start();
		SignalResponder responder = leaving.responder();
		BlockingQueue<Signal> received = new LinkedBlockingQueue<>();
		responder.listen(received::add);
		this.peer.settle();
		this.applications.timer().advance(PATIENCE);
		assertThat(InMemoryApplications.next(received, "no signal was received").event())
			.isEqualTo(Signal.INITIALIZATION);
		this.peer.settle();
		this.peer.responses().clear();
		leaving.engine().stop();
		assertAnnounced(Signal.SHUTDOWN, responder);
	}

	// Those that fall silent

	@Test
	void aResponderThatMissesTooManyInARowIsAwaitedNoLonger() {
		Application application = this.applications.start(new Settings().evictAfterMissed(3));
		SignalExporter exporter = subscribed(application, "r1", "r2");
		for (int i = 0; i < 3; i++) {
			assertThat(exporter.getSubscribers()).containsExactly("r1", "r2");
			assertThat(miss(exporter, "r1").missing()).containsExactly("r2");
		}
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		assertThat(application.nextEvent())
			.isEqualTo(new SubscriberLeftEvent(exporter.getPublisherId(), "r2", Reason.EVICTED));
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.answer("r1", this.peer.receive("start"), 1);
		assertThat(get(publish).isSuccess()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "start", "end", Signal.INITIALIZATION })
	void anyAnswerInBetweenStartsTheCountAfresh(String event) {
		Application application = this.applications.start(new Settings().evictAfterMissed(2));
		SignalExporter exporter = subscribed(application, "r1");
		for (int i = 0; i < 3; i++) {
			miss(exporter);
			// Late is better than never.
			this.peer.respond(new Response("r1", exporter.getPublisherId(), event, 1, null),
					ResponseExtension.UNDERSTOOD);
		}
		miss(exporter);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		miss(exporter);
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void aPublishThatAwaitsNoAnswerEvictsNoResponder() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		SignalResult result = exporter.signal("start").timeout(Duration.ZERO).publish();
		assertThat(result.missing()).containsExactly("r1");
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		assertThat(signal.extension().timeoutMillis()).isEqualTo(SignalExtension.NONE);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		application.hasNoEvent();
	}

	@Test
	void noResponderIsEvictedUnlessConfigured() {
		Application application = this.applications.start();
		SignalExporter exporter = subscribed(application, "r1");
		for (int i = 0; i < 20; i++) {
			assertThat(miss(exporter).missing()).containsExactly("r1");
		}
		application.hasNoEvent();
	}

	@Test
	void anEvictedResponderIsASubscriberAgainWhenItAnswers() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(publish).missing()).containsExactly("r1");
		assertThat(exporter.getSubscribers()).isEmpty();
		this.peer.answer("stranger", signal, 1);
		assertThat(exporter.getSubscribers()).isEmpty();
		this.peer.answer("r1", signal, 1);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		assertThat(List.of(application.nextEvent(), application.nextEvent())).containsExactly(
				new SubscriberLeftEvent(exporter.getPublisherId(), "r1", Reason.EVICTED),
				new SubscriberJoinedEvent(exporter.getPublisherId(), "r1"));
		// It echoed an id, so it supports extensions.
		exporter.signal("start").publishAsync();
		assertThat(this.peer.receive("start").extension()).isNotNull();
	}

	@Test
	void anEvictedResponderThatSendsByeIsForgotten() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		miss(exporter);
		assertThat(application.nextEvent()).isInstanceOf(SubscriberLeftEvent.class);
		this.peer.bye("r1");
		application.hasNoEvent();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void aForgedByeDoesNotForgetAnEvictedResponder() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		miss(exporter);
		this.peer.forgeBye("r1", ResponseExtension.UNDERSTOOD);
		this.peer.forgeBye("r1", new ResponseExtension(null, null, null, LeaveSeal.create().key(), null));
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
	}

	@Test
	void aPublishThatAwaitsAnEvictedResponderEndsWhenItSendsBye() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").timeout(Duration.ofHours(1)).publishAsync();
		miss(exporter);
		assertThat(application.nextEvent()).isInstanceOf(SubscriberLeftEvent.class);
		assertThat(publish).isNotDone();
		this.peer.bye("r1");
		assertThat(publish).succeedsWithin(Duration.ofSeconds(20))
			.satisfies((result) -> assertThat(result.left()).containsExactly("r1"))
			.returns(false, SignalResult::isSuccess);
	}

	@Test
	void anEvictedResponderThatSendsHelloIsAsked() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		miss(exporter);
		this.peer.hello("r1");
		this.applications.timer().advance(PATIENCE);
		this.peer.receive(Signal.INITIALIZATION);
	}

	// Lost subscription

	@Test
	void afterAGapEveryExporterAsksAgainAndEveryResponderSendsHello() {
		Application application = this.applications.start();
		SignalExporter first = application.exporter("start");
		SignalExporter second = application.exporter("start");
		application.engine().create("idle");
		// The responders must not receive the question of the start, and join by
		// answering.
		this.peer.settle();
		SignalResponder responder = application.engine().get("memory");
		responder.on("start", succeeding());
		SignalResponder other = application.engine().get("disk");
		other.listen((signal) -> {
		});
		application.engine().get("silent");
		this.peer.forget();
		for (int i = 0; i < 2; i++) {
			assertThat(application.nextEvent()).isInstanceOf(SubscriberJoinedEvent.class);
		}
		application.wire().reconnect(true);
		assertThat(List.of(this.peer.receive(Signal.INITIALIZATION), this.peer.receive(Signal.INITIALIZATION)))
			.extracting((signal) -> signal.content().publisherId())
			.containsExactlyInAnyOrder(first.getPublisherId(), second.getPublisherId());
		this.peer.receivesNoSignal();
		assertThat(this.peer.responses()).extracting(Message::content)
			.filteredOn((response) -> response.publisherId().equals("*"))
			.containsExactly(announcement(responder, Signal.INITIALIZATION),
					announcement(other, Signal.INITIALIZATION));
		assertThat(application.nextEvent()).isEqualTo(new SignalGapEvent());
		assertThat(application.engine().counters().gaps.sum()).isOne();
	}

	@Test
	void subscriptionsThatWereMissedInAGapAreRestoredByAsking() {
		SignalExporter exporter = initialized();
		Application other = this.applications.start();
		other.responder().on("start", succeeding());
		// The hello is lost: the clock stands still.
		this.peer.settle();
		assertThat(exporter.getSubscribers()).isEmpty();
		this.conductor.wire().reconnect(true);
		awaiting().until(() -> exporter.getSubscribers().contains(other.responder().getResponderId()));
	}

	@Test
	void connectingForTheFirstTimeIsNoGap() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		this.peer.settle();
		application.responder().on("start", succeeding());
		assertThat(application.nextEvent())
			.isEqualTo(new SubscriberJoinedEvent(exporter.getPublisherId(), application.responder().getResponderId()));
		this.peer.forget();
		application.wire().reconnect(false);
		this.peer.receivesNoSignal();
		assertAnnounced(Signal.INITIALIZATION, application.responder());
		application.hasNoEvent();
		assertThat(application.engine().counters().gaps.sum()).isZero();
	}

	@Test
	void applicationEventsNameRespondersThatJoinedAndLeftInOrder() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = application.exporter("start");
		String publisherId = exporter.getPublisherId();
		this.peer.forget();
		this.peer.subscribe(exporter, "r1", "r2", "r1");
		this.peer.bye("r1");
		this.peer.bye("r1");
		miss(exporter);
		application.wire().reconnect(true);
		this.peer.subscribePlain(exporter, "r1", "r3");
		assertThat(IntStream.range(0, 7).mapToObj((i) -> application.nextEvent())).containsExactly(
				new SubscriberJoinedEvent(publisherId, "r1"), new SubscriberJoinedEvent(publisherId, "r2"),
				new SubscriberLeftEvent(publisherId, "r1", Reason.SAID_BYE),
				new SubscriberLeftEvent(publisherId, "r2", Reason.EVICTED), new SignalGapEvent(),
				new SubscriberJoinedEvent(publisherId, "r1"), new SubscriberJoinedEvent(publisherId, "r3"));
		exporter.shutdown();
		application.hasNoEvent();
	}

	// Support for extensions

	@Test
	void withExtensionsOffNoExtensionsAreSent() {
		Application application = this.applications.start(new Settings().extensions(Extensions.OFF));
		SignalExporter exporter = application.exporter("start");
		this.peer.subscribe(exporter, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		assertThat(this.peer.receive(Signal.INITIALIZATION).extension()).isNull();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		assertThat(signal.extension()).isNull();
		this.peer.answer("r1", signal, 1);
		assertThat(get(publish).isSuccess()).isTrue();
		this.peer.receivesNoResponse();
		Registration registration = application.responder().on("start", succeeding());
		application.responder().unlock();
		this.peer.receivesNoResponse();
		application.wire().reconnect(true);
		this.peer.receivesNoSignal();
		this.peer.receivesNoResponse();
		for (String event : List.of(Signal.INITIALIZATION, "start")) {
			this.peer.publish(Peer.signal("somebody", event, 1), extension(1));
			Message<Response, ResponseExtension> answer = this.peer.receiveResponse();
			assertThat(answer.content().event()).isEqualTo(event);
			assertThat(answer.extension()).isNull();
		}
		registration.close();
		application.responder().on("start", succeeding());
		exporter.shutdown();
		assertThat(this.peer.receive(Signal.SHUTDOWN).extension()).isNull();
		application.engine().stop();
		this.peer.receivesNoSignal();
		assertThat(application.wire().log()).doesNotContain("announcement initialization", "announcement shutdown");
	}

	@Test
	void withExtensionsOffReceivedExtensionsAreIgnored() {
		Application application = this.applications.start(new Settings().extensions(Extensions.OFF));
		SignalExporter exporter = subscribed(application, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.receive("start");
		this.peer.hello("r2");
		assertThat(this.applications.timer().scheduled()).as("the response's timeout").isOne();
		this.peer.bye("r1");
		this.peer.bye("r1", exporter.getPublisherId());
		assertThat(publish).isNotDone();
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		application.hasNoEvent();
		application.responder().on("begin", (signal) -> Acknowledgement.success("handled"));
		// The same number twice, and an expired one: all of no meaning.
		for (int i = 0; i < 2; i++) {
			this.peer.publish(Peer.signal("somebody", "begin", 1), new SignalExtension("1", 1, 0, 0, null));
			assertThat(this.peer.receiveResponse().content().message()).isEqualTo("handled");
		}
	}

	@Test
	void withExtensionsAlwaysTheyAreInEverything() {
		Application application = this.applications.start(new Settings().extensions(Extensions.ALWAYS));
		SignalExporter exporter = application.exporter("start");
		assertThat(this.peer.receive(Signal.INITIALIZATION).extension()).isNotNull();
		exporter.publish("start");
		assertThat(this.peer.receive("start").extension()).as("without subscribers").isNotNull();
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		assertThat(signal.extension()).as("with a legacy subscriber").isNotNull();
		this.peer.answerPlain("python", signal, 1);
		assertThat(get(publish).isSuccess()).isTrue();
		application.responder().on("begin", succeeding());
		assertThat(this.peer.receiveResponse().extension()).as("hello")
			.isEqualTo(application.responder().subscription());
		this.peer.publish(Peer.signal("python", "begin", 1), null);
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(ResponseExtension.UNDERSTOOD);
		this.peer.publish(Peer.signal("java", "begin", 1), extension(17));
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("17"));
		exporter.shutdown();
		assertThat(this.peer.receive(Signal.SHUTDOWN).extension()).isNotNull();
	}

	@Test
	void negotiatedExtensionsAreInSignalsOnlyWhileAllSupportThem() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		assertThat(this.peer.receive(Signal.INITIALIZATION).extension()).isNotNull();
		exporter.publish("start");
		assertThat(this.peer.receive("start").extension()).as("without subscribers").isNull();
		this.peer.subscribe(exporter, "r1", "r2");
		assertThat(publishAndAnswer(exporter, "r1", "r2").extension()).isNotNull();
		this.peer.subscribePlain(exporter, "python");
		assertThat(publishAndAnswer(exporter, "r1", "r2", "python").extension()).isNull();
		this.peer.hello("r3");
		this.applications.timer().advance(PATIENCE);
		assertThat(this.peer.receive(Signal.INITIALIZATION).extension()).as("asks for support of extensions")
			.isNotNull();
		((DefaultSignalExporter) exporter).subscriptions().leave("python");
		assertThat(publishAndAnswer(exporter, "r1", "r2").extension()).isNotNull();
		this.peer.subscribePlain(exporter, "r2");
		assertThat(publishAndAnswer(exporter, "r1", "r2").extension()).as("any client can send that in its name")
			.isNotNull();
		exporter.shutdown();
		assertThat(this.peer.receive(Signal.SHUTDOWN).extension()).isNotNull();
	}

	@Test
	void negotiatedExtensionsAreInTheShutdownIfAllSupportThem() {
		SignalExporter exporter = initialized("r1");
		exporter.shutdown();
		assertThat(this.peer.receive(Signal.SHUTDOWN).extension()).isNotNull();
	}

	@Test
	void anEvictedLegacyResponderDoesNotPreventExtensions() {
		Application application = this.applications.start(new Settings().evictAfterMissed(1));
		SignalExporter exporter = subscribed(application, "r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		assertThat(signal.extension()).isNull();
		this.peer.answerPlain("r1", signal, 1);
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(publish).missing()).containsExactly("python");
		assertThat(publishAndAnswer(exporter, "r1").extension()).isNotNull();
	}

	@Test
	void expectedRespondersThatHaveNotAnsweredCountAsWithoutExtensions() {
		Application application = this.applications.start(new Settings().expectedResponders("expected"));
		SignalExporter exporter = subscribed(application, "r1");
		assertThat(publishAndAnswer(exporter, "r1", "expected").extension()).isNull();
		this.peer.subscribe(exporter, "expected");
		assertThat(publishAndAnswer(exporter, "r1", "expected").extension()).isNotNull();
	}

	@Test
	void expectedRespondersStillSupportExtensionsWhenTheExporterIsInitializedAgain() {
		Application application = this.applications.start(new Settings().expectedResponders("expected"));
		SignalExporter exporter = subscribed(application, "expected");
		exporter.initialize("start");
		this.peer.receive(Signal.INITIALIZATION);
		assertThat(publishAndAnswer(exporter, "expected").extension()).isNotNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "NEGOTIATED", "OFF" })
	void aPublisherWithoutExtensionsIsAnsweredWithout(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		application.responder().on("start", succeeding());
		this.peer.forget();
		for (String event : List.of(Signal.INITIALIZATION, "start", "unhandled")) {
			this.peer.publish(Peer.signal("python", event, 1), null);
			assertThat(this.peer.receiveResponse().extension()).isNull();
		}
		application.responder().respond("python", "start", 1, "by hand");
		assertThat(this.peer.receiveResponse().extension()).isNull();
	}

	@Test
	void aPublisherWithExtensionsIsAnsweredWithItsIdsAlsoWhereThereIsNone() {
		Application application = this.applications.start();
		application.responder().on("start", succeeding());
		this.peer.forget();
		for (String event : List.of(Signal.INITIALIZATION, "start", "unhandled")) {
			this.peer.publish(Peer.signal(event, event, 1), extension(3));
			ResponseExtension extension = this.peer.receiveResponse().extension();
			assertThat(extension.id()).isEqualTo("3");
			assertThat(extension.seal() != null).as(event).isEqualTo(event.equals(Signal.INITIALIZATION));
			assertThat(extension.handledEvents()).isEqualTo(event.equals("unhandled") ? List.of("start") : null);
		}
		this.peer.publish(Peer.signal("odd", "start", 1), new SignalExtension(null, -1, -1, -1, null));
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(ResponseExtension.UNDERSTOOD);
	}

	@Test
	void signalsThatCarryAnExtensionAreNumberedWithoutHoles() {
		SignalExporter exporter = this.applications.start().exporter("start");
		Message<Signal, SignalExtension> asked = this.peer.receive(Signal.INITIALIZATION);
		assertThat(asked.extension())
			.isEqualTo(new SignalExtension(asked.extension().id(), 1, 0, SignalExtension.NONE, null));
		exporter.publish("start");
		this.peer.receive("start");
		this.peer.subscribe(exporter, "r1");
		this.applications.timer().advance(Duration.ofSeconds(7));
		Message<Signal, SignalExtension> answered = publishAndAnswer(exporter, "r1");
		assertThat(answered.extension())
			.isEqualTo(new SignalExtension(answered.extension().id(), 2, 7_000, RESPONSE_TIMEOUT.toMillis(), null));
		CompletableFuture<SignalResult> publish = exporter.signal("start")
			.timeout(Duration.ofSeconds(-1))
			.publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		assertThat(signal.extension())
			.isEqualTo(new SignalExtension(signal.extension().id(), 3, 7_000, SignalExtension.NONE, null));
		this.peer.answer("r1", signal, 1);
		get(publish);
		exporter.shutdown();
		Message<Signal, SignalExtension> shutdown = this.peer.receive(Signal.SHUTDOWN);
		assertThat(shutdown.extension())
			.isEqualTo(new SignalExtension(shutdown.extension().id(), 4, 7_000, SignalExtension.NONE, null));
		exporter.initialize("start");
		assertThat(this.peer.receive(Signal.INITIALIZATION).extension().sequence()).isEqualTo(5);
	}

	// Helpers

	private Application conductor;

	/**
	 * An initialized exporter of a new application, with subscribers that support
	 * extensions.
	 */
	private SignalExporter initialized(String... responderIds) {
		this.conductor = this.applications.start();
		SignalExporter exporter = this.conductor.exporter("start", "end");
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.subscribe(exporter, responderIds);
		return exporter;
	}

	/**
	 * An initialized exporter, with subscribers that support extensions and whose joining
	 * has been notified.
	 */
	private SignalExporter subscribed(Application application, String... responderIds) {
		SignalExporter exporter = application.exporter("start", "end");
		this.peer.receive(Signal.INITIALIZATION);
		Set<String> before = exporter.getSubscribers();
		this.peer.subscribe(exporter, responderIds);
		for (String responderId : responderIds) {
			if (!before.contains(responderId)) {
				assertThat(application.nextEvent())
					.isEqualTo(new SubscriberJoinedEvent(exporter.getPublisherId(), responderId));
			}
		}
		return exporter;
	}

	private SignalResult miss(SignalExporter exporter, String... answering) {
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		for (String responderId : answering) {
			this.peer.answer(responderId, signal, 1);
		}
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		return get(publish);
	}

	private Message<Signal, SignalExtension> publishAndAnswer(SignalExporter exporter, String... answering) {
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		for (String responderId : answering) {
			this.peer.answer(responderId, signal, 1);
		}
		SignalResult result = get(publish);
		assertThat(result.isSuccess()).isTrue();
		assertThat(result.responses()).containsOnlyKeys(answering);
		return signal;
	}

	private void assertAnnounced(String event, SignalResponder responder) {
		Message<Response, ResponseExtension> announced = this.peer.receiveResponse();
		assertThat(announced.content()).isEqualTo(announcement(responder, event));
		if (event.equals(Signal.SHUTDOWN)) {
			assertThat(announced.extension().seal()).isNotNull();
		}
		else {
			assertThat(announced.extension()).isEqualTo(((DefaultSignalResponder) responder).subscription());
		}
	}

	private static Response announcement(SignalResponder responder, String event) {
		return new Response(responder.getResponderId(), "*", event, null, null);
	}

	private static SignalExtension extension(int number) {
		return new SignalExtension(Integer.toString(number), number, SignalExtension.NONE, SignalExtension.NONE, null);
	}

	private static SignalHandler succeeding() {
		return (signal) -> Acknowledgement.success();
	}

}
