package io.github.statesignals.observation;

import java.util.Locale;
import java.util.concurrent.CancellationException;

import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskRejectedException;

/**
 * The outcome of a publish, as the tag {@code outcome} has it.
 *
 * @since 0.1.0
 */
public enum PublishOutcome {

	/** At least one responder acted, and as many as were required. */
	ACTED,

	/** A responder answered with a failure. */
	FAILED,

	/** An awaited responder did not answer. */
	MISSING,

	/** Responders were awaited, and none has a handler. */
	UNHANDLED,

	/** No responder was awaited. */
	NO_SUBSCRIBER,

	/** Too many publishes were in flight: the signal was not sent. */
	REJECTED,

	/** The caller cancelled it, or was interrupted. */
	CANCELLED,

	/** It failed with an exception. */
	ERROR;

	public static PublishOutcome of(@Nullable SignalResult result, @Nullable Throwable failure) {
		if (result == null) {
			return isCancelled(failure) ? CANCELLED : (failure instanceof TaskRejectedException) ? REJECTED : ERROR;
		}
		return switch (result.code()) {
			case SUB_FAILED -> FAILED;
			case MISSING_RESPONSE -> MISSING;
			case ALL_SUBS_SUCCESS -> result.isSuccess() ? ACTED : (result.awaited() > 0) ? UNHANDLED : NO_SUBSCRIBER;
		};
	}

	// A caller that is interrupted cancels it, and gets another exception.
	private static boolean isCancelled(@Nullable Throwable failure) {
		return failure instanceof CancellationException
				|| (failure != null && failure.getCause() instanceof InterruptedException);
	}

	public String tag() {
		return name().toLowerCase(Locale.ROOT);
	}

}
