package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that can publish on the channel, and sends messages in the names of others.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class HostileClientTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications(true);

	private static final Duration PROBE_AFTER = Duration.ofSeconds(2);

	private static final Duration HELLO_DELAY = Duration.ofMillis(100);

	private final Peer peer = this.applications.peer();

	@Test
	void theAnswerToAForgedSignalDoesNotCountForAPublish() {
		Application responding = responding();
		SignalExporter exporter = subscribed(this.applications.start(), responding);
		responding.wire().loseReceived(true);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.settle();
		responding.wire().loseReceived(false);
		for (int guess = 0; guess < 20; guess++) {
			this.peer.publish(Peer.signal(exporter.getPublisherId(), "start", guess),
					new SignalExtension(Integer.toString(guess), SignalExtension.NONE, 0, 20_000, null));
		}
		awaitAnswers(responding);
		assertThat(publish).isNotDone();
	}

	@Test
	void aForgedLegacySubscriptionDoesNotEndPipelining() throws Exception {
		SignalExporter exporter = this.applications.start(new Settings().probeAfter(PROBE_AFTER)).exporter("start");
		Application responding = this.applications.create(new Settings());
		String responderId = responding.responder().getResponderId();
		this.peer.subscribePlain(exporter, responderId);
		CountDownLatch finish = new CountDownLatch(1);
		responding.responder().on("start", (signal) -> {
			finish.await();
			return Acknowledgement.success();
		});
		responding.engine().start();
		this.peer.settle();
		this.applications.timer().advance(HELLO_DELAY);
		this.peer.settle();
		advance(PROBE_AFTER);
		this.peer.forget();
		List<CompletableFuture<SignalResult>> publishes = List.of(exporter.signal("start").publishAsync(),
				exporter.signal("start").publishAsync());
		assertThat(List.of(this.peer.receive("start"), this.peer.receive("start")))
			.allMatch((signal) -> signal.extension() != null);
		this.peer.subscribePlain(exporter, responderId);
		this.peer.respond(new Response(responderId, exporter.getPublisherId(), "start", 1, null), null);
		finish.countDown();
		assertThat(publishes).allMatch((publish) -> get(publish).isSuccess());
		exporter.signal("start").publishAsync();
		assertThat(this.peer.receive("start").extension()).isNotNull();
	}

	@Test
	void aForgedSubscriptionWithAnExtensionDoesNotChangeALegacyPeer() {
		SignalExporter exporter = this.applications.start(new Settings().probeAfter(PROBE_AFTER)).exporter("start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.subscribeAt(exporter, "python", "nowhere");
		this.peer.forget();
		for (int i = 0; i < 3; i++) {
			CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
			Message<Signal, SignalExtension> signal = this.peer.receive("start");
			assertThat(signal.extension()).isNull();
			advance(PROBE_AFTER.multipliedBy(3));
			assertThat(publish).isNotDone();
			this.peer.answerPlain("python", signal, 1);
			assertThat(get(publish).isSuccess()).isTrue();
		}
	}

	@Test
	void aProbeThatIsSentAgainToOtherApplicationsDoesNotRemoveAResponder() {
		Application other = responding();
		assertThatACopiedProbeDoesNotRemove("r1");
		assertThat(other.responder().isActive()).isTrue();
	}

	@Test
	void aProbeThatIsSentAgainToAnotherChannelOfItsResponderDoesNotRemoveIt() {
		// Without handlers: it would answer that it is absent.
		SignalResponder elsewhere = this.applications.start().engine().get("r1", "elsewhere");
		assertThatACopiedProbeDoesNotRemove(elsewhere.getResponderId());
	}

	private void assertThatACopiedProbeDoesNotRemove(String responderId) {
		SignalExporter exporter = this.applications.start(new Settings().probeAfter(PROBE_AFTER)).exporter("start");
		this.peer.subscribeAt(exporter, responderId, this.peer.transport().replyTo(InMemoryApplications.CHANNEL));
		this.peer.forgeBye(responderId, ResponseExtension.UNDERSTOOD);
		this.peer.forget();
		this.applications.timer().advance(PROBE_AFTER.dividedBy(4));
		Message<Response, ResponseExtension> probe = this.peer.receiveResponse();
		assertThat(probe.content().event()).isEqualTo(Outbound.PROBE_EVENT);
		this.peer.respond(probe.content(), probe.extension());
		this.peer.settle();
		assertThat(exporter.getSubscribers()).contains(responderId);
	}

	// Small steps, each of which lets answers to probes arrive.
	private void advance(Duration duration) {
		for (int i = 0; i < 20; i++) {
			this.applications.timer().advance(duration.dividedBy(20));
			this.peer.settle();
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MAX_VALUE, 500, 3, 2 })
	void aForgedNumberDoesNotSilenceAnExporter(long number) {
		Application responding = responding();
		SignalExporter exporter = subscribed(this.applications.start(), responding);
		publish(exporter);
		for (long sentMillis : List.of(0L, 3_600_000L, SignalExtension.NONE)) {
			this.peer.publish(Peer.signal(exporter.getPublisherId(), "start", 1),
					new SignalExtension("forged", number, sentMillis, 20_000, null));
			for (int i = 0; i < 5; i++) {
				this.applications.timer().advance(Duration.ofMillis(7));
				publish(exporter);
			}
			exporter.shutdown();
			exporter.initialize("start");
			InMemoryApplications.awaiting().until(() -> exporter.getSubscribers().size() == 1);
			publish(exporter);
		}
		assertThat(responding.engine().counters().expired.sum()).isZero();
	}

	private static void publish(SignalExporter exporter) {
		SignalResult result = get(exporter.signal("start").publishAsync());
		assertThat(result.isSuccess()).as(result.toString()).isTrue();
	}

	@Test
	void hellosThatGoOnCostFewInitializations() {
		Application publishing = this.applications.start();
		publishing.exporter("start");
		for (int i = 0; i < 600; i++) {
			this.peer.hello("forged-" + i);
			this.applications.timer().advance(Duration.ofMillis(500));
		}
		assertThat(initializations(publishing)).isBetween(5L, 25L);
		this.applications.timer().advance(Duration.ofMinutes(2));
		long before = initializations(publishing);
		this.peer.hello("r1");
		this.applications.timer().advance(HELLO_DELAY);
		assertThat(initializations(publishing)).isEqualTo(before + 1);
	}

	private static long initializations(Application application) {
		return application.wire().log().stream().filter("signal initialization"::equals).count();
	}

	@Test
	void respondersThatSubscribeAreAskedSoonHoweverManyCome() {
		Application publishing = this.applications.start();
		SignalExporter exporter = publishing.exporter("start");
		for (int i = 1; i <= 50; i++) {
			this.peer.hello("r" + i);
			this.applications.timer().advance(HELLO_DELAY);
			assertThat(initializations(publishing)).isEqualTo(1 + i);
			this.peer.subscribe(exporter, "r" + i);
		}
	}

	// The forged subscription is received before its hello, or between that and the
	// initialization that it causes.
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aResponderThatStartsIsNotGoneAlthoughAnotherSubscribedInItsName(boolean before) {
		SignalExporter exporter = this.applications.start(new Settings().probeAfter(PROBE_AFTER)).exporter("start");
		Application responding = this.applications.create(new Settings());
		String responderId = responding.responder().getResponderId();
		CompletableFuture<Acknowledgement> acknowledgement = new CompletableFuture<>();
		responding.responder().on("start", new AsyncHandler((signal) -> acknowledgement));
		if (before) {
			this.peer.subscribeAt(exporter, responderId, "nowhere");
		}
		responding.engine().start();
		this.peer.settle();
		if (!before) {
			this.peer.subscribeAt(exporter, responderId, "nowhere");
		}
		advance(HELLO_DELAY);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		advance(PROBE_AFTER.multipliedBy(5));
		assertThat(publish).isNotDone();
		acknowledgement.complete(Acknowledgement.success());
		assertThat(get(publish).isSuccess()).isTrue();
	}

	// It knows the address, which is no secret, and may send hello as well.
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anotherThatSubscribedInTheNameOfAResponderThatStartsCannotAnnounceThatItLeaves(boolean hello) {
		SignalExporter exporter = this.applications.start(new Settings().probeAfter(PROBE_AFTER)).exporter("start");
		Application responding = this.applications.create(new Settings());
		String responderId = responding.responder().getResponderId();
		responding.responder().on("start", (signal) -> Acknowledgement.success());
		String address = responding.wire().replyTo(InMemoryApplications.CHANNEL);
		responding.engine().start();
		this.peer.settle();
		this.peer.subscribeAt(exporter, responderId, address);
		if (hello) {
			this.peer.helloAt(responderId, address);
		}
		advance(HELLO_DELAY);
		this.peer.bye(responderId);
		advance(PROBE_AFTER);
		assertThat(exporter.getSubscribers()).containsExactly(responderId);
		publish(exporter);
	}

	@Test
	void respondersThatConnectAgainAreNotAsked() {
		Application publishing = this.applications.start();
		SignalExporter exporter = publishing.exporter("start");
		List<Application> responding = Stream.generate(this::responding).limit(100).toList();
		this.applications.timer().advance(HELLO_DELAY);
		InMemoryApplications.awaiting().until(() -> exporter.getSubscribers().size() == 100);
		long before = initializations(publishing);
		responding.forEach((application) -> application.wire().reconnect(true));
		this.peer.settle();
		this.applications.timer().advance(HELLO_DELAY);
		assertThat(initializations(publishing)).isEqualTo(before);
	}

	@Test
	void forgedHellosInTheNameOfASubscriberCostFewInitializations() {
		Application publishing = this.applications.start();
		Application responding = responding();
		String responderId = responding.responder().getResponderId();
		subscribed(publishing, responding);
		for (int i = 0; i < 600; i++) {
			this.peer.respond(new Response(responderId, "*", Signal.INITIALIZATION, null, null),
					new ResponseExtension(null, null, "address-" + i, "seal-" + i, null));
			this.applications.timer().advance(Duration.ofMillis(500));
		}
		assertThat(initializations(publishing)).isBetween(5L, 25L);
	}

	@Test
	void aForgedLegacySubscriberCostsOneTimeoutHoweverManyPublishesWait() {
		Application responding = responding();
		SignalExporter exporter = subscribed(this.applications.start(), responding);
		this.peer.subscribePlain(exporter, "forged");
		List<CompletableFuture<SignalResult>> publishes = Stream.generate(() -> exporter.signal("start").publishAsync())
			.limit(10)
			.toList();
		awaitAnswers(responding);
		assertThat(publishes).noneMatch(CompletableFuture::isDone);
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(publishes).allSatisfy((publish) -> {
			SignalResult result = get(publish);
			assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
			assertThat(result.missing()).containsExactly("forged");
			assertThat(result.gone()).isEmpty();
			assertThat(result.responses()).containsOnlyKeys(responding.responder().getResponderId());
		});
		// It may have been slow.
		CompletableFuture<SignalResult> later = exporter.signal("start").publishAsync();
		awaitAnswers(responding);
		assertThat(later).isNotDone();
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(later).missing()).containsExactly("forged");
	}

	@Test
	void aPublishAwaitsALegacySubscriberForItsOwnTimeoutIfItIsLonger() {
		SignalExporter exporter = this.applications.start().exporter("start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.forget();
		CompletableFuture<SignalResult> first = exporter.signal("start").timeout(Duration.ofMillis(10)).publishAsync();
		CompletableFuture<SignalResult> second = exporter.signal("start").publishAsync();
		CompletableFuture<SignalResult> third = exporter.signal("start").timeout(Duration.ofSeconds(-1)).publishAsync();
		this.peer.receive("start");
		this.applications.timer().advance(Duration.ofMillis(10));
		assertThat(get(first).missing()).containsExactly("python");
		this.peer.receive("start");
		this.peer.settle();
		assertThat(second).isNotDone();
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(second).missing()).containsExactly("python");
		Message<Signal, SignalExtension> last = this.peer.receive("start");
		assertThat(third).isNotDone();
		this.peer.answerPlain("python", last, 1);
		assertThat(get(third).isSuccess()).isTrue();
	}

	@Test
	void anAnswerOfALegacySubscriberCountsAlthoughItIsLate() {
		SignalExporter exporter = this.applications.start().exporter("start");
		this.peer.subscribePlain(exporter, "python", "slow");
		this.peer.forget();
		List<CompletableFuture<SignalResult>> publishes = Stream.generate(() -> exporter.signal("start").publishAsync())
			.limit(3)
			.toList();
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(publishes.get(0)).missing()).containsExactly("slow");
		Message<Signal, SignalExtension> second = this.peer.receive("start");
		this.peer.answerPlain("slow", second, 1);
		this.peer.answerPlain("python", second, 1);
		assertThat(get(publishes.get(1)).isSuccess()).isTrue();
		// It answers: it is awaited from here on.
		Message<Signal, SignalExtension> third = this.peer.receive("start");
		this.peer.answerPlain("python", third, 1);
		assertThat(publishes.get(2)).isNotDone();
		this.peer.answerPlain("slow", third, 1);
		assertThat(get(publishes.get(2)).isSuccess()).isTrue();
	}

	@Test
	void aLegacySubscriberThatHasAnsweredIsAwaitedByEachPublish() {
		SignalExporter exporter = this.applications.start().exporter("start");
		this.peer.subscribePlain(exporter, "python");
		this.peer.forget();
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		assertThat(get(first).isSuccess()).isTrue();
		List<CompletableFuture<SignalResult>> publishes = List.of(exporter.signal("start").publishAsync(),
				exporter.signal("start").publishAsync());
		this.peer.receive("start");
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(publishes.get(0)).missing()).containsExactly("python");
		Message<Signal, SignalExtension> second = this.peer.receive("start");
		this.peer.settle();
		assertThat(publishes.get(1)).isNotDone();
		this.peer.answerPlain("python", second, 1);
		assertThat(get(publishes.get(1)).isSuccess()).isTrue();
	}

	@Test
	void messagesThatNoPublishAwaitsAreBounded() {
		Application publishing = this.applications.start();
		SignalExporter exporter = publishing.exporter("start");
		this.peer.subscribe(exporter, "r1");
		this.peer.forget();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		String message = "x".repeat(90_000);
		for (int i = 0; i < 300; i++) {
			this.peer.respond(new Response("forged-" + i, exporter.getPublisherId(), "start", 1, message),
					new ResponseExtension(signal.extension().id()));
		}
		this.peer.answer("r1", signal, 1);
		assertThat(get(publish).messages().values().stream().mapToInt(String::length).sum()).isBetween(1, 200_000);
		assertThat(publishing.engine().counters().unexpected()).isEqualTo(300);
	}

	@Test
	void forgedSubscribersAreBoundedAndDoNotFillTheLog(CapturedOutput output) {
		Application publishing = this.applications.start();
		SignalExporter exporter = publishing.exporter("start");
		for (int i = 0; i < 11_000; i++) {
			this.peer.transport()
				.send(InMemoryApplications.CHANNEL, new Response("forged-" + i + "x".repeat(200),
						exporter.getPublisherId(), Signal.INITIALIZATION, 1, null), null, null);
		}
		this.peer.settle();
		assertThat(exporter.getSubscribers()).hasSize(10_000);
		assertThat(publishing.engine().counters().refused()).isEqualTo(1_000);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(publish).missing()).hasSize(10_000);
		assertThat(output.getAll().length()).isLessThan(20_000);
		assertThat(output.getAll()).containsOnlyOnce("can't subscribe to").contains("and 9,990 more");
	}

	private Application responding() {
		Application application = this.applications.start();
		application.responder().on("start", (signal) -> Acknowledgement.success());
		this.peer.forget();
		return application;
	}

	private SignalExporter subscribed(Application publishing, Application responding) {
		SignalExporter exporter = publishing.exporter("start");
		this.peer.settle();
		this.peer.receive(Signal.INITIALIZATION);
		InMemoryApplications.awaiting()
			.until(() -> exporter.getSubscribers().contains(responding.responder().getResponderId()));
		return exporter;
	}

	// The signals are received, handled, and answered.
	private void awaitAnswers(Application responding) {
		this.peer.settle();
		responding.awaitIdle();
		this.peer.settle();
	}

}
