package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.DurableSignalTransport.Retried;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Adds signals to a durable channel, in the order of the calls, one batch at a time: an
 * entry costs Redis as much as its signals do. A batch whose reply is lost is sent again,
 * and Redis recognizes it by its number.
 */
final class StreamPublisher {

	static final int BATCH = 256;

	private static final int BATCH_BYTES = 1_000_000;

	@GuardedBy("this")
	private final Deque<Publish> queue = new ArrayDeque<>();

	private final String producer = UUID.randomUUID().toString();

	private final StreamStore store;

	private final Retries retries;

	@GuardedBy("this")
	private List<Publish> inFlight = List.of();

	@GuardedBy("this")
	private boolean busy;

	@GuardedBy("this")
	private long batches;

	StreamPublisher(StreamStore store, Retries retries) {
		this.store = store;
		this.retries = retries;
	}

	/**
	 * Adds a signal.
	 * @param signal the signal in JSON
	 * @return completes when it is stored; cancelling it prevents the sending, if that
	 * has not happened
	 */
	CompletableFuture<StoredSignal> publish(byte[] signal) {
		Publish publish = new Publish(signal);
		synchronized (this) {
			this.queue.add(publish);
			if (this.busy) {
				return publish;
			}
			this.busy = true;
		}
		flush();
		return publish;
	}

	synchronized boolean isIdle() {
		return !this.busy;
	}

	private void flush() {
		List<Publish> batch = new ArrayList<>();
		long number;
		synchronized (this) {
			int bytes = 0;
			while (batch.size() < BATCH && bytes < BATCH_BYTES && !this.queue.isEmpty()) {
				Publish next = this.queue.remove();
				if (!next.isDone()) {
					batch.add(next);
					bytes += next.signal.length;
				}
			}
			if (batch.isEmpty()) {
				this.busy = false;
				return;
			}
			this.inFlight = batch;
			number = ++this.batches;
		}
		send(batch, number, SignalCodec.joinLines(batch.stream().map((publish) -> publish.signal).toList()));
	}

	private void send(List<Publish> batch, long number, byte[] signals) {
		this.store.publish(this.producer, number, signals).whenComplete((entry, ex) -> {
			if (ex == null) {
				complete(batch, entry);
			}
			else if (RedisExceptions.isFinal(ex)) {
				batch.forEach((publish) -> publish.completeExceptionally(RedisExceptions.scriptFailure(ex)));
			}
			else if (!batch.stream().allMatch(CompletableFuture::isDone)) {
				DataAccessException failure = RedisExceptions.translate(ex);
				batch.forEach((publish) -> publish.lastFailure = failure);
				this.retries.later(() -> send(batch, number, signals));
				return;
			}
			flush();
		});
	}

	private static void complete(List<Publish> batch, String entry) {
		for (int i = 0; i < batch.size(); i++) {
			batch.get(i).complete(new StoredSignal(StreamKeys.signal(entry, i)));
		}
	}

	/**
	 * Fails the signals that are not stored.
	 */
	void close() {
		List<Publish> unconfirmed;
		List<Publish> unsent;
		synchronized (this) {
			unconfirmed = List.copyOf(this.inFlight);
			unsent = List.copyOf(this.queue);
			this.queue.clear();
		}
		unconfirmed.forEach((publish) -> publish.completeExceptionally(new DataAccessResourceFailureException(
				"the connection was closed before Redis had confirmed it", publish.lastFailure)));
		unsent.forEach((publish) -> publish.completeExceptionally(StreamClient.notConnected()));
	}

	private static final class Publish extends CompletableFuture<StoredSignal> implements Retried {

		private final byte[] signal;

		private volatile @Nullable DataAccessException lastFailure;

		Publish(byte[] signal) {
			this.signal = signal;
		}

		@Override
		public @Nullable DataAccessException lastFailure() {
			return this.lastFailure;
		}

	}

}
