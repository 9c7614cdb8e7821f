package io.github.statesignals.core.engine;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Responders and exporters of one application: the former are subscribed to the latter
 * before either is used.
 */
@Timeout(60)
class OwnRespondersTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private Peer peer;

	@BeforeEach
	void listen() {
		this.peer = this.applications.peer();
	}

	@ParameterizedTest
	@EnumSource(Extensions.class)
	void areSubscribedWhenAnExporterIsInitialized(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		application.responder().on("start", succeeding());
		// Not by their messages.
		application.wire().loseReceived(true);
		SignalExporter exporter = application.exporter("start");
		assertThat(exporter.getSubscribers()).containsExactly(application.responder().getResponderId());
	}

	@ParameterizedTest
	@EnumSource(Extensions.class)
	void areSubscribedWhenTheyBeginToListen(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		SignalExporter exporter = application.exporter("start");
		application.wire().loseReceived(true);
		application.responder().on("start", succeeding());
		assertThat(exporter.getSubscribers()).containsExactly(application.responder().getResponderId());
	}

	@ParameterizedTest
	@EnumSource(Extensions.class)
	void areAwaitedByTheFirstSignal(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		application.responder().on("start", (signal) -> Acknowledgement.success("acted"));
		SignalExporter exporter = application.exporter("start");
		assertThat(exporter.publish("start").messages())
			.containsExactly(entry(application.responder().getResponderId(), "acted"));
		this.peer.receive(Signal.INITIALIZATION);
		assertThat(this.peer.receive("start").extension() != null).isEqualTo(extensions != Extensions.OFF);
	}

	@Test
	void areNotSubscribedWhereTheyDoNotAnswerTheInitialization() {
		assertNotSubscribed(new Settings(), (application) -> {
		});
		assertNotSubscribed(new Settings(), (application) -> application.responder().on("start", succeeding()).close());
		assertNotSubscribed(new Settings(), (application) -> application.responder().listen((signal) -> {
		}));
		assertNotSubscribed(new Settings(),
				(application) -> application.engine().get("cpu", "other").on("start", succeeding()));
		assertNotSubscribed(new Settings(), (application) -> {
			application.responder().lockPublisher("other");
			application.responder().on("start", succeeding());
		});
		assertNotSubscribed(new Settings(), (application) -> {
			application.responder().lockTag("other");
			application.responder().on("start", succeeding());
		});
		assertNotSubscribed(new Settings().receiveOwn(false),
				(application) -> application.responder().on("start", succeeding()));
		assertNotSubscribed(new Settings().respond(false),
				(application) -> application.responder().on("start", succeeding()));
	}

	private void assertNotSubscribed(Settings settings, Consumer<Application> before) {
		Application application = this.applications.start(settings);
		before.accept(application);
		SignalExporter exporter = application.exporter("start");
		this.peer.settle();
		assertThat(exporter.getSubscribers()).doesNotContain(application.responder().getResponderId());
		Application late = this.applications.start(settings);
		SignalExporter early = late.exporter("start");
		before.accept(late);
		assertThat(early.getSubscribers()).doesNotContain(late.responder().getResponderId());
	}

	@Test
	void areSubscribedWhenTheirLocksLetTheExporterPass() {
		Application application = this.applications.start();
		SignalExporter exporter = application.engine().create("conductor");
		exporter.initialization("start").tag("run-7").initialize();
		DefaultSignalResponder responder = application.responder();
		responder.lockTag("run-8");
		responder.lockPublisher("other");
		responder.on("start", succeeding());
		application.wire().loseReceived(true);
		responder.lockTag("run-7");
		assertThat(exporter.getSubscribers()).isEmpty();
		responder.lockPublisher(exporter.getPublisherId());
		assertThat(exporter.getSubscribers()).containsExactly(responder.getResponderId());
		SignalExporter other = application.engine().create("other");
		other.initialize("start");
		assertThat(other.getSubscribers()).isEmpty();
		responder.unlock();
		assertThat(other.getSubscribers()).containsExactly(responder.getResponderId());
	}

	@Test
	void areSubscribedWhereAListenerDoesNotLeaveTheInitializationToTheApplication() {
		Application application = this.applications.start();
		DefaultSignalResponder responder = application.responder();
		Registration listener = responder.listen((signal) -> {
		});
		responder.on("start", succeeding());
		application.wire().loseReceived(true);
		SignalExporter exporter = application.exporter("start");
		assertThat(exporter.getSubscribers()).isEmpty();
		Registration handler = responder.on(Signal.INITIALIZATION, succeeding());
		assertThat(exporter.getSubscribers()).containsExactly(responder.getResponderId());
		handler.close();
		SignalExporter other = application.engine().create("other");
		other.initialize("start");
		assertThat(other.getSubscribers()).isEmpty();
		listener.close();
		assertThat(other.getSubscribers()).containsExactly(responder.getResponderId());
	}

	@Test
	void joinOnceThoughTheyAnswerTheInitialization() {
		Application application = this.applications.start();
		application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		exporter.initialize("start");
		exporter.publish("start");
		this.peer.settle();
		assertThat(application.nextEvent())
			.isEqualTo(new SubscriberJoinedEvent(exporter.getPublisherId(), application.responder().getResponderId()));
		application.hasNoEvent();
	}

	@ParameterizedTest
	@EnumSource(Extensions.class)
	void leaveWhenTheirLastHandlerIsRemoved(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		Registration registration = application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		application.wire().loseReceived(true);
		registration.close();
		assertThat(exporter.getSubscribers()).isEmpty();
		String responderId = application.responder().getResponderId();
		assertThat(application.nextEvent())
			.isEqualTo(new SubscriberJoinedEvent(exporter.getPublisherId(), responderId));
		assertThat(application.nextEvent())
			.isEqualTo(new SubscriberLeftEvent(exporter.getPublisherId(), responderId, Reason.SAID_BYE));
		application.wire().loseReceived(false);
		this.peer.settle();
		application.hasNoEvent();
	}

	@ParameterizedTest
	@EnumSource(Extensions.class)
	void areNotAwaitedWhenTheyLeaveWhileDisconnected(Extensions extensions) {
		Application application = this.applications.start(new Settings().extensions(extensions));
		Registration registration = application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		CompletableFuture<SignalResult> publish = publishInVain(application, exporter);
		application.wire().disconnect(true);
		registration.close();
		assertLeft(publish, application);
		application.wire().disconnect(false);
		this.peer.forget();
		application.wire().reconnect(true);
		assertThat(application.wire().log().contains("announcement shutdown")).isEqualTo(extensions != Extensions.OFF);
	}

	@Test
	void areNotAwaitedWhenTheyCanNotAnnounceThatTheyLeave() {
		Application application = this.applications.start();
		Registration registration = application.responder().on("start", succeeding());
		CompletableFuture<SignalResult> publish = publishInVain(application, application.exporter("start"));
		application.wire().fail(true);
		registration.close();
		assertLeft(publish, application);
		application.wire().fail(false);
		long announcements = byes(application);
		application.wire().reconnect(false);
		assertThat(byes(application)).isEqualTo(announcements + 1);
		application.wire().reconnect(false);
		assertThat(byes(application)).isEqualTo(announcements + 1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void endAPublishWithoutALockWhenTheyLeave(boolean announced) {
		Application application = this.applications.start();
		Registration registration = application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		AtomicReference<Set<String>> left = new AtomicReference<>();
		application.engine().counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
			}

			@Override
			public void onResult(String channel, String event, SignalResult result, Throwable failure) {
				// Another thread needs the lock of the subscriptions.
				get(OwnRespondersTests.this.applications.inBackground(() -> withdraw(exporter, application)));
				left.set(result.left());
			}

		});
		application.wire().loseReceived(true);
		CompletableFuture<Void> publishing = this.applications.inBackground(() -> exporter.publish("start"));
		InMemoryApplications.awaiting().until(() -> application.wire().log().contains("signal start"));
		this.peer.settle();
		application.wire().loseReceived(false);
		application.wire().disconnect(!announced);
		registration.close();
		get(publishing);
		assertThat(left.get()).containsExactly(application.responder().getResponderId());
	}

	private static void withdraw(SignalExporter exporter, Application application) {
		((DefaultSignalExporter) exporter).subscriptions().withdraw(application.responder(), false);
	}

	private static long byes(Application application) {
		return application.wire().log().stream().filter("announcement shutdown"::equals).count();
	}

	@Test
	void areNotAwaitedWhenTheirByeWasLostInAGap() {
		Application application = this.applications.start();
		Registration registration = application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		CompletableFuture<SignalResult> publish = publishInVain(application, exporter);
		application.wire().loseReceived(true);
		registration.close();
		this.peer.settle();
		assertThat(publish).isNotDone();
		application.wire().loseReceived(false);
		application.wire().reconnect(true);
		assertLeft(publish, application);
	}

	@Test
	void areAnnouncedAgainIfTheyAreBackWhenTheApplicationIsConnected() {
		Application application = this.applications.start();
		Registration registration = application.responder().on("start", succeeding());
		SignalExporter exporter = application.exporter("start");
		application.wire().disconnect(true);
		registration.close();
		application.responder().on("start", succeeding());
		application.wire().disconnect(false);
		application.wire().reconnect(true);
		assertThat(byes(application)).isZero();
		assertThat(exporter.publish("start").isSuccess()).isTrue();
	}

	private CompletableFuture<SignalResult> publishInVain(Application application, SignalExporter exporter) {
		application.wire().loseReceived(true);
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		this.peer.settle();
		application.wire().loseReceived(false);
		assertThat(publish).isNotDone();
		return publish;
	}

	private static void assertLeft(CompletableFuture<SignalResult> publish, Application application) {
		SignalResult result = get(publish);
		assertThat(result.left()).containsExactly(application.responder().getResponderId());
		assertThat(result.isSuccess()).isFalse();
	}

	@Test
	void answerTheirPresentSignalBeforeTheyLeave() throws Exception {
		Application application = this.applications.start();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		Registration registration = application.responder().on("start", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success("finished");
		});
		SignalExporter exporter = application.exporter("start");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		entered.await();
		registration.close();
		this.peer.settle();
		released.countDown();
		assertThat(get(publish).messages()).containsValue("finished");
		InMemoryApplications.awaiting().until(() -> exporter.getSubscribers().isEmpty());
	}

	@Test
	void areNotTakenForGoneByLateMessages() {
		Application application = this.applications.start();
		SignalExporter exporter = application.exporter("start");
		DefaultSignalResponder responder = application.responder();
		for (int i = 0; i < 1_000; i++) {
			Registration registration = responder.on("start", succeeding());
			responder.on("start", succeeding()).close();
			if (i % 10 == 0) {
				// All announcements, and answers to all initializations.
				this.peer.settle();
				assertThat(exporter.getSubscribers()).containsExactly(responder.getResponderId());
				exporter.initialize("start");
			}
			registration.close();
		}
		this.peer.settle();
		assertThat(exporter.getSubscribers()).isEmpty();
		responder.on("start", succeeding());
		this.peer.bye(responder.getResponderId());
		assertThat(exporter.getSubscribers()).as("forged").containsExactly(responder.getResponderId());
	}

	@Test
	void areNotSubscribedByAnAnswerThatComesAfterTheyHaveLeft() {
		Application application = this.applications.start(new Settings().extensions(Extensions.OFF));
		SignalExporter exporter = application.exporter("start");
		DefaultSignalResponder responder = application.responder();
		responder.on("start", succeeding()).close();
		this.peer.respond(
				new Response(responder.getResponderId(), exporter.getPublisherId(), Signal.INITIALIZATION, 1, null),
				null);
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void waitingForThemIsOverAtOnce() {
		Application application = this.applications.start();
		application.responder().on("start", succeeding());
		application.wire().loseReceived(true);
		SignalExporter exporter = application.engine().create("conductor");
		assertThat(exporter.initializeAndWait(1, InMemoryApplications.RESPONSE_TIMEOUT, "start")).isTrue();
	}

	@Test
	void aRemovedHandlerIsNotCalledForSignalsThatWereQueued() throws Exception {
		Application application = this.applications.start();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		Set<String> handled = ConcurrentHashMap.newKeySet();
		application.responder().on("wait", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success();
		});
		Registration removed = application.responder().on("start", (signal) -> {
			handled.add(signal.event());
			return Acknowledgement.success("removed");
		});
		SignalExporter exporter = application.exporter("wait", "start");
		exporter.signal("wait").publishAsync();
		entered.await();
		CompletableFuture<SignalResult> queued = exporter.signal("start").publishAsync();
		this.peer.settle();
		removed.close();
		released.countDown();
		assertThat(get(queued).messages()).isEmpty();
		assertThat(handled).isEmpty();
	}

	private static SignalHandler succeeding() {
		return (signal) -> Acknowledgement.success();
	}

}
