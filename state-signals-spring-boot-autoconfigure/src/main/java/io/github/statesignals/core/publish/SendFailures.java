package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.transport.DurableSignalTransport.Retried;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

/**
 * Describes failures of a transport to publishers: with the signal, and whether it may
 * have been sent.
 */
public final class SendFailures {

	private static final String UNSENT = "was not sent";

	private static final String MAYBE_SENT = "may have been sent";

	private SendFailures() {
	}

	/**
	 * Describes a failure to send a signal.
	 * @param ex the failure of the transport
	 * @param event the event of the signal
	 * @param publisherId the id of its publisher
	 * @return an exception of the same kind that names the signal; the same one if it is
	 * none of Redis's
	 */
	public static Throwable describe(Throwable ex, String event, String publisherId) {
		if (!(ex instanceof DataAccessException failure)) {
			return ex;
		}
		boolean unsent = failure instanceof SignalNotSentException;
		String message = "'%s' of '%s' %s: %s".formatted(event, publisherId, unsent ? UNSENT : MAYBE_SENT,
				failure.getMessage());
		return SignalTransportException.sameKind(failure, message, reply(failure));
	}

	// The exception of the driver, rather than its translations.
	private static Throwable reply(DataAccessException failure) {
		Throwable reply = failure;
		while (reply instanceof DataAccessException && reply.getCause() != null) {
			reply = reply.getCause();
		}
		return reply;
	}

	// Describes that Redis has not confirmed a signal in time.
	static QueryTimeoutException unconfirmed(String event, String publisherId, Duration timeout,
			@Nullable CompletableFuture<?> sending, Outbound outbound) {
		Retried retried = (sending instanceof Retried durable) ? durable : null;
		String message = "Redis did not confirm '%s' of '%s' within %s: it %s".formatted(event, publisherId, timeout,
				(retried != null && retried.isUnsent()) ? UNSENT : MAYBE_SENT);
		Throwable last = (retried != null) ? retried.lastFailure() : null;
		last = (last != null) ? last : outbound.transport().outage();
		return (last != null)
				? new QueryTimeoutException(message + ". The last attempt failed: " + last.getMessage(), last)
				: new QueryTimeoutException(message);
	}

	static IllegalStateException abandoned(String event) {
		return new IllegalStateException(
				"'%s' was not published: the exporter was shut down before the signal was sent".formatted(event));
	}

	static DataAccessResourceFailureException abandonedUnconfirmed(String event, String publisherId) {
		return new DataAccessResourceFailureException(
				"'%s' of '%s' may have been sent: Redis had not confirmed it when the exporter was shut down"
					.formatted(event, publisherId));
	}

	/**
	 * Waits until a signal was sent.
	 * @param sending the transport's future
	 * @param event the event of the signal
	 * @param publisherId the id of its publisher
	 * @param timeout the longest time to wait; negative: indefinitely
	 * @param services the timer, and the transport
	 */
	public static void await(CompletableFuture<?> sending, String event, String publisherId, Duration timeout,
			EngineServices services) {
		CompletableFuture<?> bounded = sending.exceptionallyCompose(
				(ex) -> CompletableFuture.failedFuture(describe(Futures.unwrap(ex), event, publisherId)));
		if (timeout.isNegative()) {
			Futures.join(bounded, event);
			return;
		}
		// The driver may wait for Redis longer.
		Runnable cancel = services.timer()
			.schedule(timeout, () -> bounded
				.completeExceptionally(unconfirmed(event, publisherId, timeout, sending, services.outbound())));
		try {
			Futures.join(bounded, event);
		}
		finally {
			cancel.run();
		}
	}

}
