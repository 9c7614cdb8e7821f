package io.github.statesignals.redis.durable;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

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

	private static final byte[] ENDED = {};

	private volatile String producer = UUID.randomUUID().toString();

	private final AtomicLong batches = new AtomicLong();

	// That of the last attempt, for all signals: those that wait are not attempted.
	private final AtomicReference<@Nullable DataAccessException> lastFailure = new AtomicReference<>();

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
		return add(() -> new Publish(latest(signal), json, this.lastFailure));
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
		if (batch.stream().allMatch(CompletableFuture::isDone)) {
			sendNext();
			return;
		}
		long number = (attempt == 1) ? this.batches.incrementAndGet() : this.batches.get();
		// To connect may take long, and sends nothing.
		request(this.store::connect).thenCompose((connected) -> store(batch, number)).whenComplete((entry, ex) -> {
			DataAccessException failure = (ex != null) ? failure(ex) : null;
			this.lastFailure.set(failure);
			if (failure == null) {
				complete(batch, entry);
			}
			else if (RedisExceptions.isFinal(ex)) {
				batch.forEach((publish) -> publish.fail(failure));
			}
			else {
				batch.forEach((publish) -> publish.retry(failure));
				this.retries.later(() -> send(batch, attempt + 1));
				return;
			}
			sendNext();
		});
	}

	private CompletableFuture<String> store(List<Publish> batch, long number) {
		return this.store.publish(this.producer, number,
				JsonLines.join(batch.stream().map((publish) -> publish.begin() ? publish.json : ENDED).toList()),
				batch.stream().map((publish) -> publish.latest).toList());
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
				publish.lastFailure()) : SignalNotSentException.notConnected();
	}

	static final class Publish extends CompletableFuture<StoredSignal> implements Retried {

		private final String latest;

		private final byte[] json;

		private final AtomicReference<@Nullable DataAccessException> lastFailure;

		// Changed by one attempt after the other.
		private volatile State state = State.UNSENT;

		Publish(String latest, byte[] json, AtomicReference<@Nullable DataAccessException> lastFailure) {
			this.latest = latest;
			this.json = json;
			this.lastFailure = lastFailure;
		}

		// False if it has ended. In this order: it is sent, or found unsent when it has
		// been cancelled.
		boolean begin() {
			this.state = (this.state == State.UNSENT) ? State.IN_FLIGHT : this.state;
			return !isDone();
		}

		void retry(DataAccessException failure) {
			this.state = (this.state != State.UNCONFIRMED && failure instanceof SignalNotSentException) ? State.UNSENT
					: State.UNCONFIRMED;
		}

		void fail(DataAccessException failure) {
			completeExceptionally((this.state == State.UNCONFIRMED && failure instanceof SignalNotSentException)
					? SignalTransportException.sameKind(failure, String.valueOf(failure.getMessage()), failure)
					: failure);
		}

		@Override
		public @Nullable DataAccessException lastFailure() {
			return this.lastFailure.get();
		}

		@Override
		public boolean isUnsent() {
			return this.state == State.UNSENT && isCancelled();
		}

	}

	private enum State {

		// Redis has refused each attempt, if there was any.
		UNSENT,

		IN_FLIGHT,

		// An attempt may have stored it.
		UNCONFIRMED

	}

}
