package io.github.statesignals.redis.durable;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.FrameLine;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Sends the acknowledgements of one responder, each batch until it is confirmed. Sending
 * one twice does no harm.
 */
final class AcknowledgementQueue extends BatchQueue<AcknowledgedSignal> {

	private final Function<List<AcknowledgedSignal>, CompletableFuture<Boolean>> sender;

	private final Retries retries;

	private final FailureLog failures = new FailureLog();

	private final String refused;

	AcknowledgementQueue(Function<List<AcknowledgedSignal>, CompletableFuture<Boolean>> sender, StreamServices services,
			long maxPayload, String refused) {
		// They are sent as a frame.
		super(services.eventLoop(), SignalTransport.MAX_FRAME_MESSAGES,
				Math.min(SignalTransport.MAX_FRAME_BYTES, maxPayload));
		this.sender = sender;
		this.retries = services.retries();
		this.refused = refused;
	}

	AcknowledgedSignal add(PendingSignal signal, FrameLine answer, byte[] address) {
		// An entry is acknowledged with the last of its signals, and not before.
		return add(() -> new AcknowledgedSignal(signal, answer, address, signal.entry().acknowledge(signal)));
	}

	@Override
	long size(AcknowledgedSignal signal) {
		return signal.answered().answer().length() + 1;
	}

	@Override
	boolean fits(AcknowledgedSignal first, AcknowledgedSignal next) {
		return next.token() == first.token();
	}

	@Override
	void send(List<AcknowledgedSignal> batch, int attempt) {
		request(() -> this.sender.apply(batch)).whenComplete((held, ex) -> {
			if (ex != null) {
				this.retries.backOff(attempt, () -> send(batch, attempt + 1));
			}
			else {
				// The next batch first: it is in flight while these are notified.
				sendNext();
				batch.forEach((sent) -> sent.complete(held));
			}
			this.failures.log(this.refused, ex);
		});
	}

	@Override
	RuntimeException closed(AcknowledgedSignal signal, boolean sent) {
		return new DataAccessResourceFailureException(
				"the connection was closed before Redis had stored the acknowledgement: the signal is delivered again");
	}

}
