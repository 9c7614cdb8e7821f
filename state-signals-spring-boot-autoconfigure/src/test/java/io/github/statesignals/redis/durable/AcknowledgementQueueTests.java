package io.github.statesignals.redis.durable;

import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.UnreadableException;
import io.github.statesignals.redis.durable.PendingEntry.Identity;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.FrameLine.Written;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisSystemException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AcknowledgementQueueTests {

	private static final byte[] TOKEN = { 1 };

	private final List<List<AcknowledgedSignal>> sent = new CopyOnWriteArrayList<>();

	private final Deque<CompletableFuture<Boolean>> replies = new ConcurrentLinkedDeque<>();

	@AutoClose("shutdownNow")
	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final Map<PendingEntry, List<PendingSignal>> signals = new HashMap<>();

	private final Deque<Error> errors = new ConcurrentLinkedDeque<>();

	private Executor eventLoop = Runnable::run;

	private AcknowledgementQueue queue = queue(1_000);

	private AcknowledgementQueue queue(long maxPayload) {
		return new AcknowledgementQueue((batch) -> {
			if (!this.errors.isEmpty()) {
				throw this.errors.remove();
			}
			this.sent.add(batch);
			CompletableFuture<Boolean> reply = new CompletableFuture<>();
			this.replies.add(reply);
			return reply;
		}, StreamTransports.services(this.scheduler, () -> {
			throw new IllegalStateException("not used");
		}, (task) -> this.eventLoop.execute(task)), maxPayload, "refused");
	}

	@Test
	void signalsThatAreAddedWhileABatchIsInFlightAreTheNextBatch() {
		PendingEntry entry = entry("1-0", TOKEN, 5);
		List<AcknowledgedSignal> added = IntStream.range(0, 5).mapToObj((i) -> add(entry, i, 1)).toList();
		assertThat(this.sent).containsExactly(added.subList(0, 1));
		assertThat(this.queue.idle()).isNotDone();
		this.replies.remove().complete(true);
		assertThat(this.sent).hasSize(2).last().isEqualTo(added.subList(1, 5));
		assertThat(added.get(0)).isCompletedWithValue(true);
		this.replies.remove().complete(false);
		assertThat(added.get(4)).isCompletedWithValue(false);
		assertThat(this.queue.idle()).isDone();
	}

	@Test
	void signalsThatAreAddedBeforeTheEventLoopSendsAreOneBatch() {
		List<Runnable> tasks = new ArrayList<>();
		this.eventLoop = tasks::add;
		PendingEntry entry = entry("1-0", TOKEN, 3);
		List<AcknowledgedSignal> added = IntStream.range(0, 3).mapToObj((i) -> add(entry, i, 1)).toList();
		assertThat(this.sent).isEmpty();
		assertThat(this.queue.idle()).isNotDone();
		assertThat(tasks).hasSize(1);
		tasks.forEach(Runnable::run);
		assertThat(this.sent).containsExactly(added);
	}

	@Test
	void anEntryIsAcknowledgedWithTheLastOfItsSignalsInAnyOrder() {
		PendingEntry one = entry("1-0", TOKEN, 2);
		PendingEntry other = entry("2-0", TOKEN, 1);
		List<AcknowledgedSignal> added = List.of(add(one, 1, 1), add(other, 0, 1), add(one, 0, 1));
		assertThat(added).extracting((signal) -> signal.answered().isLast()).containsExactly(false, true, true);
	}

	@Test
	void batchIsSentAgainAlsoIfItsFailureCannotBeLogged() {
		AcknowledgedSignal added = add(entry("1-0", TOKEN, 1), 0, 1);
		this.replies.remove().completeExceptionally(new UnreadableException());
		await().until(() -> this.replies.size() == 1);
		this.replies.remove().complete(true);
		assertThat(added).isCompletedWithValue(true);
	}

	@Test
	void aBatchIsSentUntilItIsStoredAndInTheSameOrder() {
		PendingEntry entry = entry("1-0", TOKEN, 2);
		AcknowledgedSignal first = add(entry, 0, 1);
		AcknowledgedSignal second = add(entry, 1, 1);
		this.replies.remove().completeExceptionally(new QueryTimeoutException("no reply"));
		assertThat(first).isNotDone();
		reply().completeExceptionally(new RedisSystemException("refused", new IllegalStateException("NOPERM not you")));
		assertThat(first).isNotDone();
		CompletableFuture<Boolean> third = reply();
		assertThat(this.sent).isEqualTo(List.of(List.of(first), List.of(first), List.of(first)));
		third.complete(true);
		assertThat(first).isCompletedWithValue(true);
		assertThat(this.sent).last().isEqualTo(List.of(second));
	}

	@Test
	void aBatchThatCouldNotBeSentIsSentAgain() {
		PendingEntry entry = entry("1-0", TOKEN, 3);
		this.errors.add(new InternalError("first"));
		AcknowledgedSignal first = add(entry, 0, 1);
		this.errors.add(new InternalError("second"));
		reply().complete(true);
		AcknowledgedSignal second = add(entry, 1, 1);
		reply().complete(true);
		assertThat(first).isCompletedWithValue(true);
		assertThat(second).isCompletedWithValue(true);
		assertThat(this.queue.idle()).isDone();
	}

	// Exporters skip a larger one.
	@Test
	void aBatchIsNoLargerThanAFrame() {
		this.queue = queue(1_000_000);
		PendingEntry entry = entry("1-0", TOKEN, 201);
		for (int i = 0; i <= 200; i++) {
			add(entry, i, 499);
		}
		this.replies.remove().complete(true);
		assertThat(this.sent.get(1)).hasSize(SignalTransport.MAX_FRAME_BYTES / 500);
	}

	@Test
	void aBatchIsNoLargerThanAPayload() {
		PendingEntry entry = entry("1-0", TOKEN, 5);
		add(entry, 0, 1);
		AcknowledgedSignal large = add(entry, 1, 5_000);
		List<AcknowledgedSignal> small = List.of(add(entry, 2, 499), add(entry, 3, 499));
		AcknowledgedSignal further = add(entry, 4, 1);
		while (!this.replies.isEmpty()) {
			this.replies.remove().complete(true);
		}
		assertThat(this.sent.subList(1, 4)).isEqualTo(List.of(List.of(large), small, List.of(further)));
	}

	@Test
	void signalsThatWereReadWithDifferentTokensAreInSeparateBatches() {
		PendingEntry before = entry("1-0", TOKEN, 3);
		PendingEntry since = entry("1-0", new byte[] { 2 }, 2);
		AcknowledgedSignal first = add(before, 0, 1);
		List<AcknowledgedSignal> old = List.of(add(before, 1, 1), add(before, 2, 1));
		List<AcknowledgedSignal> current = List.of(add(since, 0, 1), add(since, 1, 1));
		while (!this.replies.isEmpty()) {
			this.replies.remove().complete(true);
		}
		assertThat(this.sent).isEqualTo(List.of(List.of(first), old, current));
	}

	private CompletableFuture<Boolean> reply() {
		await().until(() -> !this.replies.isEmpty());
		return this.replies.remove();
	}

	private PendingEntry entry(String id, byte[] token, int size) {
		PendingEntry entry = new PendingEntry(new Identity(id, 0), token);
		this.signals.put(entry,
				entry.add(IntStream.range(0, size)
					.boxed()
					.collect(Collectors.toMap(Function.identity(), (number) -> new Line(new byte[1])))));
		return entry;
	}

	private AcknowledgedSignal add(PendingEntry entry, int number, int size) {
		return this.queue.add(this.signals.get(entry).get(number), new Written(new byte[size]), new byte[0]);
	}

}
