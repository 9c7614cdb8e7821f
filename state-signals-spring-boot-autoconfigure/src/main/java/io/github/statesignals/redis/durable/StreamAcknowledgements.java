package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements of one responder on their way to Redis: what comes while it is
 * busy with some goes out together after them, and is sent until it is confirmed. Sending
 * one twice does no harm.
 */
final class StreamAcknowledgements {

	private static final String REFUSED = "Redis refuses an acknowledgement, which is sent until it is accepted";

	private static final int BATCH = 256;

	private static final long BATCH_BYTES = 256 * 1024;

	@GuardedBy("this")
	private final Deque<Acknowledgement> queue = new ArrayDeque<>();

	private final Function<List<Acknowledgement>, CompletableFuture<Boolean>> sender;

	private final Consumer<Runnable> retries;

	/**
	 * How many bytes answers may have that are sent together.
	 */
	private final long most;

	private final FailureLog failures = new FailureLog();

	@GuardedBy("this")
	private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

	/**
	 * Create it.
	 * @param sender sends some of them, and tells whether we were still the ones to do so
	 * @param retries runs what failed again, after a while
	 * @param maxPayload how many bytes are read together
	 */
	StreamAcknowledgements(Function<List<Acknowledgement>, CompletableFuture<Boolean>> sender,
			Consumer<Runnable> retries, long maxPayload) {
		this.most = Math.min(BATCH_BYTES, maxPayload);
		this.sender = sender;
		this.retries = retries;
	}

	/**
	 * Acknowledge a signal.
	 * @param signal the signal
	 * @param answer the answer in JSON; empty: there is none
	 * @param address where to send it
	 * @return completes when Redis has it, with whether it has taken it from us
	 */
	Acknowledgement add(PendingSignal signal, byte[] answer, String address) {
		Acknowledgement added = new Acknowledgement(signal, answer, address);
		synchronized (this) {
			// An entry is acknowledged with the last one of its signals, and not before.
			added.last = signal.entry().acknowledgeOne();
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
	 * Wait for what is on its way.
	 * @return completes when nothing is
	 */
	synchronized CompletableFuture<Void> idle() {
		return this.idle;
	}

	private void flush() {
		List<Acknowledgement> batch = new ArrayList<>();
		CompletableFuture<Void> finished = null;
		synchronized (this) {
			int bytes = 0;
			for (Acknowledgement next = this.queue.peek(); next != null && batch.size() < BATCH
					&& (batch.isEmpty() || fits(next, batch.get(0), bytes)); next = this.queue.peek()) {
				batch.add(this.queue.remove());
				bytes += next.answer.length + 1;
			}
			if (batch.isEmpty()) {
				finished = this.idle;
				this.idle = CompletableFuture.completedFuture(null);
			}
		}
		if (finished != null) {
			finished.complete(null);
			return;
		}
		send(batch);
	}

	private boolean fits(Acknowledgement next, Acknowledgement first, int bytes) {
		return bytes + next.answer.length < this.most && next.signal.entry().token() == first.signal.entry().token();
	}

	private void send(List<Acknowledgement> batch) {
		this.sender.apply(batch).whenComplete((held, ex) -> {
			if (ex != null) {
				this.failures.log(REFUSED, ex);
				this.retries.accept(() -> send(batch));
				return;
			}
			this.failures.log(REFUSED, null);
			// The next ones first: they are on their way while these are told.
			flush();
			batch.forEach((sent) -> sent.complete(held));
		});
	}

	/**
	 * An entry some of whose signals are not acknowledged.
	 */
	static final class PendingEntry {

		private final String id;

		private final byte[] token;

		private int remaining;

		PendingEntry(String id, byte[] token, int remaining) {
			this.id = id;
			this.token = token;
			this.remaining = remaining;
		}

		String id() {
			return this.id;
		}

		/**
		 * What the lease was held with when it was read.
		 * @return the token: the same array for all that were read with it
		 */
		byte[] token() {
			return this.token;
		}

		/**
		 * One of its signals is acknowledged. Guarded by the acknowledgements.
		 * @return whether that was the last one
		 */
		private boolean acknowledgeOne() {
			return --this.remaining == 0;
		}

	}

	/**
	 * A signal that is not acknowledged.
	 *
	 * @param entry its entry
	 * @param number its number there; negative: the entry is all that is left to
	 * acknowledge
	 * @param body the signal in JSON; {@code null} if it was dropped
	 */
	record PendingSignal(PendingEntry entry, int number, byte @Nullable [] body) {

		String id() {
			return StreamKeys.signal(this.entry.id, this.number);
		}

	}

	/**
	 * One on its way.
	 */
	static final class Acknowledgement extends CompletableFuture<Boolean> {

		private final PendingSignal signal;

		private final byte[] answer;

		private final String address;

		private boolean last;

		Acknowledgement(PendingSignal signal, byte[] answer, String address) {
			this.signal = signal;
			this.answer = answer;
			this.address = address;
		}

		PendingSignal signal() {
			return this.signal;
		}

		boolean isLast() {
			return this.last;
		}

		byte[] answer() {
			return this.answer;
		}

		String address() {
			return this.address;
		}

	}

}
