package io.github.statesignals.core;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * A signal on its way to a responder.
 *
 * @param signal the signal
 * @param extension what it says to those who understand, if anything
 * @param deadlineNanos until when its publisher awaits an answer; {@code null} if that is
 * not known
 */
record Delivery(Signal signal, @Nullable SignalExtension extension, @Nullable Long deadlineNanos) {

	boolean isExpired(long nowNanos) {
		return this.deadlineNanos != null && nowNanos - this.deadlineNanos > 0;
	}

	@Nullable String replyTo() {
		return (this.extension != null) ? this.extension.replyTo() : null;
	}

}
