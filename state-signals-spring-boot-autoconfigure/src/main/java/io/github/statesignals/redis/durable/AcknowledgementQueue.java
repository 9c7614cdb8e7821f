package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Sends the acknowledgements of one responder, one batch at a time, and each batch until
 * it is confirmed. Sending one twice does no harm.
 */
final class AcknowledgementQueue {

	private static final int BATCH = 256;

	private static final long BATCH_BYTES = 256 * 1024;

	@GuardedBy("this")
	private final Deque<AcknowledgedSignal> queue = new ArrayDeque<>();

	private final Function<List<AcknowledgedSignal>, CompletableFuture<Boolean>> sender;

	private final Retries retries;

	private final FailureLog failures = new FailureLog();

	private final long maxBytes;

	private final String refused;

	@GuardedBy("this")
	private List<AcknowledgedSignal> inFlight = List.of();

	@GuardedBy("this")
	private boolean closed;

	@GuardedBy("this")
	private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

	/**
	 * Creates a queue.
	 * @param sender sends a batch; completes with whether this instance was still the one
	 * to do so
	 * @param retries repeats failed batches
	 * @param maxPayload the size limit of a payload, answers in one payload included
	 * @param refused logged if Redis refuses a batch
	 */
	AcknowledgementQueue(Function<List<AcknowledgedSignal>, CompletableFuture<Boolean>> sender, Retries retries,
			long maxPayload, String refused) {
		this.sender = sender;
		this.retries = retries;
		this.maxBytes = Math.min(BATCH_BYTES, maxPayload);
		this.refused = refused;
	}

	AcknowledgedSignal add(PendingSignal signal, byte[] answer, String address) {
		AcknowledgedSignal added;
		synchronized (this) {
			// An entry is acknowledged with the last of its signals, and not before.
			added = new AcknowledgedSignal(signal, answer, address, signal.entry().acknowledge(signal));
			if (this.closed) {
				added.completeExceptionally(notStored());
				return added;
			}
			this.queue.add(added);
			if (!this.idle.isDone()) {
				return added;
			}
			this.idle = new CompletableFuture<>();
		}
		flush();
		return added;
	}

	/**
	 * Returns a future that completes when nothing is queued or in flight.
	 */
	synchronized CompletableFuture<Void> idle() {
		return this.idle;
	}

	private void flush() {
		List<AcknowledgedSignal> batch = new ArrayList<>();
		CompletableFuture<Void> finished = null;
		synchronized (this) {
			int bytes = 0;
			for (AcknowledgedSignal next = this.queue.peek(); next != null && batch.size() < BATCH
					&& (batch.isEmpty() || fits(next, batch.get(0), bytes)); next = this.queue.peek()) {
				batch.add(this.queue.remove());
				bytes += next.answer().length + 1;
			}
			this.inFlight = batch;
			if (batch.isEmpty()) {
				finished = this.idle;
				this.idle = CompletableFuture.completedFuture(null);
			}
		}
		if (finished != null) {
			finished.complete(null);
			return;
		}
		send(batch, 1);
	}

	private boolean fits(AcknowledgedSignal next, AcknowledgedSignal first, int bytes) {
		return bytes + next.answer().length < this.maxBytes && next.token() == first.token();
	}

	private void send(List<AcknowledgedSignal> batch, int attempt) {
		this.sender.apply(batch).whenComplete((held, ex) -> {
			if (ex != null) {
				this.failures.log(this.refused, ex);
				this.retries.backOff(attempt, () -> send(batch, attempt + 1));
				return;
			}
			this.failures.log(this.refused, null);
			// The next batch first: it is in flight while these are notified.
			flush();
			batch.forEach((sent) -> sent.complete(held));
		});
	}

	/**
	 * Fails those that are not stored.
	 */
	void close() {
		List<AcknowledgedSignal> lost;
		synchronized (this) {
			this.closed = true;
			lost = new ArrayList<>(this.inFlight);
			lost.addAll(this.queue);
			this.queue.clear();
		}
		lost.forEach((acknowledged) -> acknowledged.completeExceptionally(notStored()));
	}

	private static DataAccessResourceFailureException notStored() {
		return new DataAccessResourceFailureException(
				"the connection was closed before Redis had stored the acknowledgement: the signal is delivered again");
	}

}
