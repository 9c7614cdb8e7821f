package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.DurableSignalTransport.Retried;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Adds signals to a durable channel, in the order in which they come. What comes while
 * Redis is busy with some goes out together after them, as one entry, for an entry costs
 * Redis as much as its signals do. One batch is under way at a time: should its reply be
 * lost it is sent again, and Redis knows by its number whether it has been kept before.
 */
final class StreamPublisher {

	private static final int BATCH = 256;

	/**
	 * No more is put together than about this.
	 */
	private static final int BATCH_BYTES = 1_000_000;

	/**
	 * For so long a batch may be sent again.
	 */
	private static final Duration REMEMBERED = Duration.ofHours(1);

	@GuardedBy("this")
	private final Deque<Kept> queue = new ArrayDeque<>();

	private final StreamClient client;

	private final StreamKeys keys;

	private final byte[] producer;

	private final Consumer<Runnable> retries;

	@GuardedBy("this")
	private List<Kept> underWay = List.of();

	@GuardedBy("this")
	private boolean busy;

	@GuardedBy("this")
	private long batches;

	/**
	 * Create a publisher.
	 * @param client how to ask Redis
	 * @param keys the keys of the channel
	 * @param retries runs what failed again, after a while
	 */
	StreamPublisher(StreamClient client, StreamKeys keys, Consumer<Runnable> retries) {
		this.client = client;
		this.keys = keys;
		this.producer = keys.producer(UUID.randomUUID().toString());
		this.retries = retries;
	}

	static byte[] number(long number) {
		return RedisChannel.bytes(Long.toString(number));
	}

	/**
	 * Add a signal.
	 * @param signal the signal in JSON
	 * @return completes when it is kept; cancelling it keeps it from being sent, if it
	 * has not been
	 */
	CompletableFuture<StoredSignal> publish(byte[] signal) {
		Kept kept = new Kept(signal);
		synchronized (this) {
			this.queue.add(kept);
			if (this.busy) {
				return kept;
			}
			this.busy = true;
		}
		flush();
		return kept;
	}

	/**
	 * Whether all that came was kept, or given up.
	 * @return {@code false} while anything is under way
	 */
	synchronized boolean isIdle() {
		return !this.busy;
	}

	private void flush() {
		List<Kept> batch = new ArrayList<>();
		long number;
		synchronized (this) {
			int bytes = 0;
			while (batch.size() < BATCH && bytes < BATCH_BYTES && !this.queue.isEmpty()) {
				Kept next = this.queue.remove();
				if (!next.isDone()) {
					batch.add(next);
					bytes += next.signal.length;
				}
			}
			if (batch.isEmpty()) {
				this.busy = false;
				return;
			}
			this.underWay = batch;
			number = ++this.batches;
		}
		List<byte[]> arguments = List.of(number(number), number(REMEMBERED.toMillis()),
				SignalCodec.joinLines(batch.stream().map((kept) -> kept.signal).toList()));
		send(batch, arguments);
	}

	private void send(List<Kept> batch, List<byte[]> arguments) {
		this.client
			.call((commands) -> commands.eval(StreamScript.PUBLISH.script(), List.of(this.keys.log(), this.producer),
					arguments), RedisStreamConnection.TIMEOUT)
			.whenComplete((reply, ex) -> {
				if (ex == null) {
					complete(batch, RedisStreamConnection.text(reply.get(0)));
				}
				else if (RedisExceptions.isFinal(ex)) {
					batch.forEach((kept) -> kept.completeExceptionally(RedisExceptions.scriptFailure(ex)));
				}
				else if (!batch.stream().allMatch(CompletableFuture::isDone)) {
					DataAccessException failure = RedisExceptions.translate(ex);
					batch.forEach((kept) -> kept.lastFailure = failure);
					this.retries.accept(() -> send(batch, arguments));
					return;
				}
				flush();
			});
	}

	private static void complete(List<Kept> batch, String entry) {
		for (int i = 0; i < batch.size(); i++) {
			batch.get(i).complete(new StoredSignal(StreamKeys.signal(entry, i)));
		}
	}

	/**
	 * Fail whatever is not kept yet.
	 * @param reason why what was not sent can't be
	 */
	void close(RuntimeException reason) {
		List<Kept> unconfirmed;
		List<Kept> unsent;
		synchronized (this) {
			unconfirmed = List.copyOf(this.underWay);
			unsent = List.copyOf(this.queue);
			this.queue.clear();
		}
		unconfirmed.forEach((kept) -> kept.completeExceptionally(new DataAccessResourceFailureException(
				"the connection was closed before Redis had confirmed it", kept.lastFailure)));
		unsent.forEach((kept) -> kept.completeExceptionally(reason));
	}

	private static final class Kept extends CompletableFuture<StoredSignal> implements Retried {

		private final byte[] signal;

		private volatile @Nullable DataAccessException lastFailure;

		Kept(byte[] signal) {
			this.signal = signal;
		}

		@Override
		public @Nullable DataAccessException lastFailure() {
			return this.lastFailure;
		}

	}

}
