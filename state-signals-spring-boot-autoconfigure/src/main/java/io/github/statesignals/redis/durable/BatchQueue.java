package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.transport.SignalNotSentException;

/**
 * Sends requests in order, one batch at a time: those that arrive while a batch is in
 * flight are the next one. Requests that are done are not sent.
 */
abstract class BatchQueue<R extends CompletableFuture<?>> {

	private static final int CROWD = 32;

	// Requests that are added before it runs its next task are sent together.
	private final Executor eventLoop;

	private final int maxCount;

	private final long maxSize;

	@GuardedBy("this")
	private final Deque<R> queue = new ArrayDeque<>();

	// The size from which on requests that are done are removed.
	@GuardedBy("this")
	private int crowd = CROWD;

	@GuardedBy("this")
	private List<R> inFlight = List.of();

	@GuardedBy("this")
	private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

	@GuardedBy("this")
	private boolean closed;

	BatchQueue(Executor eventLoop, int maxCount, long maxSize) {
		this.eventLoop = eventLoop;
		this.maxCount = maxCount;
		this.maxSize = maxSize;
	}

	// Creates requests one at a time and in the order of the queue.
	final R add(Supplier<R> created) {
		R request;
		synchronized (this) {
			request = created.get();
			if (this.closed) {
				request.completeExceptionally(closed(request, false));
				return request;
			}
			this.queue.add(request);
			if (this.queue.size() > this.crowd) {
				// A batch may be in flight for long.
				this.queue.removeIf(CompletableFuture::isDone);
				this.crowd = CROWD + 2 * this.queue.size();
			}
			if (!this.idle.isDone()) {
				return request;
			}
			this.idle = new CompletableFuture<>();
		}
		this.eventLoop.execute(this::sendNext);
		return request;
	}

	final void sendNext() {
		List<R> batch;
		CompletableFuture<Void> finished = null;
		synchronized (this) {
			batch = nextBatch();
			this.inFlight = batch;
			if (batch.isEmpty()) {
				finished = this.idle;
				this.idle = CompletableFuture.completedFuture(null);
			}
		}
		if (finished != null) {
			finished.complete(null);
		}
		else {
			send(batch, 1);
		}
	}

	@GuardedBy("this")
	private List<R> nextBatch() {
		List<R> batch = new ArrayList<>();
		long size = 0;
		for (R next = this.queue.peek(); next != null && batch.size() < this.maxCount; next = this.queue.peek()) {
			size += size(next);
			if (!batch.isEmpty() && (size > this.maxSize || !fits(batch.get(0), next))) {
				break;
			}
			this.queue.remove();
			if (next.isDone()) {
				size -= size(next);
			}
			else {
				batch.add(next);
			}
		}
		return batch;
	}

	abstract long size(R request);

	boolean fits(R first, R next) {
		return true;
	}

	// Calls sendNext() when the batch has ended. An attempt that fails may be followed by
	// the next one.
	abstract void send(List<R> batch, int attempt);

	// An exception of the call itself fails the future, too: the queue would stop with
	// it.
	static <T> CompletableFuture<T> request(Supplier<CompletableFuture<T>> call) {
		return CompletableFuture.completedFuture(call).thenCompose(Supplier::get);
	}

	// The failure of a request that has not ended at the close.
	RuntimeException closed(R request, boolean sent) {
		return SignalNotSentException.notConnected();
	}

	// Returns a future that completes when nothing is queued or in flight.
	final synchronized CompletableFuture<Void> idle() {
		return this.idle;
	}

	// Fails the requests that have not ended, and those that follow.
	final void close() {
		List<R> sent;
		List<R> unsent;
		synchronized (this) {
			this.closed = true;
			sent = this.inFlight;
			unsent = List.copyOf(this.queue);
			this.queue.clear();
		}
		sent.forEach((request) -> request.completeExceptionally(closed(request, true)));
		unsent.forEach((request) -> request.completeExceptionally(closed(request, false)));
	}

}
