package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.redis.durable.store.StreamKeys;
import io.github.statesignals.redis.durable.store.StreamStore;
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

	@GuardedBy("this")
	private boolean closed;

	StreamPublisher(StreamStore store, Retries retries) {
		this.store = store;
		this.retries = retries;
	}

	/**
	 * Adds a signal.
	 * @param signal the signal
	 * @param json the signal in JSON
	 * @return completes when it is stored; cancelling it prevents the sending, if that
	 * has not happened
	 */
	CompletableFuture<StoredSignal> publish(Signal signal, byte[] json) {
		Publish publish = new Publish(latest(signal), json);
		synchronized (this) {
			if (this.closed) {
				return CompletableFuture.failedFuture(StreamClient.notConnected());
			}
			this.queue.add(publish);
			if (this.busy) {
				return publish;
			}
			this.busy = true;
		}
		flush();
		return publish;
	}

	// A new responder must not believe that its publisher shuts down.
	private String latest(Signal signal) {
		return (this.store.storesLatest() && !Signal.isReserved(signal.event()))
				? signal.event() + "\n" + signal.publisherId() : "";
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
					bytes += next.json.length;
				}
			}
			if (batch.isEmpty()) {
				this.busy = false;
				return;
			}
			this.inFlight = batch;
			number = ++this.batches;
		}
		send(batch, number, SignalCodec.joinLines(batch.stream().map((publish) -> publish.json).toList()));
	}

	private void send(List<Publish> batch, long number, byte[] signals) {
		List<String> latest = batch.stream().map((publish) -> publish.latest).toList();
		this.store.publish(this.producer, number, signals, latest).whenComplete((entry, ex) -> {
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
			this.closed = true;
			unconfirmed = List.copyOf(this.inFlight);
			unsent = List.copyOf(this.queue);
			this.queue.clear();
		}
		unconfirmed.forEach((publish) -> publish.completeExceptionally(new DataAccessResourceFailureException(
				"the connection was closed before Redis had confirmed it", publish.lastFailure)));
		unsent.forEach((publish) -> publish.completeExceptionally(StreamClient.notConnected()));
	}

	private static final class Publish extends CompletableFuture<StoredSignal> implements Retried {

		private final String latest;

		private final byte[] json;

		private volatile @Nullable DataAccessException lastFailure;

		Publish(String latest, byte[] json) {
			this.latest = latest;
			this.json = json;
		}

		@Override
		public @Nullable DataAccessException lastFailure() {
			return this.lastFailure;
		}

	}

}
