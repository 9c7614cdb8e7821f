package io.github.statesignals.redis.durable;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.github.statesignals.Signal;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamKeys;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.transport.DurableSignalTransport.Retried;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransportException;
import io.github.statesignals.wire.JsonLines;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Adds signals to a durable channel, in the order of the calls: an entry costs Redis as
 * much as its signals do. A batch whose reply is lost is sent again, and Redis recognizes
 * it by its number. Publishes that have ended meanwhile are empty lines then, so that the
 * ids of the others are the same for each attempt that is stored.
 */
final class StreamPublisher extends BatchQueue<StreamPublisher.Publish> {

	static final int BATCH = 256;

	private static final int BATCH_BYTES = 1_000_000;

	private static final Publish ENDED = new Publish("", new byte[0]);

	private volatile String producer = UUID.randomUUID().toString();

	private final AtomicLong batches = new AtomicLong();

	private final StreamStore store;

	private final Retries retries;

	StreamPublisher(StreamStore store, StreamServices services) {
		super(services.eventLoop(), BATCH, BATCH_BYTES);
		this.store = store;
		this.retries = services.retries();
	}

	// Completes when the signal is stored. Cancelling prevents the sending, if that has
	// not happened.
	CompletableFuture<StoredSignal> publish(Signal signal, byte[] json) {
		return add(() -> new Publish(latest(signal), json));
	}

	// A new responder must not believe that its publisher shuts down.
	private String latest(Signal signal) {
		return (this.store.storesLatest() && !Signal.isReserved(signal.event()))
				? signal.event() + "\n" + signal.publisherId() : "";
	}

	@Override
	long size(Publish publish) {
		return publish.json.length;
	}

	@Override
	void send(List<Publish> batch, int attempt) {
		List<Publish> lines = batch.stream().map((publish) -> publish.isDone() ? ENDED : publish).toList();
		if (lines.stream().allMatch(ENDED::equals)) {
			sendNext();
			return;
		}
		long number = (attempt == 1) ? this.batches.incrementAndGet() : this.batches.get();
		request(() -> this.store.publish(this.producer, number,
				JsonLines.join(lines.stream().map((publish) -> publish.json).toList()),
				lines.stream().map((publish) -> publish.latest).toList()))
			.whenComplete((entry, ex) -> {
				if (ex == null) {
					complete(batch, entry);
				}
				else if (RedisExceptions.isFinal(ex)) {
					DataAccessException failure = failure(ex);
					batch.forEach((publish) -> publish.fail(failure));
				}
				else {
					DataAccessException failure = RedisExceptions.scriptFailure(ex);
					batch.forEach((publish) -> publish.retry(failure));
					this.retries.later(() -> send(batch, attempt + 1));
					return;
				}
				sendNext();
			});
	}

	private DataAccessException failure(Throwable ex) {
		DataAccessException failure = RedisExceptions.scriptFailure(ex);
		if (!RedisExceptions.reason(ex).contains("A later batch")) {
			return failure;
		}
		// There is none: another client has written its number.
		this.producer = UUID.randomUUID().toString();
		return RedisExceptions.notSent(failure);
	}

	private static void complete(List<Publish> batch, String entry) {
		for (int i = 0; i < batch.size(); i++) {
			batch.get(i).complete(new StoredSignal(StreamKeys.signal(entry, i)));
		}
	}

	@Override
	RuntimeException closed(Publish publish, boolean sent) {
		return sent ? new DataAccessResourceFailureException("the connection was closed before Redis had confirmed it",
				publish.lastFailure) : SignalNotSentException.notConnected();
	}

	static final class Publish extends CompletableFuture<StoredSignal> implements Retried {

		private final String latest;

		private final byte[] json;

		private volatile @Nullable DataAccessException lastFailure;

		// Used by one attempt after the other.
		private volatile boolean unconfirmed;

		Publish(String latest, byte[] json) {
			this.latest = latest;
			this.json = json;
		}

		void retry(DataAccessException failure) {
			this.unconfirmed |= !(failure instanceof SignalNotSentException);
			this.lastFailure = failure;
		}

		// An earlier attempt may have stored it.
		void fail(DataAccessException failure) {
			completeExceptionally((this.unconfirmed && failure instanceof SignalNotSentException)
					? SignalTransportException.sameKind(failure, String.valueOf(failure.getMessage()), failure)
					: failure);
		}

		@Override
		public @Nullable DataAccessException lastFailure() {
			return this.lastFailure;
		}

	}

}
