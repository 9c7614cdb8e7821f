package io.github.statesignals.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The acknowledgements of one responder on their way to Redis: what comes while it is
 * busy with some goes out together after them, and is sent until it is confirmed. Sending
 * one twice does no harm.
 */
final class StreamAcknowledgements {

	private static final int BATCH = 256;

	private final Deque<Acknowledgement> queue = new ArrayDeque<>();

	private final Function<List<Acknowledgement>, CompletableFuture<Boolean>> sender;

	private final Consumer<Runnable> retries;

	private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

	/**
	 * Create it.
	 * @param sender sends some of them, and tells whether we were still the ones to do so
	 * @param retries runs what failed again, after a while
	 */
	StreamAcknowledgements(Function<List<Acknowledgement>, CompletableFuture<Boolean>> sender,
			Consumer<Runnable> retries) {
		this.sender = sender;
		this.retries = retries;
	}

	/**
	 * Acknowledge a signal.
	 * @param id its id
	 * @param answer the answer in JSON; empty: there is none
	 * @param address where to send it
	 * @return completes when Redis has it, with whether it has taken it from us
	 */
	CompletableFuture<Boolean> add(String id, byte[] answer, byte[] address) {
		Acknowledgement added = new Acknowledgement(id, answer, address);
		synchronized (this) {
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
		CompletableFuture<Void> finished;
		synchronized (this) {
			while (batch.size() < BATCH && !this.queue.isEmpty()) {
				batch.add(this.queue.remove());
			}
			finished = this.idle;
			if (!batch.isEmpty()) {
				finished = null;
			}
			else {
				this.idle = CompletableFuture.completedFuture(null);
			}
		}
		if (finished != null) {
			finished.complete(null);
			return;
		}
		send(batch);
	}

	private void send(List<Acknowledgement> batch) {
		this.sender.apply(batch).whenComplete((held, ex) -> {
			if (ex != null && !RedisExceptions.isFinal(ex)) {
				this.retries.accept(() -> send(batch));
				return;
			}
			// The next ones first: they are on their way while these are told.
			flush();
			for (Acknowledgement sent : batch) {
				if (ex == null) {
					sent.complete(held);
				}
				else {
					sent.completeExceptionally(RedisExceptions.translate(ex));
				}
			}
		});
	}

	/**
	 * One on its way.
	 */
	static final class Acknowledgement extends CompletableFuture<Boolean> {

		private final String id;

		private final byte[] answer;

		private final byte[] address;

		Acknowledgement(String id, byte[] answer, byte[] address) {
			this.id = id;
			this.answer = answer;
			this.address = address;
		}

		String id() {
			return this.id;
		}

		byte[] answer() {
			return this.answer;
		}

		byte[] address() {
			return this.address;
		}

	}

}
