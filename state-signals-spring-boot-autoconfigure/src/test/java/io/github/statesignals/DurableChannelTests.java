package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Signals on durable channels reach disconnected responders.
 */
class DurableChannelTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	private final String channel = "durable-" + UUID.randomUUID();

	private final String[] settings = { "channel=" + this.channel, "channels." + this.channel + ".delivery=durable" };

	@Test
	void aConnectedResponderAnswersUnderItsName() {
		ConfigurableApplicationContext responding = start(Recording.class, "responder.name=r");
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		assertThat(exporter.getSubscribers()).containsExactly("r");
		SignalResult result = exporter.signal("flip").sampleNo(1).tag("t").metadata("key", List.of("value")).publish();
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).containsOnlyKeys("r");
		assertThat(result.messages()).containsEntry("r", "1");
		assertThat(result.id()).isNotNull();
		assertThat(responding.getBean(SignalResponder.class).getResponderId()).isEqualTo("r");
		assertThat(responding.getBean(Recorder.class).signals).singleElement().satisfies((signal) -> {
			assertThat(signal.metadata()).isEqualTo(Map.of("key", List.of("value")));
			assertThat(signal.tag()).isEqualTo("t");
			assertThat(signal.publisherId()).isEqualTo(exporter.getPublisherId());
		});
	}

	@Test
	void disconnectedResponderHandlesStoredSignalsInOrderAndItsAnswersAreStored() {
		start(Recording.class, "responder.name=r").close();
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		DurableChannels channels = context.getBean(DurableChannels.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "start", "stop")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = IntStream.range(0, 300)
			.mapToObj((i) -> exporter.signal((i % 2 == 0) ? "start" : "stop")
				.sampleNo(i)
				.timeout(Duration.ofSeconds(1))
				.publishAsync())
			.toList();
		List<SignalResult> results = publishing.stream().map(CompletableFuture::join).toList();
		assertThat(results).allSatisfy((result) -> {
			assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
			assertThat(result.missing()).containsExactly("r");
		});
		String last = results.get(299).id();
		assertThat(channels.find(this.channel, last).orElseThrow().outstanding()).containsExactly("r");
		Recorder recorder = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		await().until(() -> channels.find(this.channel, last).orElseThrow().isComplete());
		assertThat(recorder.numbers()).isEqualTo(IntStream.range(0, 300).boxed().toList());
		assertThat(results).allSatisfy((result) -> {
			Response answer = channels.find(this.channel, result.id()).orElseThrow().acknowledged().get("r");
			assertThat(answer.ras()).isEqualTo(1);
			assertThat(answer.publisherId()).isEqualTo(exporter.getPublisherId());
		});
	}

	@Test
	void answersThatWaitTogetherAreStoredAsOneAndAreThoseOfTheirSignals() {
		Blocking blocking = start(Blocking.class, "responder.name=r").getBean(Blocking.class);
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		List<CompletableFuture<SignalResult>> publishing = publishUntilBlocked(exporter, 300, blocking);
		blocking.latch.countDown();
		List<SignalResult> results = publishing.stream().map(CompletableFuture::join).toList();
		assertThat(results).allMatch(SignalResult::isSuccess);
		StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
		assertThat(redis.keys("event-signal:{" + this.channel + "}:answers:*"))
			.flatMap((key) -> redis.opsForHash().values(key))
			.anySatisfy((stored) -> assertThat((String) stored).contains("\"id\":[\"").endsWith("\n="));
		DurableChannels channels = context.getBean(DurableChannels.class);
		assertThat(results).allSatisfy((result) -> {
			Response answer = channels.find(this.channel, result.id()).orElseThrow().acknowledged().get("r");
			assertThat(answer).isEqualTo(new Response("r", exporter.getPublisherId(), "flip", 1, null));
		});
	}

	@Test
	void fullLaneRefusesNoStoredSignal() {
		Blocking blocking = start(Blocking.class, "responder.name=r", "responder.queue-capacity=2")
			.getBean(Blocking.class);
		SignalExporter exporter = exporter();
		List<CompletableFuture<SignalResult>> publishing = publishUntilBlocked(exporter, 20, blocking);
		// It is refused for as long as the handler is blocked.
		assertThat(exporter.signal("flip").sampleNo(20).timeout(Duration.ofMillis(500)).publish().missing())
			.containsExactly("r");
		blocking.latch.countDown();
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().acted()).containsExactly("r"));
		await().until(() -> blocking.numbers.size() > 20);
		assertThat(blocking.numbers).isEqualTo(IntStream.rangeClosed(0, 20).boxed().toList());
	}

	@Test
	void signalsThatAreQueuedWhenTheHandlerIsRemovedAreHandledByTheNextOne() {
		SignalResponder responder = start(Object.class, "responder.name=r").getBean(SignalResponder.class);
		Blocking blocking = new Blocking();
		SignalResponder.Registration registration = responder.on("flip", (signal) -> {
			blocking.on(signal);
			return Acknowledgement.success();
		});
		SignalExporter exporter = exporter();
		List<CompletableFuture<SignalResult>> publishing = publishUntilBlocked(exporter, 20, blocking);
		registration.close();
		blocking.latch.countDown();
		assertThat(publishing.get(0).join().acted()).containsExactly("r");
		Recorder recorder = new Recorder();
		responder.on("flip", (signal) -> new RecordingHandler(recorder).on(signal));
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().acted()).containsExactly("r"));
		assertThat(blocking.numbers).containsExactly(0);
		assertThat(recorder.numbers()).isEqualTo(IntStream.range(1, 20).boxed().toList());
	}

	private static List<CompletableFuture<SignalResult>> publishUntilBlocked(SignalExporter exporter, int signals,
			Blocking blocking) {
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = IntStream.range(0, signals)
			.mapToObj((i) -> exporter.signal("flip").sampleNo(i).publishAsync())
			.toList();
		await().until(() -> !blocking.numbers.isEmpty());
		return publishing;
	}

	@Test
	void ownSignalThatIsNotReceivedIsAnsweredAsUnhandled() {
		ConfigurableApplicationContext context = start(Recording.class, "responder.name=r",
				"responder.receive-own=false");
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		SignalResult result = exporter.publish("flip");
		assertThat(result.unhandled()).containsExactly("r");
		assertThat(result.isSuccess()).isFalse();
		assertThat(context.getBean(Recorder.class).signals).isEmpty();
		assertThat(context.getBean(DurableChannels.class).find(this.channel, result.id()).orElseThrow().isComplete())
			.isTrue();
	}

	@Test
	void theBacklogHasTheEntriesThatWaitForEachResponder() {
		ConfigurableApplicationContext blocked = start(Blocking.class, "responder.name=blocked");
		start(Recording.class, "responder.name=away").close();
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		DurableChannels channels = context.getBean(DurableChannels.class);
		assertThat(exporter.initializeAndWait(2, TIMEOUT, "flip")).isTrue();
		assertThat(channels.backlog(this.channel)).containsOnlyKeys("away", "blocked")
			.allSatisfy((name, backlog) -> assertThat(backlog)
				.isEqualTo(new ResponderBacklog(OptionalLong.of(0), 0, Duration.ZERO)));
		exporter.signal("flip").timeout(Duration.ofMillis(500)).publish();
		exporter.signal("flip").timeout(Duration.ofMillis(500)).publish();
		await().untilAsserted(() -> {
			ResponderBacklog begun = channels.backlog(this.channel).get("blocked");
			assertThat(begun.unacknowledged()).isEqualTo(2);
			assertThat(begun.age()).isPositive();
			assertThat(begun.undelivered()).hasValue(0);
		});
		ResponderBacklog waiting = channels.backlog(this.channel).get("away");
		assertThat(waiting.unacknowledged()).isZero();
		assertThat(waiting.age()).isPositive();
		// Before Redis 7 it is not known.
		assertThat(waiting.undelivered().orElse(2)).isEqualTo(2);
		blocked.getBean(Blocking.class).latch.countDown();
		start(Recording.class, "responder.name=away");
		await().untilAsserted(() -> assertThat(channels.backlog(this.channel).values())
			.allSatisfy((backlog) -> assertThat(backlog.age()).isZero()));
		assertThatIllegalArgumentException().isThrownBy(() -> channels.backlog("broadcast"))
			.withMessageContaining("state-signals.channels.broadcast.delivery=durable");
	}

	@Test
	void theBacklogOfAResponderWhoseGroupIsLostIsAllOfTheStream() {
		start(Recording.class, "responder.name=away").close();
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		exporter.signal("flip").timeout(Duration.ofMillis(500)).publish();
		context.getBean(StringRedisTemplate.class)
			.opsForStream()
			.destroyGroup("event-signal:{" + this.channel + "}:log", "away");
		await().untilAsserted(() -> {
			ResponderBacklog backlog = context.getBean(DurableChannels.class).backlog(this.channel).get("away");
			assertThat(backlog.age()).isPositive();
			assertThat(backlog.undelivered()).isEmpty();
		});
	}

	@Test
	void signalsInFlightAreHandledInOrder() {
		Recorder one = start(Recording.class, "responder.name=one").getBean(Recorder.class);
		Recorder two = start(Recording.class, "responder.name=two").getBean(Recorder.class);
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(2, TIMEOUT, "flip")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = new ArrayList<>();
		for (int i = 0; i < 5_000; i++) {
			publishing.add(exporter.signal("flip").sampleNo(i).publishAsync());
		}
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		List<Integer> expected = IntStream.range(0, 5_000).boxed().toList();
		assertThat(one.numbers()).isEqualTo(expected);
		assertThat(two.numbers()).isEqualTo(expected);
	}

	@Test
	void aHandlerThatFailsAnswersAndTheSignalIsNotRepeated() {
		Recorder recorder = start(Failing.class, "responder.name=r").getBean(Recorder.class);
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		DurableChannels channels = context.getBean(DurableChannels.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip", "flop")).isTrue();
		SignalResult failed = exporter.publish("flip");
		assertThat(failed.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(failed.messages()).containsEntry("r", "no disk");
		assertThat(channels.find(this.channel, failed.id()).orElseThrow().unhandled()).isEmpty();
		// Without a handler.
		SignalResult unhandled = exporter.publish("flop");
		assertThat(unhandled.isSuccess()).isFalse();
		assertThat(unhandled.unhandled()).containsExactly("r");
		SignalStatus status = channels.find(this.channel, unhandled.id()).orElseThrow();
		assertThat(status.acknowledged().get("r").ras()).isEqualTo(1);
		assertThat(status.unhandled()).containsExactly("r");
		assertThat(recorder.signals).hasSize(1);
	}

	@Test
	void aStopThatComesInBetweenLosesNothingAndHandlesNothingTwice() {
		SignalExporter exporter = exporter();
		ConfigurableApplicationContext first = start(Slow.class, "responder.name=r");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = IntStream.range(0, 200)
			.mapToObj((i) -> exporter.signal("flip").sampleNo(i).timeout(Duration.ofSeconds(30)).publishAsync())
			.toList();
		Recorder before = first.getBean(Recorder.class);
		await().until(() -> before.signals.size() > 20);
		first.close();
		Recorder after = start(Slow.class, "responder.name=r").getBean(Recorder.class);
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		List<Integer> handled = new ArrayList<>(before.numbers());
		handled.addAll(after.numbers());
		assertThat(handled).isEqualTo(IntStream.range(0, 200).boxed().toList());
	}

	@Test
	void signalWhoseHandlerTheStopCutsOffIsHandledByTheNextInstance() {
		ConfigurableApplicationContext first = start(Blocking.class, "responder.name=r",
				"spring.lifecycle.timeout-per-shutdown-phase=1s");
		Blocking blocking = first.getBean(Blocking.class);
		List<CompletableFuture<SignalResult>> publishing = publishUntilBlocked(exporter(), 2, blocking);
		first.close();
		assertThat(blocking.numbers).containsExactly(0);
		Recorder next = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().acted()).containsExactly("r"));
		assertThat(next.numbers()).containsExactly(0, 1);
	}

	@Test
	void ofTwoInstancesOneHandlesAndTheOtherTakesOver() {
		ConfigurableApplicationContext first = start(Recording.class, "responder.name=r");
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		assertThat(exporter.publish("flip").isSuccess()).isTrue();
		Recorder standby = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		assertThat(exporter.publish("flip").responses()).hasSize(1);
		assertThat(first.getBean(Recorder.class).signals).hasSize(2);
		assertThat(standby.signals).isEmpty();
		first.close();
		assertThat(exporter.publish("flip").isSuccess()).isTrue();
		assertThat(standby.signals).hasSize(1);
	}

	@Test
	void signalsThatAreQueuedWhenTheLeaseIsLostAreHandledByTheNextHolderAlone() {
		Blocking first = start(Blocking.class, "responder.name=r").getBean(Blocking.class);
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = IntStream.range(0, 20)
			.mapToObj((i) -> exporter.signal("flip").sampleNo(i).timeout(Duration.ofSeconds(60)).publishAsync())
			.toList();
		await().until(() -> !first.numbers.isEmpty());
		StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
		String lease = "event-signal:{" + this.channel + "}:lease:r";
		redis.opsForValue().set(lease, "another", Duration.ofSeconds(4));
		// Refused with a lease of another, so that it is read again.
		await().until(() -> redis.getExpire(lease) < 2);
		first.latch.countDown();
		Recorder second = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		publishing.forEach((result) -> assertThat(result.join().isSuccess()).isTrue());
		List<Integer> handled = new ArrayList<>(first.numbers);
		handled.addAll(second.numbers());
		assertThat(handled.stream().filter((number) -> number != 0).toList())
			.containsExactlyInAnyOrderElementsOf(IntStream.range(1, 20).boxed().toList());
	}

	@Test
	void noOtherInstanceHandlesTheSignalOfARemovedHandlerThatRuns() {
		ConfigurableApplicationContext context = start(Object.class, "responder.name=r");
		List<Integer> handled = new CopyOnWriteArrayList<>();
		CountDownLatch latch = new CountDownLatch(1);
		SignalResponder.Registration removed = context.getBean(SignalResponder.class).on("flip", (signal) -> {
			handled.add((int) signal.sampleNo());
			latch.await();
			return Acknowledgement.success();
		});
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = IntStream.range(0, 5)
			.mapToObj((i) -> exporter.signal("flip").sampleNo(i).timeout(Duration.ofSeconds(30)).publishAsync())
			.toList();
		DurableChannels channels = context.getBean(DurableChannels.class);
		await().until(() -> handled.equals(List.of(0))
				&& channels.backlog(this.channel).get("r").undelivered().equals(OptionalLong.of(0)));
		removed.close();
		// Compares the readers with the responders, as is done every two seconds.
		channels.remove(this.channel, "nobody");
		channels.responders(this.channel);
		assertThat(context.getBean(StringRedisTemplate.class).hasKey("event-signal:{" + this.channel + "}:lease:r"))
			.isTrue();
		Recorder next = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		latch.countDown();
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		assertThat(handled).containsExactly(0);
		assertThat(next.numbers()).containsExactly(1, 2, 3, 4);
	}

	/**
	 * Juju's example: a unit that comes a day later learns that the remote application is
	 * ready, and why it is broken now.
	 */
	@Test
	void aUnitThatComesLaterGetsTheLastValueOfEachSignalOnce() {
		String start = "channels." + this.channel + ".start=latest";
		Charm first = start(Charm.class, start, "responder.name=unit-1").getBean(Charm.class);
		SignalExporter remote = start(Object.class, start).getBean(SignalExporter.class);
		assertThat(remote.initializeAndWait(1, TIMEOUT, "ready", "bork")).isTrue();
		remote.emit(new Ready());
		remote.emit(new Bork("disk full"));
		remote.emit(new Bork("no network"));
		await().until(() -> first.seen.equals(List.of("ready", "bork: disk full", "bork: no network")));
		ConfigurableApplicationContext unit = start(Charm.class, start, "responder.name=unit-2");
		Charm second = unit.getBean(Charm.class);
		await().until(() -> second.seen.equals(List.of("ready", "bork: no network")));
		unit.close();
		remote.emit(new Bork("all is lost"));
		Charm restarted = start(Charm.class, start, "responder.name=unit-2").getBean(Charm.class);
		await().until(() -> restarted.seen.equals(List.of("bork: all is lost")));
		assertThat(first.seen).containsExactly("ready", "bork: disk full", "bork: no network", "bork: all is lost");
	}

	@Test
	void aResponderThatIsRemovedIsAwaitedNoMore() {
		start(Recording.class, "responder.name=gone").close();
		start(Recording.class, "responder.name=r");
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		DurableChannels channels = context.getBean(DurableChannels.class);
		assertThat(exporter.initializeAndWait(2, TIMEOUT, "flip")).isTrue();
		CompletableFuture<SignalResult> publishing = exporter.signal("flip")
			.timeout(Duration.ofSeconds(-1))
			.publishAsync();
		await().until(() -> channels.responders(this.channel).size() == 2);
		assertThat(channels.remove(this.channel, "gone")).isTrue();
		SignalResult result = publishing.join();
		assertThat(result.isSuccess()).isTrue();
		assertThat(result.left()).containsExactly("gone");
		assertThat(exporter.getSubscribers()).containsExactly("r");
	}

	@Test
	void forgedAnnouncementsOfRespondersChangeNothing() {
		start(Failing.class, "responder.name=r");
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
		for (String event : List.of(Signal.INITIALIZATION, Signal.SHUTDOWN)) {
			for (String publisher : List.of("*", exporter.getPublisherId())) {
				for (String responder : List.of("r", "forged")) {
					redis.convertAndSend("event-signal-response:" + this.channel, """
							{"responder_id": "%s", "publisher_id": "%s", "event": "%s", "ras": 1, "_ss": {"v": 1}}"""
						.formatted(responder, publisher, event));
				}
			}
		}
		// Later signals are received later.
		SignalResult result = exporter.publish("flip");
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.failed()).containsExactly("r");
		assertThat(exporter.getSubscribers()).containsExactly("r");
	}

	@Test
	void aListenerThatAnswersByHandAcknowledges() {
		ConfigurableApplicationContext responding = start(Object.class, "responder.name=r");
		SignalResponder responder = responding.getBean(SignalResponder.class);
		responder.listen((signal) -> {
			if (!Signal.isReserved(signal.event())) {
				responder.respond(signal, 1, "by hand");
			}
		});
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		SignalResult result = exporter.publish("flip");
		assertThat(result.messages()).containsEntry("r", "by hand");
		assertThat(context.getBean(DurableChannels.class).find(this.channel, result.id()).orElseThrow().isComplete())
			.isTrue();
	}

	@Test
	void signalThatAListenerHasNotAnsweredWhenItStopsIsDeliveredAgain() {
		ConfigurableApplicationContext first = start(Object.class, "responder.name=r");
		List<Signal> received = new CopyOnWriteArrayList<>();
		first.getBean(SignalResponder.class).listen(received::add);
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		CompletableFuture<SignalResult> publishing = exporter.signal("flip").publishAsync();
		await().until(() -> !received.isEmpty());
		first.close();
		Recorder next = start(Recording.class, "responder.name=r").getBean(Recorder.class);
		assertThat(publishing.join().acted()).containsExactly("r");
		assertThat(next.signals).hasSize(1);
	}

	@Test
	void shutdownStaysOutstandingForNoResponder() {
		start(Recording.class, "responder.name=handler");
		SignalResponder listener = start(Object.class, "responder.name=listener").getBean(SignalResponder.class);
		listener.listen((signal) -> {
			if (!signal.event().equals(Signal.SHUTDOWN)) {
				listener.respond(signal, 1, null);
			}
		});
		ConfigurableApplicationContext context = start(Object.class);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, TIMEOUT, "flip")).isTrue();
		assertThat(exporter.publish("flip").acted()).containsExactlyInAnyOrder("handler", "listener");
		exporter.shutdown();
		DurableChannels channels = context.getBean(DurableChannels.class);
		await().untilAsserted(() -> assertThat(channels.backlog(this.channel)).containsOnlyKeys("handler", "listener")
			.allSatisfy((name, backlog) -> assertThat(backlog)
				.isEqualTo(new ResponderBacklog(OptionalLong.of(0), 0, Duration.ZERO))));
	}

	@Test
	void anotherChannelIsAsItAlwaysWas() {
		String broadcast = "broadcast-" + UUID.randomUUID();
		start(Recording.class, "responder.name=r");
		ConfigurableApplicationContext context = start(Object.class);
		context.getBean(SignalResponderFactory.class)
			.get("x", broadcast)
			.on("flip", (signal) -> Acknowledgement.success());
		SignalExporter exporter = context.getBean(SignalExporterFactory.class).create("p", broadcast);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "flip")).isTrue();
		SignalResult result = exporter.publish("flip");
		assertThat(result.isSuccess()).isTrue();
		assertThat(result.id()).isNull();
		assertThat(result.responses().keySet()).singleElement().asString().startsWith("x-").endsWith("-resp");
	}

	@Test
	void aResponderCanNotBeLocked() {
		SignalResponder responder = start(Recording.class, "responder.name=r").getBean(SignalResponder.class);
		assertThatIllegalStateException().isThrownBy(() -> responder.lockTag("t"))
			.withMessageContaining("'r' can't be locked")
			.withMessageContaining("a separate channel");
		assertThatIllegalStateException().isThrownBy(() -> responder.lockPublisher("p"))
			.withMessageContaining("durable channel '" + this.channel + "'");
	}

	@Test
	void failuresOfAStoppedApplicationNameTheOperation() {
		ConfigurableApplicationContext context = start(Object.class);
		DurableChannels channels = context.getBean(DurableChannels.class);
		context.stop();
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> channels.backlog(this.channel))
			.withMessageStartingWith("Could not read the backlog of channel '" + this.channel + "': ");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> channels.deadLetters(this.channel, 1))
			.withMessageStartingWith("Could not read the dead letters of channel '" + this.channel + "': ");
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> channels.replay(this.channel, "1-0.0", "r"))
			.withMessageStartingWith("Could not replay the signal '1-0.0' of channel '" + this.channel + "' for 'r': ");
	}

	@Test
	void withoutADurableChannelTheMessageNamesTheRemedy() {
		DurableChannels channels = this.applications.start(Object.class).getBean(DurableChannels.class);
		assertThatIllegalArgumentException().isThrownBy(() -> channels.responders("orders"))
			.withMessage("The channel 'orders' is not durable: set state-signals.channels.orders.delivery=durable");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.responders("a.b"))
			.withMessageEndingWith("set state-signals.channels.[a.b].delivery=durable");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.responders(""))
			.withMessage("The default channel can't be durable: name another");
	}

	@Test
	void refusesNull() {
		DurableChannels channels = start(Object.class).getBean(DurableChannels.class);
		String missing = null;
		assertThatIllegalArgumentException().isThrownBy(() -> channels.responders(missing))
			.withMessage("The default channel can't be durable: name another");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.remove(this.channel, missing))
			.withMessage("'responder' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.replay(this.channel, missing, "r"))
			.withMessage("'id' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.replay(this.channel, "1-0.0", missing))
			.withMessage("'responder' must not be null");
		// The id of the result of a publish on a channel that is not durable.
		assertThatIllegalArgumentException().isThrownBy(() -> channels.find(this.channel, missing))
			.withMessage("'null' is not the id of a signal on a durable channel: pass the value of SignalResult.id()");
	}

	@Test
	void refusesANegativeNumberOfDeadLetters() {
		DurableChannels channels = start(Object.class).getBean(DurableChannels.class);
		assertThatIllegalArgumentException().isThrownBy(() -> channels.deadLetters(this.channel, -1))
			.withMessage("'limit' is -1: pass the number of dead letters to return at most");
		assertThat(channels.deadLetters(this.channel, 0)).isEmpty();
	}

	private SignalExporter exporter() {
		return start(Object.class).getBean(SignalExporter.class);
	}

	private ConfigurableApplicationContext start(Class<?> configuration, String... more) {
		List<String> properties = new ArrayList<>(List.of(this.settings));
		properties.addAll(List.of(more));
		return this.applications.start(configuration, properties.toArray(String[]::new));
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(TIMEOUT);
	}

	static class Recorder {

		private final List<Signal> signals = new CopyOnWriteArrayList<>();

		List<Integer> numbers() {
			return this.signals.stream().map((signal) -> (int) signal.sampleNo()).toList();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Recording {

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		RecordingHandler handler(Recorder recorder) {
			return new RecordingHandler(recorder);
		}

	}

	record RecordingHandler(Recorder recorder) {

		@OnSignal(event = { "flip", "start", "stop" })
		Acknowledgement on(Signal signal) {
			this.recorder.signals.add(signal);
			return Acknowledgement.success(String.valueOf(this.recorder.signals.size()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		private final Recorder recorder = new Recorder();

		@Bean
		Recorder recorder() {
			return this.recorder;
		}

		@OnSignal(event = "flip")
		void on(Signal signal) {
			this.recorder.signals.add(signal);
			throw new IllegalStateException("no disk");
		}

	}

	@SignalEvent
	record Ready() {
	}

	@SignalEvent
	record Bork(String reason) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Charm {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		@OnSignal
		void onReady(Ready ready) {
			this.seen.add("ready");
		}

		@OnSignal
		void onBork(Bork bork) {
			this.seen.add("bork: " + bork.reason());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Blocking {

		private final List<Integer> numbers = new CopyOnWriteArrayList<>();

		private final CountDownLatch latch = new CountDownLatch(1);

		@OnSignal(event = "flip")
		void on(Signal signal) throws InterruptedException {
			this.numbers.add((int) signal.sampleNo());
			this.latch.await();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Slow {

		private final Recorder recorder = new Recorder();

		@Bean
		Recorder recorder() {
			return this.recorder;
		}

		@OnSignal(event = "flip")
		void on(Signal signal) throws InterruptedException {
			// Slow enough that some are left when it stops.
			Thread.sleep(1);
			this.recorder.signals.add(signal);
		}

	}

}
