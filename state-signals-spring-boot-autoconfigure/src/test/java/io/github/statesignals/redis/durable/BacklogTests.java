package io.github.statesignals.redis.durable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.Backlog.Position;
import io.github.statesignals.redis.durable.Backlog.Selection;
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
