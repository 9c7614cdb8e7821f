package io.github.statesignals.redis.durable;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.redis.durable.SignalDelivery.Reader;
import io.github.statesignals.redis.durable.store.StreamStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the backlog of one responder, one thread at a time and without a lock. A
 * signal whose delivery fails is tried again, and set aside in the end: one signal must
 * not stop a channel.
 */
final class DeliveryLoop {

	private static final Logger logger = LoggerFactory.getLogger(DeliveryLoop.class);

	private static final int ATTEMPTS = 5;

	// If memory is short, the signal may not be the cause: other instances may try
	// meanwhile.
	private static final int ATTEMPTS_WITHOUT_MEMORY = 3 * ATTEMPTS;

	private final String channel;

	private final String responder;

	private final StreamStore store;

	private final Backlog backlog;

	private final SignalDelivery delivery;

	private final Retries retries;

	private final Reader reader;

	@GuardedBy("this")
	private boolean delivering;

	// The ticks since it began to deliver a signal.
	@GuardedBy("this")
	private int ticks;

	@GuardedBy("this")
	private String failedSignal = "";

	@GuardedBy("this")
	private int failures;

	DeliveryLoop(String channel, String responder, StreamStore store, Backlog backlog, SignalDelivery delivery,
			Retries retries, Reader reader) {
		this.channel = channel;
		this.responder = responder;
		this.store = store;
		this.backlog = backlog;
		this.delivery = delivery;
		this.retries = retries;
		this.reader = reader;
	}

	void run() {
		for (PendingSignal next = begin(); next != null; next = next(next)) {
			boolean accepted;
			try {
				accepted = this.delivery.deliver(next);
			}
			catch (Throwable ex) {
				onFailed(next, ex);
				return;
			}
			if (!accepted) {
				end();
				this.retries.whenCapacity(this::resume);
				return;
			}
		}
	}

	private void resume() {
		run();
		this.reader.read();
	}

	// False if the listener does not return for too many ticks.
	synchronized boolean tick() {
		return !this.delivering || ++this.ticks <= ReaderProgress.STUCK_TICKS;
	}

	private synchronized @Nullable PendingSignal begin() {
		if (this.delivering || !this.reader.isActive()) {
			return null;
		}
		return track(this.backlog.next());
	}

	private synchronized @Nullable PendingSignal next(PendingSignal delivered) {
		if (!this.failedSignal.isEmpty() && this.failedSignal.equals(delivered.id())) {
			this.failedSignal = "";
			this.failures = 0;
		}
		this.backlog.delivered(delivered);
		return track(this.reader.isActive() ? this.backlog.next() : null);
	}

	@GuardedBy("this")
	private @Nullable PendingSignal track(@Nullable PendingSignal signal) {
		this.delivering = signal != null;
		this.ticks = 0;
		return signal;
	}

	private synchronized void end() {
		this.delivering = false;
	}

	private void onFailed(PendingSignal signal, Throwable ex) {
		try {
			retry(signal, ex);
		}
		catch (Throwable further) {
			// Memory may be short for this, too.
			end();
			this.retries.backOff(ATTEMPTS, this::resume);
		}
	}

	private void retry(PendingSignal signal, Throwable ex) {
		int attempts = countFailure(signal.id());
		logger.warn("Could not deliver the signal '{}' of channel '{}' to '{}' (attempt {})", signal.id(), this.channel,
				this.responder, attempts, ex);
		boolean outOfMemory = ex instanceof OutOfMemoryError;
		if (attempts % ATTEMPTS != 0) {
			end();
			this.retries.backOff(attempts % ATTEMPTS, this::resume);
		}
		else if (outOfMemory && attempts < ATTEMPTS_WITHOUT_MEMORY) {
			end();
			this.reader.giveUp();
		}
		else {
			setAside(signal, ex.toString());
		}
	}

	private synchronized int countFailure(String signal) {
		if (!signal.equals(this.failedSignal)) {
			this.failedSignal = signal;
			this.failures = 0;
		}
		return ++this.failures;
	}

	// The delivery goes on when the signal is stored elsewhere.
	private void setAside(PendingSignal signal, String reason) {
		byte[] json = (signal.content() instanceof Line line) ? line.json() : new byte[0];
		this.store.setAside(this.responder, signal.id(), reason, json).thenAccept((stored) -> {
			logger.warn("The signal '{}' of channel '{}' is set aside: '{}' can't receive it. {}", signal.id(),
					this.channel, this.responder, stored ? "See DurableChannels.deadLetters."
							: "It is not stored, because there are too many dead letters.");
			this.delivery.fail(signal, reason);
			next(signal);
			end();
			resume();
		}).exceptionally((ex) -> {
			logger.warn("Could not set the signal '{}' of channel '{}' aside", signal.id(), this.channel, ex);
			end();
			this.reader.giveUp();
			return null;
		});
	}

}
