package io.github.statesignals.core.engine;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.core.engine.PublisherTracks.Arrival;
import io.github.statesignals.transport.SignalExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Numbers and times that others send in the name of a publisher.
 */
class ForgedNumbersTests {

	private static final int TIMEOUT_MILLIS = 20_000;

	private static final int STEP_MILLIS = 10;

	private final SequenceTracker tracker = new SequenceTracker();

	private long nowMillis = 500_000;

	private long number;

	private int refused;

	@ParameterizedTest
	@MethodSource("forged")
	void oneForgedSignalNeitherSilencesNorBlamesItsPublisher(long forgedNumber, long forgedMillis) {
		publish(10);
		SignalExtension forged = new SignalExtension("forged", forgedNumber,
				(forgedMillis != SignalExtension.NONE) ? this.nowMillis + forgedMillis : SignalExtension.NONE,
				TIMEOUT_MILLIS, null);
		add(forged);
		publish(2_000);
		// It recovers its numbers: repeated signals are found again.
		SignalExtension last = publishOne();
		assertThat(add(last).relation()).isEqualTo(Relation.REPEATED);
	}

	static Stream<Arguments> forged() {
		return LongStream.of(Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 40, 5_000, 1_500, 510, 12, 11, 10, 5, 1, 0)
			.boxed()
			.flatMap((forgedNumber) -> Stream.of(-3_600_000, -20_000, -STEP_MILLIS, 0, 50, 500, 30_000, 3_600_000)
				.map(Integer::longValue)
				.flatMap((millis) -> Stream.of(Arguments.of(forgedNumber, millis),
						Arguments.of(forgedNumber, SignalExtension.NONE))));
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 500, 3_000, 30_000, 59_000, 3_600_000, 1L << 50 })
	void manyForgedSignalsThatAgreeWithEachOtherDoNotSilenceTheirPublisher(long aheadMillis) {
		for (long step : List.of(1L, 2L, 700L, 5_000L, 1L << 33)) {
			publish(20);
			for (int i = 0; i < 200; i++) {
				add(new SignalExtension("forged-" + i, this.number + step + i, this.nowMillis + aheadMillis,
						TIMEOUT_MILLIS, null));
			}
			publish(200);
		}
		assertThat(this.refused).isLessThanOrEqualTo(1_000);
	}

	@Test
	void noMixtureOfForgedSignalsSilencesAPublisher() {
		for (int seed = 0; seed < 300; seed++) {
			Random random = new Random(seed);
			publish(random.nextInt(5) + 1);
			for (int i = 0; i < 50; i++) {
				for (int forged = random.nextInt(6); forged > 0; forged--) {
					add(forge(random));
				}
				publish(random.nextInt(4) + 1);
			}
		}
		assertThat(this.refused).isPositive();
	}

	private SignalExtension forge(Random random) {
		long base = switch (random.nextInt(4)) {
			case 0 -> Long.MAX_VALUE - random.nextInt(5);
			case 1 -> this.number + random.nextInt(1_100);
			case 2 -> this.number + random.nextInt(5);
			default -> random.nextLong(this.number + 1);
		};
		long millis = switch (random.nextInt(5)) {
			case 0 -> SignalExtension.NONE;
			case 1 -> this.nowMillis + random.nextInt(60_000);
			case 2 -> this.nowMillis + 3_600_000 + random.nextInt(3);
			case 3 -> Math.max(0, this.nowMillis - random.nextInt(100_000));
			default -> this.nowMillis;
		};
		return new SignalExtension("forged-" + random.nextInt(3), base, millis, TIMEOUT_MILLIS, null);
	}

	@Test
	void aForgedTimeDoesNotExpireLaterSignals() {
		publish(10);
		add(new SignalExtension("forged", SignalExtension.NONE, this.nowMillis + 3_600_000, TIMEOUT_MILLIS, null));
		publish(10);
		this.nowMillis += 3_600_000;
		// The clock's usual delay is not forgotten while the publisher is idle.
		add(new SignalExtension("other", SignalExtension.NONE, this.nowMillis + 3_600_000, TIMEOUT_MILLIS, null));
		publish(10);
	}

	@Test
	void refusedSignalsAreCounted() {
		publish(10);
		add(new SignalExtension("forged", Long.MAX_VALUE, this.nowMillis, TIMEOUT_MILLIS, null));
		assertThat(this.refused).isZero();
		publish(1);
		assertThat(this.refused).isOne();
		publish(1);
		assertThat(this.refused).isOne();
		add(new SignalExtension("forged", Long.MAX_VALUE, this.nowMillis, TIMEOUT_MILLIS, null));
		add(new SignalExtension("forged", 1L << 40, this.nowMillis, TIMEOUT_MILLIS, null));
		assertThat(this.refused).isEqualTo(2);
		publish(1);
		assertThat(this.refused).isEqualTo(3);
	}

	@Test
	void afterAContradictionNoSignalIsOvertakenForSomeTime() {
		publish(20);
		addForged(Long.MAX_VALUE, 0, 1);
		publish(1);
		assertThat(addDelayed()).isEqualTo(Relation.NEXT);
		publish(1);
		this.nowMillis += 121_000;
		assertThat(addDelayed()).isEqualTo(Relation.OVERTAKEN);
	}

	@Test
	void oneTimeThatIsAheadContradictsNothing() {
		publish(20);
		addForged(SignalExtension.NONE, 3_600_000, 1);
		assertThat(addDelayed()).isEqualTo(Relation.OVERTAKEN);
	}

	@Test
	void publisherIsBelievedAgainAtOnceAfterForgedNumbersThatWereBelieved() {
		publish(10);
		addForged(5_001, 90, 3);
		publish(1);
		// From here on only the id and time of another prove a repetition.
		addForged(this.number + 1, 90, 100);
		assertThat(add(next()).relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void publisherIsNotSilencedByFurtherForgedNumbersAfterSomeThatWereBelieved() {
		publish(10);
		addForged(5_001, 90, 3);
		addForged(Long.MAX_VALUE, 90, 1);
		assertThat(add(next()).relation()).isEqualTo(Relation.NEXT);
	}

	@Test
	void nothingIsMissedBetweenForgedNumbersThatAreLowerAndThoseOfThePublisher() {
		this.number = 5_000;
		publish(10);
		for (int i = 1; i <= 3; i++) {
			this.nowMillis += STEP_MILLIS;
			assertThat(add(new SignalExtension("forged", i, this.nowMillis, TIMEOUT_MILLIS, null)).missed()).isZero();
		}
		assertThat(add(next())).isEqualTo(new Arrival(Relation.NEXT, 0, (long) TIMEOUT_MILLIS, 0));
	}

	@ParameterizedTest
	@ValueSource(longs = { 101, 5_001 })
	void forgedTimesThatSeemToCorrectTheFirstOneDoNotMakeForgedNumbersCredible(long forgedNumber) {
		publish(1);
		addForged(2, 30_000, 3);
		addForged(forgedNumber, 30_000, 3);
		for (int i = 0; i < 20; i++) {
			assertThat(add(next()).relation()).as("number %d", this.number).isEqualTo(Relation.NEXT);
		}
	}

	@Test
	void signalsAreOvertakenAgainSomeTimeAfterTheFirstOnesProvedToHaveBeenSlow() {
		SignalExtension slow = next();
		this.nowMillis += 5_000;
		add(slow);
		publish(10);
		assertThat(addDelayed()).isEqualTo(Relation.NEXT);
		publish(1);
		this.nowMillis += 121_000;
		assertThat(addDelayed()).isEqualTo(Relation.OVERTAKEN);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void numberOfATimeThatIsPastIsNotBelieved(int step) {
		publish(10);
		SignalExtension forged = new SignalExtension("forged", this.number + step, this.nowMillis - 101, TIMEOUT_MILLIS,
				null);
		assertThat(add(forged).missed()).isZero();
		SignalExtension first = publishOne();
		publish(5);
		assertThat(add(first).relation()).isEqualTo(Relation.REPEATED);
	}

	@Test
	void signalWithoutATimeContradictsNoOtherOne() {
		publish(20);
		add(new SignalExtension("id", ++this.number, SignalExtension.NONE, TIMEOUT_MILLIS, null));
		assertThat(add(next())).extracting(Arrival::missed, Arrival::refused).containsExactly(0L, 0);
	}

	@ParameterizedTest
	@CsvSource({ "59900, OVERTAKEN", "60000, NEXT" })
	void signalThatWasSentLongBeforeIsNotOvertaken(int millis, Relation relation) {
		publish(20);
		SignalExtension delayed = next();
		this.nowMillis += millis;
		publish(1);
		assertThat(add(delayed).relation()).isEqualTo(relation);
	}

	// Of consecutive numbers, all at once.
	private void addForged(long first, long aheadMillis, int count) {
		for (int i = 0; i < count; i++) {
			add(new SignalExtension("forged-" + first + i, first + i, this.nowMillis + aheadMillis, TIMEOUT_MILLIS,
					null));
		}
	}

	// Returns how a signal that is received after the next one relates to it.
	private Relation addDelayed() {
		SignalExtension delayed = next();
		publish(1);
		return add(delayed).relation();
	}

	@Test
	void signalsAfterALongDisconnectionAreHandledAndThenTracked() {
		publish(10);
		this.number += 5_000;
		this.nowMillis += 60_000;
		assertThat(add(next())).extracting(Arrival::relation, Arrival::missed).containsExactly(Relation.NEXT, 0L);
		SignalExtension second = next();
		assertThat(add(second)).extracting(Arrival::relation, Arrival::missed).containsExactly(Relation.NEXT, 0L);
		assertThat(add(second).relation()).isEqualTo(Relation.REPEATED);
		assertThat(add(next())).extracting(Arrival::relation, Arrival::missed).containsExactly(Relation.NEXT, 5_000L);
		publish(100);
		assertThat(add(new SignalExtension("id", 3_000, this.nowMillis - 30_000, TIMEOUT_MILLIS, null)).relation())
			.isEqualTo(Relation.REPEATED);
		// None of these continues at once the signals before the disconnection.
		assertThat(add(new SignalExtension("id", 11, this.nowMillis - 30_000, TIMEOUT_MILLIS, null)).relation())
			.isEqualTo(Relation.REPEATED);
		assertThat(add(new SignalExtension("id", 12, this.nowMillis, TIMEOUT_MILLIS, null)).relation())
			.isEqualTo(Relation.REPEATED);
		assertThat(this.refused).isZero();
	}

	@Test
	void aBurstOfRepeatedSignalsIsRecognizedHoweverLongItIs() {
		List<SignalExtension> burst = Stream.generate(() -> next(1)).limit(30_000).toList();
		burst.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.NEXT));
		this.nowMillis += 15_000;
		burst.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.REPEATED));
		publish(10);
		assertThat(this.refused).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 10 })
	void aBurstOfRepeatedSignalsIsRecognizedAfterSlowFirstSignals(int slow) {
		List<SignalExtension> first = Stream.generate(this::next).limit(slow).toList();
		// All that are queued behind the first one are received together.
		this.nowMillis += 5_000;
		first.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.NEXT));
		List<SignalExtension> burst = Stream.generate(this::publishOne).limit(1_000).toList();
		this.nowMillis += 15_000;
		burst.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.REPEATED));
		publish(10);
		assertThat(this.refused).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { 500, 3_000, 30_000, 59_000 })
	void forgedSignalsAfterTheFirstOneDoNotSilenceTheirPublisher(long aheadMillis) {
		publish(1);
		for (int i = 1; i <= 60; i++) {
			add(new SignalExtension("forged-" + i, this.number + i, this.nowMillis + aheadMillis, TIMEOUT_MILLIS,
					null));
		}
		for (long gap : List.of(0L, 1_000L, 1_000L)) {
			add(new SignalExtension("forged", this.number + 60 + gap, this.nowMillis + aheadMillis, TIMEOUT_MILLIS,
					null));
		}
		publish(200);
	}

	@Test
	void burstsOfForgedSignalsAfterTheFirstOnesDoNotSilenceTheirPublisher() {
		long[] ahead = { 150, 500, 3_000, 30_000, 59_000 };
		int[] steps = { 1, 2, 10, 60, 500, 1_000, 1_500, 5_000 };
		for (int seed = 0; seed < 2_000; seed++) {
			Random random = new Random(seed);
			ForgedNumbersTests fresh = new ForgedNumbersTests();
			fresh.publish(1 + random.nextInt(3));
			for (int burst = random.nextInt(3); burst >= 0; burst--) {
				long sent = fresh.nowMillis + ahead[random.nextInt(ahead.length)];
				long first = fresh.number + steps[random.nextInt(steps.length)];
				for (int i = random.nextInt(20); i >= 0; i--) {
					fresh.add(new SignalExtension("forged-" + burst + "-" + i, first + 20 - i, sent, TIMEOUT_MILLIS,
							null));
				}
				fresh.nowMillis += random.nextInt(100);
			}
			for (int i = 0; i < 300; i++) {
				assertThat(fresh.add(fresh.next()).relation()).as("seed %d, number %d", seed, fresh.number)
					.isEqualTo(Relation.NEXT);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 500, 59_000 })
	void manyForgedSignalsDoNotSilenceAPublisherWhoseClockWasContradictedBefore(long aheadMillis) {
		for (int round = 0; round < 3; round++) {
			publish(20);
			for (int i = 1; i <= 200; i++) {
				add(new SignalExtension("forged-" + i, this.number + i, this.nowMillis + aheadMillis, TIMEOUT_MILLIS,
						null));
			}
			for (int i = 0; i < 200; i++) {
				assertThat(add(next()).relation()).as("number %d", this.number).isEqualTo(Relation.NEXT);
			}
			this.nowMillis += 180_000;
		}
	}

	@Test
	void signalsThatAConnectionDelayedAreOvertaken() {
		publish(10);
		List<SignalExtension> delayed = Stream.generate(this::next).limit(100).toList();
		publish(10);
		this.nowMillis += 5_000;
		delayed.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.OVERTAKEN));
		delayed.forEach((signal) -> assertThat(add(signal).relation()).isEqualTo(Relation.REPEATED));
		publish(10);
		assertThat(this.refused).isZero();
	}

	@Test
	void aResponderWhoseClockStoodStillBelievesTheTimesOfAPublisherAgain() {
		publish(10);
		this.nowMillis += 3_600_000;
		long ownMillis = 1_000_000;
		for (int i = 0; i < 5; i++) {
			SignalExtension signal = next();
			assertThat(this.tracker.track("", "p", signal, (ownMillis + i * 10) * 1_000_000).relation())
				.isEqualTo(Relation.NEXT);
		}
		SignalExtension late = new SignalExtension("late", this.number + 1, this.nowMillis, TIMEOUT_MILLIS, null);
		Long remaining = this.tracker.track("", "p", late, (ownMillis + 10_000) * 1_000_000).remainingMillis();
		assertThat(10_000 + remaining).isBetween(19_000L, 20_100L);
	}

	private void publish(int count) {
		for (int i = 0; i < count; i++) {
			publishOne();
		}
	}

	private SignalExtension publishOne() {
		SignalExtension signal = next();
		Arrival arrival = add(signal);
		assertThat(arrival.relation()).as("number %d", this.number).isEqualTo(Relation.NEXT);
		assertThat(arrival.remainingMillis()).as("time left for %d", this.number)
			.isBetween(TIMEOUT_MILLIS - 200L, (long) TIMEOUT_MILLIS);
		return signal;
	}

	private SignalExtension next() {
		return next(STEP_MILLIS);
	}

	private SignalExtension next(int millis) {
		this.number++;
		this.nowMillis += millis;
		return new SignalExtension(UUID.randomUUID().toString(), this.number, this.nowMillis, TIMEOUT_MILLIS, null);
	}

	private Arrival add(SignalExtension signal) {
		Arrival arrival = this.tracker.track("", "p", signal, this.nowMillis * 1_000_000);
		this.refused += arrival.refused();
		return arrival;
	}

}
