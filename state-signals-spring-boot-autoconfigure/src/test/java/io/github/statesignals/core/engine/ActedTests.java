package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A success means that a responder acted.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class ActedTests {

	private static final Duration PROBE_AFTER = Duration.ofSeconds(2);

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications(true);

	private final Peer peer = this.applications.peer();

	// Without a handler

	@Test
	void aResponderWithoutAHandlerAnswersButDidNotAct() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "strat", cpu);
		SignalResult result = exporter.publish("strat");
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.acted()).isEmpty();
		assertThat(result.failed()).isEmpty();
		assertThat(result.unhandled()).containsExactly(cpu.responder().getResponderId());
	}

	@Test
	void onlyThoseThatActedMakeASuccess() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application other = start();
		other.responder().on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu, other);
		SignalResult result = exporter.publish("start");
		assertThat(result.isSuccess()).isTrue();
		assertThat(result.acted()).containsExactly(cpu.responder().getResponderId());
		assertThat(result.unhandled()).containsExactly(other.responder().getResponderId());
	}

	@Test
	void aRuleCountsThoseThatActed() {
		Application other = start();
		other.responder().on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", other);
		SignalResult result = exporter.signal("start").until(CompletionRule.first()).publish();
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.isSuccess()).isFalse();
	}

	@Test
	void aRequiredResponderHasToAct() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application other = start();
		other.engine().get("gc").on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu, other);
		SignalResult result = exporter.signal("start").requires("gc").publish();
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.messages()).containsValue("it is required, and has no handler for 'start'");
	}

	@Test
	void aRequiredResponderHasToActUnderAnyRule() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application other = start();
		other.engine().get("gc").on("start", (signal) -> Acknowledgement.failure("full"));
		SignalExporter exporter = exporter(start(), "start", cpu, other);
		SignalResult result = exporter.signal("start").until(CompletionRule.first()).requires("gc").publish();
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(exporter.signal("start").until(CompletionRule.first()).requires("cpu").publish().isSuccess())
			.isTrue();
	}

	// Its publisher has a legacy peer, and asks it to subscribe after the signal.
	@Test
	void anAnswerStatesThatThereIsNoHandlerIfThePublisherSupportsExtensionsMeanwhile() {
		CountDownLatch finish = new CountDownLatch(1);
		startBusy(finish);
		this.peer.forget();
		this.peer.publish(Peer.signal("conductor", "start", 1), null);
		this.peer.publish(Peer.signal("conductor", "strat", 2), null);
		this.peer.publish(Peer.signal("conductor", Signal.INITIALIZATION, 3),
				new SignalExtension("1", 1, 0, SignalExtension.NONE, null));
		assertThat(this.peer.receiveResponse().content().event()).isEqualTo(Signal.INITIALIZATION);
		finish.countDown();
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(ResponseExtension.UNDERSTOOD);
		assertThat(this.peer.receiveResponse().extension().handledEvents()).containsExactly("start");
	}

	@Test
	void aResponderWithoutAHandlerDidNotActAlsoIfALegacyPeerIsSubscribed() {
		Application cpu = start();
		cpu.responder().on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu);
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.settle();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 0, null), null);
		assertThat(get(publish).unhandled()).containsExactly(cpu.responder().getResponderId());
		assertThat(get(publish).acted()).isEmpty();
	}

	@Test
	void anEventThatNoResponderHandlesIsWarnedOfOnceWithThoseThatTheyHandle(CapturedOutput output) {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		cpu.responder().on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "strat", cpu);
		exporter.publish("strat");
		exporter.publish("strat");
		assertThat(output.toString().split("No responder has a handler for 'strat'", -1)).hasSize(2);
		assertThat(output).contains("Responders handle [start, stop]");
	}

	@Test
	void anEventWhoseHandlersDoNotActIsWarnedOfAsSuch(CapturedOutput output) {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> DefaultSignalResponder.NOT_HANDLED);
		exporter(start(), "start", cpu).publish("start");
		assertThat(output).contains("No handler for 'start' acts on that of")
			.doesNotContain("No responder has a handler");
	}

	@Test
	void aFailureIsWarnedOfWithTheRespondersThatFailed(CapturedOutput output) {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.failure("full"));
		exporter(start(), "start", cpu).publish("start");
		assertThat(output).contains("failed: [" + cpu.responder().getResponderId() + "], missing: []");
	}

	@Test
	void aPublishThatAwaitsNoAnswerIsNotWarnedOf(CapturedOutput output) {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		SignalResult result = exporter(start(), "start", cpu).signal("start").timeout(Duration.ZERO).publish();
		assertThat(result.isSuccess()).isFalse();
		assertThat(output).doesNotContain("WARN");
	}

	@Test
	void aPublishThatNoResponderIsSubscribedToIsWarnedOfOnce(CapturedOutput output) {
		SignalExporter exporter = exporter(start(), "start");
		SignalResult result = exporter.publish("start");
		exporter.publish("start");
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.awaited()).isZero();
		assertThat(output.toString().split("No responder is subscribed to", -1)).hasSize(2);
	}

	@Test
	void aPublishWhoseRuleRequiresNoResponderIsWarnedOfAsSuch(CapturedOutput output) {
		Application cpu = start();
		CountDownLatch ended = new CountDownLatch(1);
		cpu.responder().on("start", (signal) -> {
			ended.await();
			return Acknowledgement.success();
		});
		SignalResult result = exporter(start(), "start", cpu).signal("start").until((awaited) -> awaited / 2).publish();
		ended.countDown();
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.missing()).containsExactly(cpu.responder().getResponderId());
		assertThat(output).contains("its completion rule requires no responder")
			.doesNotContain("No responder is subscribed to");
	}

	@Test
	void aLegacyPeersSuccessCountsAsActed() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.forget();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(get(publish).isSuccess()).isTrue();
		assertThat(get(publish).acted()).containsExactly("python");
	}

	@Test
	void aResponderWithoutAHandlerDoesNotActAlsoWhereALegacyPeerIsSubscribed() {
		Application other = start();
		other.responder().on("stop", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", other);
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(get(publish).acted()).containsExactly("python");
		assertThat(get(publish).unhandled()).containsExactly(other.responder().getResponderId());
	}

	// Disconnected

	@Test
	void aKilledResponderEndsTheWaitEarlyAndIsNoLongerAwaited() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application publisher = start();
		SignalExporter exporter = exporter(publisher, "start", cpu);
		String id = cpu.responder().getResponderId();
		cpu.wire().stop();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(4));
		SignalResult result = get(publish);
		assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.gone()).containsExactly(id);
		assertThat(result.missing()).containsExactly(id);
		assertThat(result.subscriptionLost()).isFalse();
		assertThat(exporter.getSubscribers()).isEmpty();
		Object event = publisher.nextEvent();
		assertThat((event instanceof SubscriberJoinedEvent) ? publisher.nextEvent() : event)
			.isEqualTo(new SubscriberLeftEvent(exporter.getPublisherId(), id, SubscriberLeftEvent.Reason.GONE));
		assertThat(exporter.publish("start").awaited()).isZero();
	}

	@Test
	void responderIsProbedAlsoLongAfterItHasSubscribed() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		// Nothing else probes it.
		advance(PROBE_AFTER);
		assertThat(this.applications.timer().scheduled()).isZero();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(publish).isDone();
		assertThat(get(publish).gone()).containsExactly("r1");
	}

	@Test
	void responderThatWorkedForLongIsFoundGoneAsSoonAsAnyOther() {
		CountDownLatch finish = new CountDownLatch(1);
		Application cpu = startBusy(finish);
		SignalExporter exporter = exporter(start(), "start", cpu);
		CompletableFuture<SignalResult> longest = exporter.signal("start").timeout(Duration.ofHours(2)).publishAsync();
		// The intervals between probes have become long.
		advance(PROBE_AFTER.multipliedBy(9));
		finish.countDown();
		assertThat(get(longest).isSuccess()).isTrue();
		cpu.wire().stop();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(publish).isDone();
		assertThat(get(publish).gone()).containsExactly(cpu.responder().getResponderId());
	}

	@Test
	void aKilledResponderIsFoundAlsoIfEveryPublishTimesOutBeforeItIsProbed() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu);
		cpu.wire().stop();
		for (int i = 0; i < 40 && !exporter.getSubscribers().isEmpty(); i++) {
			CompletableFuture<SignalResult> publish = exporter.signal("start")
				.timeout(Duration.ofMillis(500))
				.publishAsync();
			advance(Duration.ofMillis(500));
			assertThat(get(publish).missing()).hasSize(1);
		}
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void aBusyResponderIsNeverTakenForDead() {
		CountDownLatch finish = new CountDownLatch(1);
		Application cpu = startBusy(finish);
		SignalExporter exporter = exporter(start(), "start", cpu);
		CompletableFuture<SignalResult> publish = exporter.signal("start").timeout(Duration.ofHours(2)).publishAsync();
		for (int i = 0; i < 60; i++) {
			advance(PROBE_AFTER);
		}
		assertThat(publish).isNotDone();
		finish.countDown();
		assertThat(get(publish).isSuccess()).isTrue();
	}

	@Test
	void theAnswerToAProbeRepeatsNothingOfItButItsNonce() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		this.peer.forget();
		String responderId = cpu.responder().getResponderId();
		this.peer.respond(new Response(responderId, "python", Signal.INITIALIZATION, 1, "forged"),
				new ResponseExtension("1", List.of("start"),
						this.peer.transport().replyTo(InMemoryApplications.CHANNEL), "seal", new Probe("nonce", null)));
		Message<Response, ResponseExtension> answer = this.peer.receiveResponse();
		assertThat(answer.content()).isEqualTo(new Response(responderId, "python", Outbound.PROBE_EVENT, null, null));
		assertThat(answer.extension())
			.isEqualTo(new ResponseExtension(null, null, null, null, new Probe("nonce", State.WORKING)));
	}

	@Test
	void aResponderThatComesBackAfterItWasFoundGoneLeavesAsBefore() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		this.peer.forget();
		exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(exporter.getSubscribers()).isEmpty();
		this.peer.answer("r1", signal, 1);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		this.peer.bye("r1");
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void aResponderThatComesBackAfterItWasFoundGoneIsFoundGoneAgain() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		this.peer.forget();
		exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		advance(PROBE_AFTER.multipliedBy(4));
		this.peer.answer("r1", signal, 1);
		assertThat(exporter.getSubscribers()).containsExactly("r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(get(publish).gone()).containsExactly("r1");
	}

	// It was frozen, and finishes the signals that it had received.
	@Test
	void anAnswerOfOneThatWasGoneDoesNotCountForTheNextPublish() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(get(first).gone()).containsExactly("r1");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		CompletableFuture<SignalResult> next = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null), null);
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(next).isNotDone();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 0, null), null);
		assertThat(get(next).failed()).containsExactly("r1");
	}

	@Test
	void aResponderThatAnswersAfterItWasFoundGoneCountsWhileOthersAreAwaited() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.subscribeAt(exporter, "r1", "nowhere");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(exporter.getSubscribers()).containsExactly("python");
		assertThat(publish).isNotDone();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(exporter.getSubscribers()).containsExactly("python", "r1");
		assertThat(publish).isNotDone();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(get(publish).isSuccess()).isTrue();
		assertThat(get(publish).acted()).containsExactly("r1", "python");
		assertThat(get(publish).gone()).isEmpty();
	}

	@Test
	void aPublishThatAwaitsAnEvictedResponderEndsWhenThatIsKilled() {
		CountDownLatch finish = new CountDownLatch(1);
		Application cpu = startBusy(finish);
		SignalExporter exporter = exporter(startEvicting(), "start", cpu);
		CompletableFuture<SignalResult> publish = exporter.signal("start").timeout(Duration.ofHours(1)).publishAsync();
		miss(exporter);
		advance(PROBE_AFTER.multipliedBy(5));
		assertThat(publish).isNotDone();
		cpu.wire().stop();
		advance(PROBE_AFTER.multipliedBy(20));
		assertThat(publish).isDone();
		assertThat(get(publish).gone()).containsExactly(cpu.responder().getResponderId());
		assertThat(get(publish).isSuccess()).isFalse();
		finish.countDown();
	}

	@Test
	void aPublishThatAwaitsAnEvictedResponderEndsWhenThatLeavesWithoutProof() {
		Application cpu = start();
		SignalResponder.Registration registration = cpu.responder().on("start", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(startEvicting(), "start", cpu);
		String id = cpu.responder().getResponderId();
		this.peer.subscribeAt(exporter, id, "nowhere");
		cpu.wire().loseReceived(true);
		CompletableFuture<SignalResult> publish = exporter.signal("start").timeout(Duration.ofHours(1)).publishAsync();
		miss(exporter);
		cpu.wire().loseReceived(false);
		advance(PROBE_AFTER);
		registration.close();
		this.peer.settle();
		advance(PROBE_AFTER);
		assertThat(publish).isDone();
		assertThat(get(publish).gone()).containsExactly(id);
	}

	// It may be the legacy peer, whose answers count.
	@Test
	void anEvictedResponderThatSubscribedWithoutExtensionsFirstIsNotGoneForUnansweredProbes() {
		SignalExporter exporter = exporter(startEvicting(), "start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.forget();
		CompletableFuture<SignalResult> publish = exporter.signal("start").timeout(Duration.ofHours(1)).publishAsync();
		this.peer.subscribeAt(exporter, "python", "nowhere");
		assertThat(((DefaultSignalExporter) exporter).subscriptions().evict("python")).isTrue();
		advance(PROBE_AFTER.multipliedBy(10));
		assertThat(publish).isNotDone();
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		assertThat(get(publish).isSuccess()).isTrue();
	}

	private Application startEvicting() {
		return this.applications.start(new Settings().probeAfter(PROBE_AFTER).evictAfterMissed(1));
	}

	private void miss(SignalExporter exporter) {
		CompletableFuture<SignalResult> missed = exporter.signal("start").timeout(PROBE_AFTER).publishAsync();
		advance(PROBE_AFTER);
		assertThat(get(missed).missing()).hasSize(1);
		awaiting().until(() -> exporter.getSubscribers().isEmpty());
	}

	@Test
	void theOldIdOfANameThatIsBackIsForgottenWithoutAnyPublish() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribeAt(exporter, "cpu-00000000-0000-4000-8000-000000000000-resp", "nowhere");
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		this.peer.settle();
		advance(Duration.ofMillis(100));
		awaiting().until(() -> exporter.getSubscribers().size() == 2);
		advance(PROBE_AFTER);
		assertThat(exporter.getSubscribers()).containsExactly(cpu.responder().getResponderId());
		assertThat(exporter.publish("start").isSuccess()).isTrue();
	}

	@Test
	void aResponderLockedOnAnotherPublisherIsNotAwaitedForLong() {
		Application cpu = start();
		SignalResponder responder = cpu.responder();
		responder.on("start", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu);
		responder.lockPublisher("other");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(2));
		assertThat(get(publish).gone()).containsExactly(responder.getResponderId());
	}

	@Test
	void responderWithoutItsHandlerIsAwaitedWhileTheHandlerRuns() {
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Acknowledgement> finish = new CompletableFuture<>();
		Application cpu = start();
		SignalResponder.Registration registration = cpu.responder().on("start", new AsyncHandler((signal) -> {
			begun.countDown();
			return finish;
		}));
		SignalExporter exporter = exporter(start(), "start", cpu);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		await(begun);
		registration.close();
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(publish).isNotDone();
		finish.complete(Acknowledgement.success());
		assertThat(get(publish).acted()).containsExactly(cpu.responder().getResponderId());
		awaiting().until(() -> exporter.getSubscribers().isEmpty());
	}

	// Leaving

	@Test
	void aResponderThatLeavesProvesIt() {
		Application cpu = start();
		SignalResponder.Registration registration = cpu.responder().on("start", (signal) -> null);
		SignalExporter exporter = exporter(start(), "start", cpu);
		registration.close();
		awaiting().until(() -> exporter.getSubscribers().isEmpty());
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		this.peer.settle();
		advance(Duration.ofMillis(100));
		awaiting().until(() -> !exporter.getSubscribers().isEmpty());
		assertThat(exporter.publish("start").isSuccess()).isTrue();
	}

	@Test
	void aForgedAnnouncementOfLeavingChangesNothing() {
		CountDownLatch finish = new CountDownLatch(1);
		Application cpu = startBusy(finish);
		SignalExporter exporter = exporter(start(), "start", cpu);
		String id = cpu.responder().getResponderId();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.forgeBye(id, null);
		this.peer.forgeBye(id, ResponseExtension.UNDERSTOOD);
		this.peer.forgeBye(id, new ResponseExtension(null, null, null, LeaveSeal.create().key(), null));
		this.peer.respond(new Response(id, exporter.getPublisherId(), Signal.SHUTDOWN, 1, "bye"), null);
		advance(PROBE_AFTER);
		assertThat(exporter.getSubscribers()).containsExactly(id);
		assertThat(publish).isNotDone();
		finish.countDown();
		assertThat(get(publish).isSuccess()).isTrue();
		assertThat(get(publish).left()).isEmpty();
	}

	@Test
	void aForgedAnnouncementOfLeavingDoesNotTurnAKilledResponderIntoOneThatLeft() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application killed = start();
		killed.responder().on("start", (signal) -> Acknowledgement.success());
		SignalExporter exporter = exporter(start(), "start", cpu, killed);
		String id = killed.responder().getResponderId();
		killed.wire().stop();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.forgeBye(id, ResponseExtension.UNDERSTOOD);
		advance(PROBE_AFTER);
		assertThat(get(publish).isSuccess()).isFalse();
		assertThat(get(publish).left()).isEmpty();
		assertThat(get(publish).gone()).containsExactly(id);
	}

	@Test
	void aLegacyPeerNeverLeavesByAForgedSubscription() {
		SignalExporter exporter = exporter(start(), "start");
		this.peer.subscribePlain(exporter, "python");
		LeaveSeal forged = LeaveSeal.create();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("python", exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
				new ResponseExtension(null, null, "nowhere", forged.seal(), null));
		this.peer.forgeBye("python", new ResponseExtension(null, null, null, forged.key(), null));
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(publish).isNotDone();
		this.peer.respond(new Response("python", exporter.getPublisherId(), "start", 1, null), null);
		assertThat(get(publish).isSuccess()).isTrue();
	}

	@Test
	void aForgedAddressDoesNotMakeAWorkingResponderGone() {
		CountDownLatch finish = new CountDownLatch(1);
		Application cpu = startBusy(finish);
		SignalExporter exporter = exporter(start(), "start", cpu);
		String id = cpu.responder().getResponderId();
		Application another = start();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.respond(new Response(id, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
				new ResponseExtension(null, null, another.wire().replyTo(InMemoryApplications.CHANNEL), null, null));
		advance(PROBE_AFTER.multipliedBy(4));
		assertThat(publish).isNotDone();
		finish.countDown();
		assertThat(get(publish).isSuccess()).isTrue();
	}

	@Test
	void aSealThatIsForgedMakesTheRealOneConfirmThatItLeaves() {
		Application cpu = start();
		SignalResponder.Registration registration = cpu.responder().on("start", (signal) -> null);
		SignalExporter exporter = exporter(start(), "start", cpu);
		String id = cpu.responder().getResponderId();
		LeaveSeal forged = LeaveSeal.create();
		this.peer.respond(new Response(id, exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
				new ResponseExtension(null, null, "nowhere", forged.seal(), null));
		this.peer.forgeBye(id, new ResponseExtension(null, null, null, forged.key(), null));
		advance(PROBE_AFTER);
		assertThat(exporter.getSubscribers()).containsExactly(id);
		registration.close();
		this.peer.settle();
		advance(PROBE_AFTER);
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	// The exporter's own subscription

	@Test
	void anExporterThatReceivesNothingDoesNotEvictAndReportsIt() {
		Application cpu = start();
		cpu.responder().on("start", (signal) -> Acknowledgement.success());
		Application publisher = this.applications.start(new Settings().probeAfter(PROBE_AFTER).evictAfterMissed(1));
		SignalExporter exporter = exporter(publisher, "start", cpu);
		publisher.wire().loseReceived(true);
		for (int i = 0; i < 5; i++) {
			CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
			advance(InMemoryApplications.RESPONSE_TIMEOUT);
			assertThat(get(publish).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
			assertThat(get(publish).subscriptionLost()).isTrue();
			assertThat(get(publish).gone()).isEmpty();
		}
		assertThat(exporter.getSubscribers()).containsExactly(cpu.responder().getResponderId());
		publisher.wire().loseReceived(false);
		assertThat(exporter.publish("start").isSuccess()).isTrue();
	}

	@Test
	void subscriptionOfAnApplicationThatIsDisconnectedIsLost() {
		Application publisher = this.applications.start(new Settings());
		SignalExporter exporter = exporter(publisher, "start");
		this.peer.subscribe(exporter, "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		publisher.wire().disconnect(true);
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(publish).missing()).containsExactly("r1");
		assertThat(get(publish).subscriptionLost()).isTrue();
		publisher.wire().disconnect(false);
		publish = exporter.signal("start").publishAsync();
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(publish).missing()).containsExactly("r1");
		assertThat(get(publish).subscriptionLost()).isFalse();
	}

	private Application start() {
		return this.applications.start(new Settings().probeAfter(PROBE_AFTER));
	}

	private SignalExporter exporter(Application application, String event, Application... responding) {
		SignalExporter exporter = application.exporter(event);
		List<Application> others = List.of(responding);
		awaiting().until(() -> exporter.getSubscribers().size() == others.size());
		return exporter;
	}

	// In steps, so that sent messages arrive in between.
	private void advance(Duration duration) {
		Duration step = Duration.ofMillis(100);
		for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(step)) {
			this.applications.timer().advance(step);
			this.peer.settle();
			this.peer.settle();
		}
	}

	// Its handler waits for the latch.
	private Application startBusy(CountDownLatch finish) {
		Application application = start();
		application.responder().on("start", (signal) -> {
			await(finish);
			return Acknowledgement.success();
		});
		return application;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
