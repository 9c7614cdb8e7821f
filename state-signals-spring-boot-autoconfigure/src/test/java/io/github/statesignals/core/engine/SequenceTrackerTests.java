package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalsMissedEvent;
import io.github.statesignals.core.EngineSettings.Expired;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.core.engine.PublisherTracks.Arrival;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.statesignals.core.engine.InMemoryApplications.CHANNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * {@link SequenceTracker}, by itself and in an engine.
 */
@Timeout(120)
class SequenceTrackerTests {

	private static final long NONE = SignalExtension.NONE;

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	private final SequenceTracker tracker = new SequenceTracker();

	// In which order

	@Test
	void signalsInOrderAreNext() {
		for (int i = 1; i <= 1_000; i++) {
			assertThat(track("p", i)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
		}
	}

	@Test
	void receivedNumbersAreRepeatedHoweverLongAgo() {
		LongStream.rangeClosed(1, 5_000).forEach((i) -> track("p", i));
		for (long i : List.of(5_000L, 4_999L, 2_500L, 1L)) {
			assertThat(track("p", i)).isEqualTo(new Arrival(Relation.REPEATED, 0, null, 0));
		}
		assertThat(track("p", 5_001).relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void countsMissedSignals() {
		track("p", 1);
		assertThat(track("p", 3)).isEqualTo(new Arrival(Relation.NEXT, 1, null, 0));
		assertThat(track("p", 4)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
		assertThat(track("p", 104)).isEqualTo(new Arrival(Relation.NEXT, 99, null, 0));
		assertThat(track("p", 1_128)).isEqualTo(new Arrival(Relation.NEXT, 1_023, null, 0));
	}

	@Test
	void nothingIsMissedOfAPublisherThatIsReceivedForTheFirstTime() {
		assertThat(track("p", 1_000)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
		assertThat(track("p", 1_002)).isEqualTo(new Arrival(Relation.NEXT, 1, null, 0));
	}

	@Test
	void aMissedSignalThatComesLateIsOvertakenOnce() {
		track("p", 1);
		track("p", 5);
		for (long i : List.of(3L, 2L, 4L)) {
			assertThat(track("p", i)).isEqualTo(new Arrival(Relation.OVERTAKEN, 0, null, 0));
			assertThat(track("p", i)).isEqualTo(new Arrival(Relation.REPEATED, 0, null, 0));
		}
		assertThat(track("p", 6)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
	}

	@Test
	void remembersTheLatestHolesAndTakesOlderOnesForRepeated() {
		long last = 3L * PublisherTrack.WINDOW + 1;
		for (long number = 1; number <= last; number += PublisherTrack.WINDOW) {
			track("p", number);
		}
		assertThat(track("p", last - PublisherTrack.WINDOW).relation()).isEqualTo(Relation.REPEATED);
		assertThat(track("p", last - PublisherTrack.WINDOW + 1).relation()).isEqualTo(Relation.OVERTAKEN);
		assertThat(track("p", last - 1).relation()).isEqualTo(Relation.OVERTAKEN);
		// Newer holes take the place of the oldest ones.
		track("p", last + 11);
		assertThat(track("p", last - PublisherTrack.WINDOW + 5).relation()).isEqualTo(Relation.REPEATED);
		assertThat(track("p", last - 500).relation()).isEqualTo(Relation.OVERTAKEN);
		LongStream.rangeClosed(last + 1, last + 10)
			.forEach((i) -> assertThat(track("p", i).relation()).isEqualTo(Relation.OVERTAKEN));
	}

	@Test
	void eachNumberOfAShuffledOrderIsAcceptedOnce() {
		List<Long> numbers = new ArrayList<>(LongStream.rangeClosed(1, 1_000).boxed().toList());
		Collections.shuffle(numbers.subList(1, 1_000), new Random(7));
		long missed = 0;
		long overtaken = 0;
		for (long number : numbers) {
			Arrival arrival = track("p", number);
			assertThat(arrival.relation()).isNotEqualTo(Relation.REPEATED);
			missed += arrival.missed();
			overtaken += (arrival.relation() == Relation.OVERTAKEN) ? 1 : 0;
		}
		assertThat(missed).isEqualTo(overtaken).isPositive();
		assertThat(numbers).allMatch((number) -> track("p", number).relation() == Relation.REPEATED);
	}

	@Test
	void publishersAndChannelsAreSeparate() {
		track("b", 5);
		assertThat(track("a", 5).relation()).isEqualTo(Relation.NEXT);
		assertThat(this.tracker.track("other", "a", extension(5), 0).relation()).isEqualTo(Relation.NEXT);
		assertThat(track("b", 5).relation()).isEqualTo(Relation.REPEATED);
		assertThat(track("a", 5).relation()).isEqualTo(Relation.REPEATED);
		assertThat(this.tracker.size()).isEqualTo(3);
	}

	@Test
	void signalsWithoutNumbersAreAlwaysNextAndNotRemembered() {
		for (int i = 0; i < 3; i++) {
			assertThat(this.tracker.track(CHANNEL, "p", null, 0)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
			assertThat(this.tracker.track(CHANNEL, "p", new SignalExtension(null, NONE, NONE, NONE, "reply"), 0))
				.isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
		}
		assertThat(this.tracker.size()).isZero();
	}

	@Test
	void signalsWithAnIdAndNoNumberAreRepeatedById() {
		for (String id : List.of("a", "b", "c")) {
			assertThat(receiveId("p", id).relation()).isEqualTo(Relation.NEXT);
		}
		assertThat(receiveId("p", "b").relation()).isEqualTo(Relation.REPEATED);
		assertThat(receiveId("other", "b").relation()).isEqualTo(Relation.NEXT);
		// The last ones of all publishers are remembered, and no more.
		IntStream.range(0, 200).forEach((i) -> receiveId("p", "id-" + i));
		assertThat(receiveId("p", "id-0").relation()).isEqualTo(Relation.REPEATED);
		IntStream.range(200, 11_000).forEach((i) -> receiveId("p", "id-" + i));
		assertThat(receiveId("p", "id-0").relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void idsAndNumbersOfOnePublisherDoNotConcernEachOther() {
		track("p", 1);
		assertThat(receiveId("p", "1").relation()).isEqualTo(Relation.NEXT);
		assertThat(track("p", 2)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
	}

	@Test
	void aSignalWithATimeAloneIsNeverRepeated() {
		SignalExtension timed = new SignalExtension(null, NONE, 5, 1_000, null);
		assertThat(this.tracker.track(CHANNEL, "p", timed, 0).relation()).isEqualTo(Relation.NEXT);
		assertThat(this.tracker.track(CHANNEL, "p", timed, 0).relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void remembersALimitedNumberOfPublishersTheLastOnesReceived() {
		track("regular", 1);
		for (int i = 0; i < 100_000; i++) {
			track("publisher-" + i, 7);
			if (i % 1_000 == 0) {
				track("regular", 2 + i / 1_000);
			}
		}
		assertThat(this.tracker.size()).isEqualTo(SequenceTracker.PUBLISHERS);
		assertThat(track("publisher-99999", 7).relation()).isEqualTo(Relation.REPEATED);
		assertThat(track("regular", 1).relation()).isEqualTo(Relation.REPEATED);
		assertThat(track("publisher-0", 7).relation()).as("forgotten").isEqualTo(Relation.NEXT);
		assertThat(this.tracker.size()).isEqualTo(SequenceTracker.PUBLISHERS);
	}

	// Until when

	@ParameterizedTest
	@MethodSource("clocks")
	void aSignalIsAwaitedForItsTimeoutWhereverTheTwoClocksStart(long sentMillis, long nowNanos) {
		Long deadline = deadline(1, sentMillis, 20_000, nowNanos);
		assertThat(deadline - nowNanos).isEqualTo(millis(20_000));
		// The next one comes 300 ms late, the one after that in time.
		nowNanos += millis(1_300);
		assertThat(deadline(2, sentMillis + 1_000, 20_000, nowNanos) - nowNanos).isEqualTo(millis(19_700));
		nowNanos += millis(700);
		assertThat(deadline(3, sentMillis + 2_000, 20_000, nowNanos) - nowNanos).isEqualTo(millis(20_000));
	}

	static Stream<Arguments> clocks() {
		return Stream.of(Arguments.of(0L, 0L), Arguments.of(0L, -millis(5_000_000)),
				Arguments.of(5_000_000L, millis(3)), Arguments.of(1_700_000_000_000L, millis(77)),
				Arguments.of(1L, Long.MAX_VALUE / 2), Arguments.of(1L, Long.MIN_VALUE / 2));
	}

	@Test
	void aFirstSignalThatWasLateIsFoundOutByTheNextOnes() {
		// In flight for ten seconds, which is not known.
		assertThat(deadline(1, 0, 20_000, millis(10_000)) - millis(10_000)).isEqualTo(millis(20_000));
		// The next ones were not. That is usual, as soon as several agree.
		for (int number = 2; number <= 4; number++) {
			assertThat(deadline(number, 10_000, 20_000, millis(10_000)) - millis(10_000)).isEqualTo(millis(20_000));
		}
		assertThat(deadline(5, 10_000, 20_000, millis(19_000)) - millis(19_000)).isEqualTo(millis(11_000));
	}

	@Test
	void aSignalThatComesAfterItsTimeoutHasADeadlineInThePast() {
		deadline(1, 0, 1_000, 0);
		assertThat(deadline(2, 100, 1_000, millis(5_000))).isLessThan(millis(5_000)).isEqualTo(millis(1_100));
	}

	@Test
	void withoutATimeoutOrATimeThereIsNoDeadline() {
		assertThat(deadline(1, 0, NONE, 0)).isNull();
		assertThat(deadline(2, NONE, 1_000, 0)).isNull();
		// But its time counts.
		assertThat(deadline(3, 1_000, 1_000, millis(3_000))).isEqualTo(millis(2_000));
	}

	@Test
	void clocksMayDriftApart() {
		ClockOffset slow = new ClockOffset();
		ClockOffset fast = new ClockOffset();
		// A day with 100 ppm, far more than clocks have.
		for (long now = 0; now < 86_400_000; now += 10_000) {
			assertThat(slow.late(now - now / 10_000, now)).isBetween(0L, 130L);
			assertThat(fast.late(now + now / 10_000, now)).isBetween(0L, 1L);
		}
	}

	@Test
	void aDelayOfHalfAMinuteIsNotTakenForTheUsualDelay() {
		ClockOffset offset = new ClockOffset();
		offset.late(0, 0);
		for (long now = 1_000; now < 29_000; now += 1_000) {
			assertThat(offset.late(now - 500, now)).isEqualTo(500);
		}
		// An indefinite one is different.
		for (long now = 29_000; now < 3_000_000; now += 1_000) {
			offset.late(now - 500, now);
		}
		assertThat(offset.late(3_000_000 - 500, 3_000_000)).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MAX_VALUE, Long.MAX_VALUE - 1, Integer.MAX_VALUE, 1L << 62 })
	void hugeNumbersAreNumbers(long huge) {
		assertThat(track("p", huge)).isEqualTo(new Arrival(Relation.NEXT, 0, null, 0));
		assertThat(track("p", huge).relation()).isEqualTo(Relation.REPEATED);
		track("q", huge - PublisherTrack.WINDOW);
		assertThat(track("q", huge).missed()).isEqualTo(PublisherTrack.WINDOW - 1);
		assertThat(track("q", huge - 1).relation()).isEqualTo(Relation.OVERTAKEN);
		assertThat(track("q", huge - PublisherTrack.WINDOW + 1).relation()).isEqualTo(Relation.OVERTAKEN);
		assertThat(track("q", huge - PublisherTrack.WINDOW).relation()).isEqualTo(Relation.REPEATED);
	}

	@Test
	void hugeTimeoutsAreADay() {
		long number = 0;
		for (long timeout : List.of(Long.MAX_VALUE, Long.MAX_VALUE / 2, 86_400_001L)) {
			assertThat(deadline(++number, 0, timeout, 5)).isEqualTo(5 + millis(86_400_000));
		}
	}

	@Test
	void noNumberThrows() {
		long[] odd = { Long.MIN_VALUE, Long.MIN_VALUE + 1, -2, NONE, 0, 1, 86_400_001, 1L << 40, Long.MAX_VALUE - 1,
				Long.MAX_VALUE };
		for (long nowNanos : odd) {
			for (long sequence : odd) {
				for (long sent : odd) {
					for (long timeout : odd) {
						assertThatNoException().isThrownBy(() -> this.tracker.track(CHANNEL, "p",
								new SignalExtension("id", sequence, sent, timeout, null), nowNanos));
					}
				}
			}
		}
		assertThat(this.tracker.size()).isOne();
	}

	// In an engine

	@Test
	void aSignalThatIsRepeatedIsHandledAndAnsweredOnce() {
		Application application = this.applications.start();
		List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
		application.responder().on("start", (signal) -> {
			handled.add((int) signal.sampleNo());
			return Acknowledgement.success();
		});
		Peer peer = this.applications.peer();
		for (int i : List.of(1, 1, 2, 1, 3, 3)) {
			peer.publish(Peer.signal("publisher", "start", i), extension(i));
		}
		application.awaitIdle();
		peer.settle();
		assertThat(handled).containsExactly(1, 2, 3);
		assertThat(peer.responses()).extracting((response) -> response.extension().id()).containsExactly("1", "2", "3");
		assertThat(application.engine().counters().repeated.sum()).isEqualTo(3);
		assertThat(application.engine().counters().signals.sum()).isEqualTo(6);
		application.hasNoEvent();
	}

	@Test
	void aSignalWithoutAnExtensionIsHandledAsOftenAsItIsSent() {
		Application application = this.applications.start();
		application.responder().on("start", (signal) -> Acknowledgement.success());
		Peer peer = this.applications.peer();
		for (int i = 0; i < 3; i++) {
			peer.publish(Peer.signal("publisher", "start", 1), null);
			assertThat(peer.receiveResponse().content().ras()).isOne();
		}
		assertThat(application.engine().counters().repeated.sum()).isZero();
	}

	@Test
	void anOvertakenSignalIsRefusedAndNotHandled() {
		Application application = this.applications.start();
		List<Integer> handled = Collections.synchronizedList(new ArrayList<>());
		application.responder().on("start", (signal) -> {
			handled.add((int) signal.sampleNo());
			return Acknowledgement.success();
		});
		Peer peer = this.applications.peer();
		peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		peer.publish(Peer.signal("publisher", "start", 3), extension(3));
		application.awaitIdle();
		peer.forget();
		peer.publish(Peer.signal("publisher", "start", 2), extension(2));
		InMemoryApplications.Message<Response, ResponseExtension> answer = peer.receiveResponse();
		assertThat(answer.content().ras()).isZero();
		assertThat(answer.content().message()).contains("overtaken");
		assertThat(answer.extension()).isEqualTo(new ResponseExtension("2"));
		application.awaitIdle();
		assertThat(handled).containsExactly(1, 3);
		peer.receivesNoResponse();
	}

	@Test
	void anOvertakenInitializationStillSubscribesAndAnOvertakenShutdownIsSilent() {
		Application application = this.applications.start();
		application.responder().on("start", (signal) -> Acknowledgement.success());
		Peer peer = this.applications.peer();
		peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		peer.publish(Peer.signal("publisher", "start", 4), extension(4));
		application.awaitIdle();
		peer.forget();
		peer.publish(Peer.signal("publisher", Signal.SHUTDOWN, 2), extension(2));
		peer.receivesNoResponse();
		peer.publish(Peer.signal("publisher", Signal.INITIALIZATION, 3), extension(3));
		assertThat(peer.receiveResponse().content()).extracting(Response::event, Response::ras)
			.containsExactly(Signal.INITIALIZATION, 1);
	}

	@Test
	void anOvertakenSignalThatTheLocksFilterOutIsNotAnswered() {
		Application application = this.applications.start();
		application.responder().lockTag("run-7");
		application.responder().on("start", (signal) -> Acknowledgement.success());
		Peer peer = this.applications.peer();
		peer.settle();
		peer.publish(Peer.signal("publisher", "start", 1), extension(1));
		peer.publish(Peer.signal("publisher", "start", 3), extension(3));
		peer.publish(Peer.signal("publisher", "start", 2), extension(2));
		peer.receivesNoResponse();
	}

	@Test
	void notifiesTheApplicationOfTheNumberOfMissedSignals() {
		Application application = this.applications.start();
		Peer peer = this.applications.peer();
		peer.publish(Peer.signal("publisher", "start", 1), extension(10));
		peer.publish(Peer.signal("publisher", "start", 1), extension(14));
		peer.publish(Peer.signal("publisher", "start", 1), extension(15));
		peer.publish(Peer.signal("publisher", "start", 1), extension(17));
		peer.publish(Peer.signal("publisher", "start", 1), extension(20));
		assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("publisher", CHANNEL, 3));
		application.hasNoEvent();
		this.applications.timer().advance(MissedSignals.INTERVAL);
		assertThat(application.nextEvent()).as("the sum").isEqualTo(new SignalsMissedEvent("publisher", CHANNEL, 3));
		this.applications.timer().advance(MissedSignals.INTERVAL.multipliedBy(3));
		application.hasNoEvent();
		assertThat(this.applications.timer().scheduled()).isZero();
		assertThat(application.engine().counters().missed.sum()).isEqualTo(6);
	}

	@Test
	void aSignalQueuedPastItsDeadlineIsRejected() throws Exception {
		Application application = this.applications.start();
		Peer peer = whatWaitedTooLong(application);
		InMemoryApplications.Message<Response, ResponseExtension> first = peer.receiveResponse();
		assertThat(first.content().message()).as("running calls have finished").isEqualTo("handled 1");
		InMemoryApplications.Message<Response, ResponseExtension> second = peer.receiveResponse();
		assertThat(second.content().ras()).isZero();
		assertThat(second.content().message()).contains("expired");
		assertThat(second.extension()).isEqualTo(new ResponseExtension("2"));
		assertThat(peer.receiveResponse().content().message()).isEqualTo("handled 3");
		assertThat(application.engine().counters().expired.sum()).isOne();
	}

	@Test
	void aSignalQueuedPastItsDeadlineIsHandledIfConfigured() throws Exception {
		Application application = this.applications.start(new Settings().expired(Expired.HANDLE));
		Peer peer = whatWaitedTooLong(application);
		for (int i = 1; i <= 3; i++) {
			assertThat(peer.receiveResponse().content().message()).isEqualTo("handled " + i);
		}
		assertThat(application.engine().counters().expired.sum()).isOne();
	}

	@Test
	void aSignalThatWasInFlightForTooLongIsRejected() {
		// Past the moment at which the clock's nanoseconds overflow.
		this.applications.timer().advance(Duration.ofSeconds(1));
		Application application = this.applications.start();
		application.responder().on("start", (signal) -> Acknowledgement.success());
		Peer peer = this.applications.peer();
		peer.publish(Peer.signal("publisher", "start", 1), new SignalExtension("1", 1, 1_000, 5_000, null));
		assertThat(peer.receiveResponse().content().ras()).isOne();
		this.applications.timer().advance(Duration.ofSeconds(10));
		peer.publish(Peer.signal("publisher", "start", 2), new SignalExtension("2", 2, 6_000, 5_000, null));
		assertThat(peer.receiveResponse().content().ras()).as("just in time").isOne();
		peer.publish(Peer.signal("publisher", "start", 3), new SignalExtension("3", 3, 5_999, 5_000, null));
		assertThat(peer.receiveResponse().content().message()).contains("expired");
	}

	private Peer whatWaitedTooLong(Application application) throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		application.responder().on("start", (signal) -> {
			entered.countDown();
			released.await();
			return Acknowledgement.success("handled " + signal.sampleNo());
		});
		Peer peer = this.applications.peer();
		peer.forget();
		peer.publish(Peer.signal("publisher", "start", 1), new SignalExtension("1", 1, 0, 5_000, null));
		entered.await();
		peer.publish(Peer.signal("publisher", "start", 2), new SignalExtension("2", 2, 0, 5_000, null));
		peer.publish(Peer.signal("publisher", "start", 3), new SignalExtension("3", 3, 0, NONE, null));
		this.applications.timer().advance(Duration.ofSeconds(5).plusNanos(1));
		released.countDown();
		return peer;
	}

	private Arrival track(String publisherId, long sequence) {
		return this.tracker.track(CHANNEL, publisherId, extension(sequence), 0);
	}

	private Arrival receiveId(String publisherId, String id) {
		return this.tracker.track(CHANNEL, publisherId, new SignalExtension(id, NONE, NONE, NONE, null), 0);
	}

	private @Nullable Long deadline(long sequence, long sentMillis, long timeoutMillis, long nowNanos) {
		return this.tracker
			.track(CHANNEL, "p", new SignalExtension(null, sequence, sentMillis, timeoutMillis, null), nowNanos)
			.deadlineNanos(nowNanos);
	}

	private static SignalExtension extension(long number) {
		return new SignalExtension(Long.toString(number), number, NONE, NONE, null);
	}

	private static long millis(long millis) {
		return millis * 1_000_000;
	}

}
