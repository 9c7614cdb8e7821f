package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.exporter.KnownResponders.Subscribers;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.SignalExtension;

/**
 * Sends the signals of one exporter, with their extensions: numbered in the order in
 * which they are sent, whatever thread sends them.
 */
final class SignalSender {

	/**
	 * Longer is as good as for ever.
	 */
	private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

	private final ReentrantLock lock = new ReentrantLock();

	private final Outbound outbound;

	private final Extensions extensions;

	private final Timer timer;

	private final long startNanos;

	private final String channel;

	private final boolean kept;

	private long sequence;

	SignalSender(EngineServices services, String channel) {
		this.outbound = services.outbound();
		this.extensions = services.settings().extensions();
		this.timer = services.timer();
		this.startNanos = this.timer.nanoTime();
		this.channel = channel;
		this.kept = this.outbound.isDurable(channel);
	}

	/**
	 * Whether what is sent is kept.
	 * @return whether the channel is durable
	 */
	boolean isKept() {
		return this.kept;
	}

	/**
	 * Reads the stored answers to a signal.
	 * @param id the id under which it is stored
	 * @param responders the names of the responders whose answers are wanted
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<List<StoredAnswer>> recall(String id, Collection<String> responders) {
		return this.outbound.recall(this.channel, id, responders);
	}

	/**
	 * Checks whether a signal can be sent, before it is queued.
	 * @param signal the signal
	 * @throws IllegalArgumentException if it is too large
	 */
	void check(Signal signal) {
		this.outbound.check(signal);
	}

	/**
	 * Whether signals carry an extension now.
	 * @param subscribers the subscribers
	 * @return {@code true} when nobody minds
	 */
	boolean isExtended(Subscribers subscribers) {
		if (this.kept) {
			// Nobody else can hear them there.
			return true;
		}
		return switch (this.extensions) {
			case NEGOTIATED -> subscribers.understanding();
			case ALWAYS -> true;
			case OFF -> false;
		};
	}

	/**
	 * Send the initialization, which asks who understands.
	 * @param signal the signal
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> sendInitialization(Signal signal) {
		return sendReserved(signal, this.extensions != Extensions.OFF);
	}

	/**
	 * Send a signal that awaits no answers.
	 * @param signal the signal
	 * @param extended whether to send an extension
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> sendReserved(Signal signal, boolean extended) {
		return send(signal, extended, Duration.ZERO, (id) -> {
		});
	}

	/**
	 * Send a signal.
	 * @param signal the signal
	 * @param extended whether to send an extension
	 * @param timeout how long its answers are awaited; negative: for ever
	 * @param register told the id of a signal that is extended, before anybody hears it
	 * @return completes as the transport's does; never throws
	 */
	CompletableFuture<?> send(Signal signal, boolean extended, Duration timeout, Consumer<String> register) {
		this.lock.lock();
		try {
			if (!extended) {
				return this.outbound.send(this.channel, signal, null);
			}
			String id = Long.toString(++this.sequence);
			register.accept(id);
			CompletableFuture<?> sent = this.outbound.send(this.channel, signal, new SignalExtension(id, this.sequence,
					millis(), millis(timeout), this.outbound.replyTo(this.channel)));
			if (sent.isCompletedExceptionally() && Futures.failure(sent) instanceof IllegalArgumentException) {
				// Too large to be sent: responders must not miss its number.
				this.sequence--;
			}
			return sent;
		}
		finally {
			this.lock.unlock();
		}
	}

	private long millis() {
		return (this.timer.nanoTime() - this.startNanos) / 1_000_000;
	}

	// Whoever waits no time at all wants it handled whenever that is.
	private static long millis(Duration timeout) {
		if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
			return SignalExtension.NONE;
		}
		return Math.max(timeout.toMillis(), 1);
	}

	/**
	 * What is held while signals are sent.
	 * @return the lock
	 */
	ReentrantLock getLock() {
		return this.lock;
	}

}
