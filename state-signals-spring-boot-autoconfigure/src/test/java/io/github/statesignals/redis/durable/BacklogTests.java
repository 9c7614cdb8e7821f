package io.github.statesignals.redis.durable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.Backlog.Position;
import io.github.statesignals.redis.durable.Backlog.Selection;
import io.github.statesignals.redis.durable.PendingSignal.Deleted;
import io.github.statesignals.redis.durable.PendingSignal.Foreign;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.redis.durable.PendingSignal.Settled;
import io.github.statesignals.wire.FrameLine.Written;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BacklogTests {

	private static final byte[] TOKEN = { 1 };

	private final Backlog backlog = new Backlog("r");

	@Test
	void aPageThatIsReadTwiceIsDeliveredOnce() {
		Position position = this.backlog.position();
		Selection first = this.backlog.select(position, entries(1, 3));
		Selection second = this.backlog.select(position, entries(1, 3));
		this.backlog.accept(position, TOKEN, first);
		this.backlog.accept(position, TOKEN, second);
		assertThat(delivered()).containsExactly("1-0.0", "2-0.0", "3-0.0");
		assertThat(this.backlog.position().after()).isEqualTo("3-0");
	}

	@Test
	void newEntriesAreReadAgainInOrderIfEarlierOnesAreToBeReadAgain() {
		read(entries(1, 0));
		assertThat(this.backlog.position().after()).isNull();
		Position position = this.backlog.position();
		Selection selection = this.backlog.select(position, entries(2, 3));
		this.backlog.readPending();
		this.backlog.accept(position, TOKEN, selection);
		assertThat(delivered()).isEmpty();
		read(entries(1, 3));
		assertThat(delivered()).containsExactly("1-0.0", "2-0.0", "3-0.0");
	}

	@Test
	void anEntryWhoseSignalsHaveBegunIsNotReadAgain() {
		read(entries(1, 2));
		PendingSignal next = this.backlog.next();
		assertThat(next.entry().begin(next)).isTrue();
		assertThat(delivered()).containsExactly("1-0.0", "2-0.0");
		this.backlog.discard();
		read(entries(1, 2));
		assertThat(delivered()).containsExactly("2-0.0");
	}

	// Its publish ended before the entry was stored.
	@Test
	void anEmptyLineIsNoSignal() {
		read(List.of(new Entry("1-0", "\n{}\n\n{}".getBytes(StandardCharsets.UTF_8), null)));
		assertThat(delivered()).containsExactly("1-0.1", "1-0.3");
	}

	@Test
	void signalsBehindOneThatIsAbandonedDoNotBegin() {
		read(entries(1, 2));
		List<PendingSignal> signals = take(this.backlog);
		this.backlog.abandon(signals.get(0));
		assertThat(this.backlog.begin(signals.get(1))).isFalse();
		read(entries(1, 2));
		assertThat(delivered()).containsExactly("1-0.0", "2-0.0");
	}

	@Test
	void noSignalBeginsAfterOneThatIsDiscardedMeanwhile() {
		for (int round = 0; round < 500; round++) {
			Backlog discarded = new Backlog("r");
			Position position = discarded.position();
			discarded.accept(position, TOKEN, discarded.select(position, entries(1, 64)));
			List<PendingSignal> signals = take(discarded);
			CompletableFuture<Void> discarding = CompletableFuture.runAsync(discarded::discard);
			List<Boolean> begun = signals.stream().map(discarded::begin).toList();
			discarding.join();
			assertThat(begun).isSortedAccordingTo(Comparator.reverseOrder());
		}
	}

	@Test
	void signalThatIsAcknowledgedIsNotAbandoned() {
		read(entries(1, 2));
		List<PendingSignal> signals = take(this.backlog);
		assertThat(this.backlog.begin(signals.get(0))).isTrue();
		AcknowledgedSignal first = acknowledge(signals.get(0));
		this.backlog.abandon(signals.get(0));
		assertThat(this.backlog.begin(signals.get(1))).isTrue();
		this.backlog.acknowledged(first, true);
		this.backlog.readPending();
		read(entries(1, 2));
		// It is only acknowledged again.
		assertThat(take(this.backlog)).extracting(PendingSignal::content).singleElement().isInstanceOf(Settled.class);
	}

	@Test
	void signalWhoseAcknowledgementIsNotStoredIsReadAgain() {
		read(entries(1, 1));
		PendingSignal signal = take(this.backlog).get(0);
		this.backlog.begin(signal);
		AcknowledgedSignal refused = acknowledge(signal);
		this.backlog.readPending();
		read(entries(1, 1));
		assertThat(delivered()).isEmpty();
		this.backlog.acknowledged(refused, false);
		this.backlog.readPending();
		read(entries(1, 1));
		assertThat(delivered()).containsExactly("1-0.0");
	}

	@Test
	void acknowledgedEntryIsNotReadAgainUnlessItHasAnotherContent() {
		read(entries(1, 1));
		this.backlog.acknowledged(acknowledge(take(this.backlog).get(0)), true);
		read(entries(1, 1));
		assertThat(this.backlog.next().content()).isInstanceOf(Settled.class);
		this.backlog.acknowledged(acknowledge(take(this.backlog).get(0)), true);
		read(List.of(new Entry("1-0", "{ }".getBytes(StandardCharsets.UTF_8), null)));
		assertThat(this.backlog.next().content()).isInstanceOf(Line.class);
	}

	@Test
	void entryWithTheIdOfAnotherOneIsDeliveredAndTheOtherNotAcknowledged() {
		read(entries(1, 1));
		PendingSignal lost = take(this.backlog).get(0);
		assertThat(this.backlog.begin(lost)).isTrue();
		this.backlog.readPending();
		read(List.of(new Entry("1-0", null, null)));
		assertThat(take(this.backlog)).isEmpty();
		assertThat(lost.entry().hasBegun(lost)).isTrue();
		this.backlog.readPending();
		read(List.of(new Entry("1-0", "{ }".getBytes(StandardCharsets.UTF_8), null)));
		assertThat(take(this.backlog)).extracting(PendingSignal::content).singleElement().isInstanceOf(Line.class);
		assertThat(lost.entry().hasBegun(lost)).isFalse();
		assertThat(this.backlog.begin(lost)).isFalse();
		read(entries(2, 1_024));
		take(this.backlog);
		assertThat(this.backlog.hasCapacity()).isFalse();
	}

	@Test
	void fullBacklogHasCapacityAgainWhenASignalIsAcknowledgedOrAllAreDiscarded() {
		read(entries(1, 1_023));
		List<PendingSignal> signals = take(this.backlog);
		assertThat(this.backlog.hasCapacity()).isTrue();
		read(entries(1_024, 1_024));
		assertThat(this.backlog.hasCapacity()).isFalse();
		signals.addAll(take(this.backlog));
		assertThat(this.backlog.hasCapacity()).isFalse();
		assertThat(this.backlog.acknowledged(acknowledge(signals.get(0)), true)).isTrue();
		assertThat(this.backlog.hasCapacity()).isTrue();
		assertThat(this.backlog.acknowledged(acknowledge(signals.get(1)), true)).isFalse();
		this.backlog.discard();
		read(entries(3, 1_025));
		take(this.backlog);
		assertCapacityForOne(1_026);
	}

	@Test
	void sizeOfSignalsThatAreNotAcknowledgedIsLimited() {
		int limit = (int) Math.min(8_000_000, Runtime.getRuntime().maxMemory() / 64);
		assertThat(this.backlog.count()).isOne();
		read(entries(1, 100));
		assertThat(this.backlog.count()).isEqualTo(32);
		take(this.backlog);
		assertThat(this.backlog.hasCapacity()).isTrue();
		read(List.of(new Entry("101-0", new byte[limit], null)));
		PendingSignal large = take(this.backlog).get(0);
		assertThat(this.backlog.hasCapacity()).isFalse();
		assertThat(this.backlog.count()).isOne();
		assertThat(this.backlog.acknowledged(acknowledge(large), true)).isTrue();
		assertThat(this.backlog.hasCapacity()).isTrue();
	}

	@Test
	void signalThatIsAbandonedTwiceReleasesItsCapacityOnce() {
		read(entries(1, 1_024));
		PendingSignal first = take(this.backlog).get(0);
		this.backlog.begin(first);
		this.backlog.abandon(first);
		this.backlog.abandon(first);
		read(entries(1, 1_023));
		take(this.backlog);
		assertCapacityForOne(1_024);
	}

	private void assertCapacityForOne(int id) {
		assertThat(this.backlog.hasCapacity()).isTrue();
		read(entries(id, id));
		take(this.backlog);
		assertThat(this.backlog.hasCapacity()).isFalse();
	}

	@Test
	void deliveryThatEndsAfterADiscardSkipsNoSignal() {
		read(entries(1, 0));
		read(entries(1, 2));
		assertThat(this.backlog.position().after()).isNull();
		PendingSignal first = this.backlog.next();
		this.backlog.discard();
		assertThat(this.backlog.next()).isNull();
		assertThat(this.backlog.position().after()).isEqualTo("0-0");
		read(entries(1, 2));
		this.backlog.delivered(first);
		assertThat(delivered()).containsExactly("1-0.0", "2-0.0");
	}

	@Test
	void entryIsAcknowledgedWithItsLastSignalAlsoIfOneIsReadAgain() {
		List<Entry> entry = List.of(new Entry("1-0", "{}\n{}".getBytes(StandardCharsets.UTF_8), null));
		read(entry);
		PendingSignal first = take(this.backlog).get(0);
		this.backlog.begin(first);
		this.backlog.discard();
		read(entry);
		List<PendingSignal> again = take(this.backlog);
		assertThat(again).extracting(PendingSignal::id).containsExactly("1-0.1");
		assertThat(acknowledge(again.get(0)).answered().isLast()).isFalse();
		AcknowledgedSignal refused = acknowledge(first);
		assertThat(refused.answered().isLast()).isTrue();
		this.backlog.acknowledged(refused, false);
		this.backlog.readPending();
		read(entry);
		again = take(this.backlog);
		assertThat(again).extracting(PendingSignal::id).containsExactly("1-0.0");
		assertThat(acknowledge(again.get(0)).answered().isLast()).isTrue();
	}

	@Test
	void signalsThatMayHaveBeenDeliveredBeforeAreQuestionable() {
		Position pending = this.backlog.position();
		Selection selection = this.backlog.select(pending, entries(1, 2));
		assertThat(selection.questionable()).containsExactly("1-0.0", "2-0.0");
		this.backlog.accept(pending, TOKEN, selection.without(Set.of("1-0.0")));
		assertThat(take(this.backlog)).extracting(PendingSignal::content)
			.hasExactlyElementsOfTypes(Settled.class, Line.class);
		read(entries(3, 2));
		Position latest = this.backlog.position();
		assertThat(latest.after()).isNull();
		assertThat(this.backlog.select(latest, entries(3, 4)).questionable()).isEmpty();
		assertThat(this.backlog.select(latest, entries(4, 5)).questionable()).containsExactly("4-0.0", "5-0.0");
		this.backlog.noteRestored("lost 7-0");
		assertThat(this.backlog.select(latest, entries(6, 7)).questionable()).containsExactly("6-0.0", "7-0.0");
		assertThat(this.backlog.select(latest, entries(8, 8)).questionable()).isEmpty();
	}

	@Test
	void entriesWithoutAnySignalForTheResponderAreSettled() {
		byte[] line = bytes("{}");
		read(entries(1, 1));
		this.backlog.acknowledged(acknowledge(take(this.backlog).get(0)), true);
		this.backlog.readPending();
		Position position = this.backlog.position();
		Selection selection = this.backlog.select(position,
				List.of(new Entry("1-0", line, null), new Entry("2-0", line, bytes("other")),
						new Entry("3-0", line, bytes("r")), new Entry("4-0", line, null), new Entry("5-0", null, null),
						new Entry("6-0", bytes("\n".repeat(StreamPublisher.BATCH)), null)));
		assertThat(selection.questionable()).containsExactly("3-0.0", "4-0.0");
		this.backlog.accept(position, TOKEN, selection.without(Set.of("4-0.0")));
		assertThat(take(this.backlog)).extracting(PendingSignal::content)
			.hasExactlyElementsOfTypes(Settled.class, Settled.class, Line.class, Settled.class, Deleted.class,
					Foreign.class);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static AcknowledgedSignal acknowledge(PendingSignal signal) {
		return new AcknowledgedSignal(signal, new Written(new byte[0]), new byte[0],
				signal.entry().acknowledge(signal));
	}

	private static List<PendingSignal> take(Backlog backlog) {
		List<PendingSignal> signals = new ArrayList<>();
		for (PendingSignal next = backlog.next(); next != null; next = backlog.next()) {
			signals.add(next);
			backlog.delivered(next);
		}
		return signals;
	}

	private void read(List<Entry> entries) {
		Position position = this.backlog.position();
		this.backlog.accept(position, TOKEN, this.backlog.select(position, entries));
	}

	private List<String> delivered() {
		return take(this.backlog).stream().map(PendingSignal::id).toList();
	}

	private static List<Entry> entries(int first, int last) {
		return IntStream.rangeClosed(first, last)
			.mapToObj((i) -> new Entry(i + "-0", "{}".getBytes(StandardCharsets.UTF_8), null))
			.toList();
	}

}
