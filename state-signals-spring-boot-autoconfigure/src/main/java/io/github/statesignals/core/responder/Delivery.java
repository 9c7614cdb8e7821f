package io.github.statesignals.core.responder;

import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.statesignals.Signal;
import io.github.statesignals.core.SignalSize;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * A signal that is delivered to responders. Its publisher may support extensions although
 * this signal has none, because not all subscribers do; that may be known only later.
 */
public record Delivery(Signal signal, @Nullable SignalExtension extension, BooleanSupplier extended,
		@Nullable Long deadlineNanos, @Nullable Receipt receipt, long bytes, ResponseExtension answerExtension) {

	public Delivery(Signal signal, @Nullable SignalExtension extension, BooleanSupplier extended,
			@Nullable Long deadlineNanos, @Nullable Receipt receipt) {
		this(signal, extension, extended, deadlineNanos, receipt,
				SignalSize.of(signal, (extension != null) ? extension.trace() : Map.of()),
				(extension != null && extension.id() != null) ? new ResponseExtension(extension.id())
						: ResponseExtension.UNDERSTOOD);
	}

	boolean isExpired(long nowNanos) {
		return this.deadlineNanos != null && nowNanos - this.deadlineNanos > 0;
	}

	@Nullable String replyTo() {
		return (this.extension != null) ? this.extension.replyTo() : null;
	}

	// Before each handler starts. False if the signal must not be handled here any more.
	boolean begin() {
		return this.receipt == null || this.receipt.begin();
	}

	// Has a stored signal delivered again. False for any other.
	boolean release() {
		return this.receipt != null && this.receipt.release();
	}

	// Acknowledges a stored signal that gets no answer.
	void settle() {
		if (this.receipt != null) {
			this.receipt.acknowledge(null, null);
		}
	}

}
