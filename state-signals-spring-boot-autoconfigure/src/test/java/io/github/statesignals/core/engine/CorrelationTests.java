package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.dao.QueryTimeoutException;

import static io.github.statesignals.core.engine.InMemoryApplications.RESPONSE_TIMEOUT;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which publish an answer belongs to: by its id, or by its event where a responder knows
 * no ids.
 */
@Timeout(120)
class CorrelationTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private final Peer peer = this.applications.peer();

	@Test
	void manyPublishesOfOneEventAreInFlightAtOnceAndEachHasItsOwnAnswers() {
		SignalExporter exporter = exporter(new Settings(), "r1", "r2");
		int count = 500;
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, count);
		List<Message<Signal, SignalExtension>> signals = receive(count);
		assertThat(signals).extracting((signal) -> (int) signal.content().sampleNo())
			.isEqualTo(IntStream.range(0, count).boxed().toList());
		assertThat(signals.stream().map((signal) -> signal.extension().id()).collect(Collectors.toSet()))
			.hasSize(count);
		List<Message<Signal, SignalExtension>> shuffled = new ArrayList<>(signals);
		for (String responderId : List.of("r1", "r2")) {
			Collections.shuffle(shuffled, new Random(responderId.hashCode()));
			// The last one first, to have an order that no queue would have.
			shuffled.sort((a, b) -> Boolean.compare(b.content().sampleNo() == count - 1,
					a.content().sampleNo() == count - 1));
			shuffled.forEach((signal) -> answerWithSample(responderId, signal));
			this.peer.settle();
			if (responderId.equals("r1")) {
				assertThat(publishes).allMatch((publish) -> !publish.isDone());
			}
		}
		for (int i = 0; i < count; i++) {
			String sample = Integer.toString(i);
			assertThat(get(publishes.get(i)).messages().values()).hasSize(2).containsOnly(sample);
		}
		assertThat(this.applications.timer().scheduled()).as("timeouts").isZero();
	}

	@Test
	void anAnswerByIdEndsItsPublishThoughEarlierOnesWait() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 3);
		List<Message<Signal, SignalExtension>> signals = receive(3);
		this.peer.answer("r1", signals.get(2), 1);
		assertThat(get(publishes.get(2)).isSuccess()).isTrue();
		this.peer.answer("r1", signals.get(0), 0);
		assertThat(get(publishes.get(0)).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(publishes.get(1)).isNotDone();
	}

	@Test
	void aLateAnswerToAnEarlierPublishOfTheEventDoesNotCount() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> early = this.peer.receive("start");
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(first).missing()).containsExactly("r1");
		CompletableFuture<SignalResult> second = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> later = this.peer.receive("start");
		this.peer.answer("r1", early, 0);
		assertThat(second).isNotDone();
		assertThat(application.engine().counters().unexpected()).isOne();
		this.peer.answer("r1", later, 1);
		assertThat(get(second).isSuccess()).isTrue();
		assertThat(application.engine().counters().unexpected()).isOne();
	}

	@Test
	void anAnswerWithAnUnknownIdOrToAnotherEventDoesNotCount() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		String id = signal.extension().id();
		respond(exporter, "end", new ResponseExtension(id));
		respond(exporter, "start", new ResponseExtension("no-" + id));
		respond(exporter, "start", ResponseExtension.UNDERSTOOD);
		respond(exporter, "start", null);
		assertThat(publish).isNotDone();
		this.peer.answer("stranger", signal, 1);
		assertThat(publish).isNotDone();
		respond(exporter, "start", new ResponseExtension(id));
		assertThat(get(publish).responses()).containsOnlyKeys("r1");
	}

	@ParameterizedTest
	@ExtendWith(OutputCaptureExtension.class)
	@CsvSource({ "r1, 1, the responder has already answered", "stranger, 1, the responder is not awaited",
			"r2, , it has no ras", "ended, 1, no publish in flight awaits it" })
	void anAnswerThatDoesNotCountIsLoggedWithTheReason(String responderId, @Nullable Integer ras, String reason,
			CapturedOutput output) {
		SignalExporter exporter = exporter(new Settings(), "r1", "r2");
		exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answer("r1", signal, 1);
		String id = responderId.equals("ended") ? "another" : signal.extension().id();
		this.peer.respond(new Response(responderId, exporter.getPublisherId(), "start", ras, null),
				new ResponseExtension(id));
		assertThat(output.getOut()).contains("An answer of '%s' to 'start' of '%s' does not count: %s (1 so far"
			.formatted(responderId, exporter.getPublisherId(), reason));
	}

	@Test
	void anAnswerThatIsRepeatedCountsOnce() {
		SignalExporter exporter = exporter(new Settings(), "r1", "r2");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 2);
		List<Message<Signal, SignalExtension>> signals = receive(2);
		this.peer.answer("r1", signals.get(0), 1);
		this.peer.answer("r1", signals.get(0), 0);
		assertThat(publishes).allMatch((publish) -> !publish.isDone());
		this.peer.answer("r2", signals.get(0), 1);
		assertThat(get(publishes.get(0)).isSuccess()).isTrue();
		assertThat(publishes.get(1)).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answersThatAPublishDidNotWantToAwaitAreNoProblem(boolean legacy) {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1", "r2");
		if (legacy) {
			this.peer.subscribePlain(exporter, "python");
		}
		exporter.signal("start").until(CompletionRule.first()).publishAsync();
		answerByThree(this.peer.receive("start"), legacy);
		exporter.signal("start").timeout(Duration.ZERO).publishAsync();
		answerByThree(this.peer.receive("start"), legacy);
		assertThat(application.engine().counters().unexpected()).isZero();
		CompletableFuture<SignalResult> late = exporter.signal("start").until(CompletionRule.first()).publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(late).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		this.peer.answer("r1", signal, 1);
		assertThat(application.engine().counters().unexpected()).isOne();
	}

	private void answerByThree(Message<Signal, SignalExtension> signal, boolean legacy) {
		this.peer.answer("r1", signal, 1);
		this.peer.answer("r2", signal, 1);
		if (legacy) {
			this.peer.answerPlain("python", signal, 1);
		}
	}

	@Test
	void anAnswerThatIsRepeatedAfterThePublishEndedEarlyDoesNotCountTwice() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1", "r2");
		exporter.signal("start").until(CompletionRule.first()).publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		for (String responderId : List.of("r1", "r2", "r2", "stranger")) {
			this.peer.answer(responderId, signal, 1);
		}
		assertThat(application.engine().counters().unexpected()).isEqualTo(2);
	}

	@Test
	void withALegacyPeerOnlyOnePublishOfAnEventIsInFlight() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 3);
		CompletableFuture<SignalResult> other = exporter.signal("end").publishAsync();
		for (int i = 0; i < 3; i++) {
			Message<Signal, SignalExtension> signal = this.peer.receive("start");
			assertThat(signal.content().sampleNo()).isEqualTo(i);
			if (i == 0) {
				this.peer.receive("end");
			}
			this.peer.receivesNoSignal();
			this.peer.answerPlain("r1", signal, 1);
			this.peer.answerPlain("python", signal, i);
			assertThat(get(publishes.get(i)).responses().get("python").ras()).isEqualTo(i);
		}
		assertThat(other).isNotDone();
	}

	// Its answers name the event only.
	@Test
	void noPublishOfTheEventIsSentWhileOneAwaitsAnEvictedLegacyPeer() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		this.peer.answerPlain("r1", this.peer.receive("start"), 1);
		assertThat(((DefaultSignalExporter) exporter).subscriptions().evict("python")).isTrue();
		CompletableFuture<SignalResult> second = exporter.signal("start").publishAsync();
		this.peer.receivesNoSignal();
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(get(first).missing()).containsExactly("python");
		this.peer.answer("r1", this.peer.receive("start"), 1);
		assertThat(get(second).isSuccess()).isTrue();
	}

	@Test
	void anAnswerOfAnEvictedLegacyPeerCountsForThePublishThatAwaitsIt() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answerPlain("r1", signal, 1);
		assertThat(((DefaultSignalExporter) exporter).subscriptions().evict("python")).isTrue();
		exporter.signal("start").publishAsync();
		this.peer.receivesNoSignal();
		this.peer.answerPlain("python", signal, 1);
		assertThat(get(first).isSuccess()).isTrue();
		this.peer.receive("start");
	}

	// Its answers name the event only, also where each signal has an id.
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anAnswerOfALegacyPeerToAPublishThatEndedEarlyDoesNotCountForTheNextOne(boolean cancelled) {
		SignalExporter exporter = exporter(new Settings().extensions(Extensions.ALWAYS), "r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> first = exporter.signal("start").until(CompletionRule.first()).publishAsync();
		Message<Signal, SignalExtension> early = this.peer.receive("start");
		if (cancelled) {
			first.cancel(false);
		}
		else {
			this.peer.answer("r1", early, 1);
			assertThat(get(first).isSuccess()).isTrue();
		}
		assertNextAnswerCounts(exporter, early);
	}

	@Test
	void anAnswerToAPublishThatDidNotAwaitItDoesNotCountForTheNextOne() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 2);
		this.peer.answerPlain("r1", this.peer.receive("start"), 1);
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		Message<Signal, SignalExtension> early = this.peer.receive("start");
		this.peer.answerPlain("r1", early, 1);
		assertThat(get(publishes.get(1)).missing()).containsExactly("python");
		assertNextAnswerCounts(exporter, early);
	}

	private void assertNextAnswerCounts(SignalExporter exporter, Message<Signal, SignalExtension> early) {
		CompletableFuture<SignalResult> next = exporter.signal("start").publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answerPlain("python", early, 1);
		this.peer.answer("r1", signal, 1);
		assertThat(next).isNotDone();
		this.peer.answerPlain("python", signal, 0);
		assertThat(get(next).failed()).containsExactly("python");
	}

	@Test
	void anAnswerOfALegacyPeerToAnUnconfirmedPublishDoesNotCountForTheNextOne() {
		Application application = this.applications.start(new Settings().extensions(Extensions.ALWAYS));
		SignalExporter exporter = exporter(application, "r1");
		this.peer.subscribePlain(exporter, "python");
		application.wire().hold();
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		application.wire().held().get(0).completeExceptionally(new QueryTimeoutException("Not confirmed"));
		assertThat(first).failsWithin(RESPONSE_TIMEOUT);
		CompletableFuture<SignalResult> next = exporter.signal("start").publishAsync();
		application.wire().held().get(1).complete(null);
		respondPlain(exporter, "python");
		respond(exporter, "start", new ResponseExtension(application.wire().lastId()));
		assertThat(next).isNotDone();
		respondPlain(exporter, "python");
		assertThat(get(next).isSuccess()).isTrue();
	}

	private void respondPlain(SignalExporter exporter, String responderId) {
		this.peer.respond(new Response(responderId, exporter.getPublisherId(), "start", 1, null), null);
	}

	// It repeats the ids of signals that have one.
	@Test
	void aPublishThatAwaitsOnlyRespondersWithIdsIsNotWaitedFor() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		CompletableFuture<SignalResult> first = exporter.signal("start").publishAsync();
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		assertThat(((DefaultSignalExporter) exporter).subscriptions().evict("python")).isTrue();
		CompletableFuture<SignalResult> second = exporter.signal("start").publishAsync();
		this.peer.respond(new Response("r1", exporter.getPublisherId(), "start", 1, null),
				ResponseExtension.UNDERSTOOD);
		assertThat(get(first).isSuccess()).isTrue();
		assertThat(second).isNotDone();
	}

	@Test
	void queuedPublishesAreSentInOrderWhenTheLastLegacyPeerLeaves() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		this.peer.subscribePlain(exporter, "python");
		publish(exporter, 0, 4);
		assertThat(this.peer.receive("start").content().sampleNo()).isZero();
		// The first one still awaits r1, and from now on none has to wait for another.
		((DefaultSignalExporter) exporter).subscriptions().leave("python");
		publish(exporter, 4, 4);
		assertThat(receive(7)).extracting((signal) -> signal.content().sampleNo())
			.containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
		this.peer.receivesNoSignal();
	}

	@Test
	void publishesInFlightByIdAreNotConfusedWithOthers() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		List<CompletableFuture<SignalResult>> identified = publish(exporter, 0, 2);
		List<Message<Signal, SignalExtension>> signals = receive(2);
		this.peer.subscribePlain(exporter, "python");
		List<CompletableFuture<SignalResult>> plain = publish(exporter, 2, 2);
		Message<Signal, SignalExtension> third = this.peer.receive("start");
		assertThat(third.extension()).isNull();
		this.peer.receivesNoSignal();
		this.peer.answerPlain("python", third, 1);
		this.peer.answerPlain("r1", third, 0);
		assertThat(get(plain.get(0)).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(this.peer.receive("start").content().sampleNo()).isEqualTo(3);
		assertThat(identified).allMatch((publish) -> !publish.isDone());
		this.peer.answer("r1", signals.get(1), 1);
		this.peer.answer("r1", signals.get(0), 1);
		assertThat(identified).allMatch((publish) -> get(publish).isSuccess());
	}

	/**
	 * Subscribers with and without ids come and go while much is published and answered.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void noPublishEverOvertakesAnEarlierOneOfItsEvent(long seed) {
		Random random = new Random(seed);
		SignalExporter exporter = exporter(new Settings(), "r1");
		List<CompletableFuture<SignalResult>> publishes = new ArrayList<>();
		List<Message<Signal, SignalExtension>> received = new ArrayList<>();
		List<Message<Signal, SignalExtension>> unanswered = new ArrayList<>();
		boolean plain = false;
		for (int step = 0; step < 400; step++) {
			switch (random.nextInt(8)) {
				case 0 -> {
					if (plain) {
						((DefaultSignalExporter) exporter).subscriptions().leave("python");
					}
					else {
						this.peer.subscribePlain(exporter, "python");
					}
					plain = !plain;
				}
				case 1, 2, 3 -> publishes.addAll(publish(exporter, publishes.size(), 1));
				case 4 -> this.applications.timer().advance(RESPONSE_TIMEOUT.dividedBy(4));
				case 5 -> {
					if (!publishes.isEmpty()) {
						publishes.get(random.nextInt(publishes.size())).cancel(false);
					}
				}
				default -> {
					if (!unanswered.isEmpty()) {
						answerByAll(unanswered.remove(random.nextInt(unanswered.size())));
					}
				}
			}
			this.peer.settle();
			drain(received, unanswered);
		}
		// Queued ones are sent when all before them have ended.
		for (int i = 0; i < publishes.size() && !publishes.stream().allMatch(CompletableFuture::isDone); i++) {
			this.applications.timer().advance(RESPONSE_TIMEOUT);
			this.peer.settle();
			drain(received, unanswered);
		}
		assertThat(publishes).allSatisfy(
				(publish) -> assertThat(publish.handle((result, ex) -> true)).succeedsWithin(Duration.ofSeconds(20)));
		assertThat(received).extracting((signal) -> signal.content().sampleNo()).isSorted().doesNotHaveDuplicates();
		List<Integer> samples = received.stream().map((signal) -> (int) signal.content().sampleNo()).toList();
		for (int i = 0; i < publishes.size(); i++) {
			if (!publishes.get(i).isCancelled()) {
				assertThat(samples).contains(i);
			}
		}
		assertThat(this.applications.timer().scheduled()).as("timeouts").isZero();
	}

	// How many

	@Test
	void refusesMorePublishesThanMayBeInFlightAndNamesTheRemedy() {
		SignalExporter exporter = exporter(new Settings().maxPending(3), "r1");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 3);
		List<Message<Signal, SignalExtension>> signals = receive(3);
		assertRefused(exporter);
		this.peer.answer("r1", signals.get(1), 1);
		assertThat(get(publishes.get(1)).isSuccess()).isTrue();
		CompletableFuture<SignalResult> next = publish(exporter, 3, 1).get(0);
		assertThat(this.peer.receive("start").content().sampleNo()).isEqualTo(3);
		assertRefused(exporter);
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		// There is capacity when the results have been handed out.
		assertThat(List.of(publishes.get(0), publishes.get(2), next))
			.allSatisfy((publish) -> assertThat(get(publish).missing()).containsExactly("r1"));
		publish(exporter, 4, 3).forEach((publish) -> assertThat(publish).isNotCompletedExceptionally());
		assertRefused(exporter);
	}

	@Test
	void listenerOfResultsIsCalledWithoutALockWhenAPublishIsRefused() {
		Application application = this.applications.start(new Settings().maxPending(1));
		SignalExporter exporter = exporter(application, "r1");
		publish(exporter, 0, 1);
		AtomicInteger calls = new AtomicInteger();
		application.engine().counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
			}

			@Override
			public void onResult(String channel, String event, SignalResult result, Throwable failure) {
				if (calls.incrementAndGet() == 1) {
					get(CorrelationTests.this.applications.inBackground(() -> publish(exporter, 1, 1)));
				}
			}

		});
		assertRefused(exporter);
		assertThat(calls).hasValue(3);
	}

	@Test
	void queuedPublishesCountToo() {
		SignalExporter exporter = exporter(new Settings().maxPending(3));
		this.peer.subscribePlain(exporter, "python");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 3);
		assertRefused(exporter);
		publishes.get(2).cancel(false);
		publishes.add(exporter.signal("end").publishAsync());
		assertRefused(exporter);
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		assertThat(get(publishes.get(0)).isSuccess()).isTrue();
		assertThat(publish(exporter, 3, 1).get(0)).isNotDone();
		assertRefused(exporter);
	}

	@Test
	void shuttingDownReleasesThePendingPublishes() {
		SignalExporter exporter = exporter(new Settings().maxPending(2), "r1");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 2);
		exporter.shutdown();
		publishes.forEach((publish) -> assertThat(get(publish).missing()).containsExactly("r1"));
		exporter.initialize("start", "end");
		this.peer.forget();
		this.peer.subscribe(exporter, "r1");
		publish(exporter, 2, 2);
		assertThat(receive(2)).extracting((signal) -> signal.content().sampleNo()).containsExactly(2L, 3L);
		assertRefused(exporter);
	}

	@Test
	void eachExporterHasItsOwnLimit() {
		Application application = this.applications.start(new Settings().maxPending(1));
		SignalExporter first = exporter(application, "r1");
		SignalExporter second = exporter(application, "r1");
		publish(first, 0, 1);
		assertRefused(first);
		assertThat(publish(second, 0, 1).get(0)).isNotDone();
	}

	@Test
	void publishThatWaitsForCapacityIsNotOvertakenByASmallerOne() {
		SignalExporter exporter = exporter(new Settings(), "r1");
		// Two of these are more than may be in flight.
		String large = "x".repeat(5 * 1024 * 1024);
		exporter.signal("start").sampleNo(1).metadata("text", large).publishAsync();
		exporter.signal("start").sampleNo(2).metadata("text", large).publishAsync();
		exporter.signal("end").sampleNo(3).publishAsync();
		Message<Signal, SignalExtension> first = this.peer.receive("start");
		this.peer.receivesNoSignal();
		this.peer.answer("r1", first, 1);
		assertThat(this.peer.receive("start").content().sampleNo()).isEqualTo(2);
		assertThat(this.peer.receive("end").content().sampleNo()).isEqualTo(3);
	}

	// Answering by hand

	@Test
	void answersByHandHaveTheIdOfTheirSignalInAnyOrder() {
		Application application = this.applications.start();
		BlockingQueue<Signal> received = listen(application);
		List<Signal> signals = new ArrayList<>();
		for (int i = 1; i <= 4; i++) {
			// They equal each other.
			this.peer.publish(Peer.signal("publisher", "start", 0), extension(i));
			signals.add(next(received));
		}
		for (int i : List.of(3, 1, 4, 2)) {
			application.responder().respond(signals.get(i - 1), 1, null);
			assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension(Integer.toString(i)));
		}
		application.responder().respond(signals.get(0), 1, null);
		assertThat(this.peer.receiveResponse().extension()).as("it was answered before").isNull();
	}

	@Test
	void anEqualSignalWillDo() {
		Application application = this.applications.start();
		BlockingQueue<Signal> received = listen(application);
		for (int i = 1; i <= 3; i++) {
			this.peer.publish(Peer.signal("publisher", "start", i), extension(i));
			next(received);
		}
		application.responder().respond(Peer.signal("publisher", "start", 2), 1, null);
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("2"));
		application.responder().respond(Peer.signal("publisher", "start", 7), 1, null);
		assertThat(this.peer.receiveResponse().extension()).isNull();
	}

	@Test
	void answersToAnEventAreForItsSignalsInTheOrderOfReceiving() {
		Application application = this.applications.start();
		BlockingQueue<Signal> received = listen(application);
		for (int i = 1; i <= 3; i++) {
			this.peer.publish(Peer.signal("publisher", "start", i), extension(i, 2 * i));
			this.peer.publish(Peer.signal("publisher", "end", i), extension(i + 3, 2 * i + 1));
			this.peer.publish(Peer.signal("other", "start", i), extension(i + 30, i));
			IntStream.range(0, 3).forEach((j) -> next(received));
		}
		assertThat(answeredIds(application, "publisher", "start")).containsExactly("1", "2", "3", null);
		assertThat(answeredIds(application, "other", "start")).containsExactly("31", "32", "33", null);
		assertThat(answeredIds(application, "publisher", "notReceived")).containsOnlyNulls();
	}

	@Test
	void manyPublishesAreAnsweredByHandEndToEnd() {
		SignalExporter exporter = exporter(new Settings());
		Application other = this.applications.create(new Settings());
		BlockingQueue<Signal> received = listen(other);
		other.engine().start();
		this.peer.settle();
		this.applications.timer().advance(Duration.ofMillis(100));
		Signal asked = next(received);
		other.responder().respond(asked, null, null);
		InMemoryApplications.awaiting().until(() -> exporter.getSubscribers().size() == 1);
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 6);
		List<Signal> signals = IntStream.range(0, 6).mapToObj((i) -> next(received)).collect(Collectors.toList());
		for (int i : List.of(5, 3, 4)) {
			other.responder().respond(signals.get(i), 1, "signal " + i);
		}
		for (int i = 0; i < 3; i++) {
			other.responder().respond(exporter.getPublisherId(), "start", 1, "signal " + i);
		}
		for (int i = 0; i < 6; i++) {
			assertThat(get(publishes.get(i)).messages()).containsValue("signal " + i);
		}
	}

	@Test
	void signalsThatAHandlerAnswersAreNotLeftForTheApplicationToAnswer() {
		Application application = this.applications.start();
		BlockingQueue<Signal> received = listen(application);
		application.responder().on("start", (signal) -> Acknowledgement.success());
		this.peer.forget();
		this.peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		next(received);
		assertThat(this.peer.receiveResponse().extension()).isEqualTo(new ResponseExtension("1"));
		application.responder().respond("publisher", "start", 1, null);
		assertThat(this.peer.receiveResponse().extension()).isNull();
	}

	// Giving up

	@Test
	void aPublishThatTimesOutUnconfirmedIsNotSentLate() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		application.wire().hold();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		CompletableFuture<Void> transmission = application.wire().held().get(0);
		assertThat(transmission).isNotDone();
		this.applications.timer().advance(RESPONSE_TIMEOUT);
		assertThat(transmission).isCancelled();
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> Futures.join(publish, "end"))
			.withMessageContaining("did not confirm 'start'");
	}

	// Responders would miss it.
	@Test
	void publishThatIsRefusedTakesNoNumber() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		exporter.signal("start").publishAsync();
		long number = this.peer.receive("start").extension().sequence();
		application.wire().fill(true);
		assertThat(publish(exporter, 0, 3)).allSatisfy((refused) -> assertThat(refused).failsWithin(RESPONSE_TIMEOUT));
		application.wire().fill(false);
		exporter.signal("start").publishAsync();
		assertThat(this.peer.receive("start").extension().sequence()).isEqualTo(number + 1);
	}

	@Test
	void aPublishThatIsCancelledUnconfirmedIsNotSentLate() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		application.wire().hold();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		CompletableFuture<Void> transmission = application.wire().held().get(0);
		publish.cancel(false);
		assertThat(transmission).isCancelled();
		assertThat(this.applications.timer().scheduled()).isZero();
	}

	@Test
	void aPublishThatIsUnconfirmedWhenItsExporterShutsDownIsNotSentLate() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1");
		application.wire().hold();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		((DefaultSignalExporter) exporter).shutdownAsync();
		assertThat(application.wire().held().get(0)).isCancelled();
		assertThat(get(publish).missing()).containsExactly("r1");
	}

	@Test
	void answeredSignalWasSentAndIsNotCancelled() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application, "r1", "r2");
		application.wire().hold();
		CompletableFuture<SignalResult> publish = exporter.signal("start").publishAsync();
		respond(exporter, "start", new ResponseExtension(application.wire().lastId()));
		publish.cancel(false);
		assertThat(application.wire().held().get(0)).isNotDone();
	}

	@Test
	void aQueuedPublishThatIsCancelledIsNeverSent() {
		Application application = this.applications.start();
		SignalExporter exporter = exporter(application);
		this.peer.subscribePlain(exporter, "python");
		List<CompletableFuture<SignalResult>> publishes = publish(exporter, 0, 3);
		publishes.get(1).cancel(false);
		this.peer.answerPlain("python", this.peer.receive("start"), 1);
		assertThat(this.peer.receive("start").content().sampleNo()).isEqualTo(2);
	}

	// Helpers

	private SignalExporter exporter(Settings settings, String... responderIds) {
		return exporter(this.applications.start(settings), responderIds);
	}

	private SignalExporter exporter(Application application, String... responderIds) {
		SignalExporter exporter = application.exporter("start", "end");
		this.peer.receive(Signal.INITIALIZATION);
		this.peer.subscribe(exporter, responderIds);
		return exporter;
	}

	private static List<CompletableFuture<SignalResult>> publish(SignalExporter exporter, int from, int count) {
		return IntStream.range(from, from + count)
			.mapToObj((i) -> exporter.signal("start").sampleNo(i).publishAsync())
			.collect(Collectors.toCollection(ArrayList::new));
	}

	private List<Message<Signal, SignalExtension>> receive(int count) {
		return IntStream.range(0, count).mapToObj((i) -> this.peer.receive("start")).toList();
	}

	private void drain(List<Message<Signal, SignalExtension>> received,
			List<Message<Signal, SignalExtension>> unanswered) {
		List<Message<Signal, SignalExtension>> more = new ArrayList<>();
		this.peer.signals().drainTo(more);
		received.addAll(more);
		unanswered.addAll(more);
	}

	private void answerByAll(Message<Signal, SignalExtension> signal) {
		for (String responderId : Set.of("r1", "python")) {
			this.peer.answer(responderId, signal, 1);
		}
	}

	private void answerWithSample(String responderId, Message<Signal, SignalExtension> signal) {
		Signal content = signal.content();
		this.peer.transport()
			.send(InMemoryApplications.CHANNEL, new Response(responderId, content.publisherId(), content.event(), 1,
					Long.toString(content.sampleNo())), new ResponseExtension(signal.extension().id()), null);
	}

	private void respond(SignalExporter exporter, String event, ResponseExtension extension) {
		this.peer.respond(new Response("r1", exporter.getPublisherId(), event, 1, null), extension);
	}

	private static void assertRefused(SignalExporter exporter) {
		assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> exporter.publish("start"))
			.withMessageContainingAll("'start'", "publishes of exporter '" + exporter.getPublisherId() + "'",
					"Await some of their results first", "state-signals.exporter.max-pending");
		assertThatExceptionOfType(TaskRejectedException.class)
			.isThrownBy(() -> Futures.join(exporter.signal("end").publishAsync(), "end"));
	}

	private BlockingQueue<Signal> listen(Application application) {
		BlockingQueue<Signal> received = new LinkedBlockingQueue<>();
		application.responder().listen(received::add);
		this.peer.forget();
		return received;
	}

	private static Signal next(BlockingQueue<Signal> received) {
		return InMemoryApplications.next(received, "no signal was received");
	}

	private List<String> answeredIds(Application application, String publisherId, String event) {
		this.peer.forget();
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			application.responder().respond(publisherId, event, 1, null);
			ResponseExtension extension = this.peer.receiveResponse().extension();
			ids.add((extension != null) ? extension.id() : null);
		}
		return ids;
	}

	private static SignalExtension extension(int number) {
		return extension(number, number);
	}

	private static SignalExtension extension(int id, int sequence) {
		return new SignalExtension(Integer.toString(id), sequence, SignalExtension.NONE, SignalExtension.NONE, null);
	}

}
