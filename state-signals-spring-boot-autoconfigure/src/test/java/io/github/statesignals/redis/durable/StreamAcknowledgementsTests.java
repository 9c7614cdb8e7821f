package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.statesignals.redis.durable.StreamAcknowledgements.Acknowledgement;
import io.github.statesignals.redis.durable.StreamAcknowledgements.PendingEntry;
import io.github.statesignals.redis.durable.StreamAcknowledgements.PendingSignal;
import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisSystemException;

import static org.assertj.core.api.Assertions.assertThat;

class StreamAcknowledgementsTests {

	private static final byte[] TOKEN = { 1 };

	private final List<List<Acknowledgement>> sent = new ArrayList<>();

	private final Deque<CompletableFuture<Boolean>> replies = new ArrayDeque<>();

	private final Deque<Runnable> retries = new ArrayDeque<>();

	private final StreamAcknowledgements acknowledgements = new StreamAcknowledgements((batch) -> {
		this.sent.add(batch);
		CompletableFuture<Boolean> reply = new CompletableFuture<>();
		this.replies.add(reply);
		return reply;
	}, this.retries::add, 1_000);

	@Test
	void whatComesWhileSomeIsOnItsWayGoesTogetherAfterIt() {
		PendingEntry entry = new PendingEntry("1-0", TOKEN, 5);
		List<Acknowledgement> added = IntStream.range(0, 5).mapToObj((i) -> add(entry, i, 1)).toList();
		assertThat(this.sent).containsExactly(added.subList(0, 1));
		assertThat(this.acknowledgements.idle()).isNotDone();
		this.replies.remove().complete(true);
		assertThat(this.sent).hasSize(2).last().isEqualTo(added.subList(1, 5));
		assertThat(added.get(0)).isCompletedWithValue(true);
		this.replies.remove().complete(false);
		assertThat(added.get(4)).isCompletedWithValue(false);
		assertThat(this.acknowledgements.idle()).isDone();
	}

	@Test
	void anEntryIsAcknowledgedWithTheLastOfItsSignalsInWhateverOrder() {
		PendingEntry one = new PendingEntry("1-0", TOKEN, 2);
		PendingEntry other = new PendingEntry("2-0", TOKEN, 1);
		List<Acknowledgement> added = List.of(add(one, 1, 1), add(other, 0, 1), add(one, 0, 1));
		assertThat(added).extracting(Acknowledgement::isLast).containsExactly(false, true, true);
	}

	@Test
	void isSentUntilItIsTakenAndInTheSameOrder() {
		PendingEntry entry = new PendingEntry("1-0", TOKEN, 2);
		Acknowledgement first = add(entry, 0, 1);
		Acknowledgement second = add(entry, 1, 1);
		this.replies.remove().completeExceptionally(new QueryTimeoutException("no reply"));
		assertThat(first).isNotDone();
		this.retries.remove().run();
		this.replies.remove()
			.completeExceptionally(new RedisSystemException("refused", new IllegalStateException("NOPERM not you")));
		assertThat(first).isNotDone();
		this.retries.remove().run();
		assertThat(this.sent).isEqualTo(List.of(List.of(first), List.of(first), List.of(first)));
		this.replies.remove().complete(true);
		assertThat(first).isCompletedWithValue(true);
		assertThat(this.sent).last().isEqualTo(List.of(second));
	}

	@Test
	void noMoreGoesTogetherThanIsReadTogether() {
		PendingEntry entry = new PendingEntry("1-0", TOKEN, 5);
		add(entry, 0, 1);
		Acknowledgement large = add(entry, 1, 5_000);
		List<Acknowledgement> small = List.of(add(entry, 2, 499), add(entry, 3, 499));
		Acknowledgement further = add(entry, 4, 1);
		while (!this.replies.isEmpty()) {
			this.replies.remove().complete(true);
		}
		assertThat(this.sent.subList(1, 4)).isEqualTo(List.of(List.of(large), small, List.of(further)));
	}

	@Test
	void whatWasReadWithDifferentTokensGoesSeparately() {
		PendingEntry before = new PendingEntry("1-0", TOKEN, 3);
		PendingEntry since = new PendingEntry("1-0", new byte[] { 2 }, 2);
		Acknowledgement first = add(before, 0, 1);
		List<Acknowledgement> old = List.of(add(before, 1, 1), add(before, 2, 1));
		List<Acknowledgement> current = List.of(add(since, 0, 1), add(since, 1, 1));
		while (!this.replies.isEmpty()) {
			this.replies.remove().complete(true);
		}
		assertThat(this.sent).isEqualTo(List.of(List.of(first), old, current));
	}

	private Acknowledgement add(PendingEntry entry, int number, int size) {
		return this.acknowledgements.add(new PendingSignal(entry, number, new byte[1]), new byte[size], "address");
	}

}
