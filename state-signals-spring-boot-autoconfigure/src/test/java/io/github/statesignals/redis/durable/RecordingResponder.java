package io.github.statesignals.redis.durable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Records the signals of one responder, and acknowledges those that it is to.
 */
class RecordingResponder extends SilentListener {

	final List<Integer> numbers = new CopyOnWriteArrayList<>();

	final List<Signal> signals = new CopyOnWriteArrayList<>();

	final List<Receipt> receipts = new CopyOnWriteArrayList<>();

	final List<String> dropped = new CopyOnWriteArrayList<>();

	final List<String> malformed = new CopyOnWriteArrayList<>();

	final List<Boolean> gaps = new CopyOnWriteArrayList<>();

	final String name;

	final SignalTransport transport;

	final Predicate<Integer> acknowledged;

	final Map<Integer, Supplier<Error>> failures = new ConcurrentHashMap<>();

	volatile int refusals;

	RecordingResponder(String name, SignalTransport transport, Predicate<Integer> acknowledged) {
		this.name = name;
		this.transport = transport;
		this.acknowledged = acknowledged;
	}

	List<Integer> distinct() {
		return this.numbers.stream().distinct().toList();
	}

	@Override
	public Collection<String> responders(String channel) {
		return List.of(this.name);
	}

	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			Receipt receipt) {
		if (this.refusals > 0) {
			this.refusals--;
			return false;
		}
		Supplier<Error> failure = this.failures.get((int) signal.sampleNo());
		if (failure != null) {
			throw failure.get();
		}
		this.numbers.add((int) signal.sampleNo());
		this.signals.add(signal);
		this.receipts.add(receipt);
		if (this.acknowledged.test((int) signal.sampleNo())) {
			answer(this.receipts.size() - 1);
		}
		return true;
	}

	CompletableFuture<?> answer(int index) {
		Signal signal = this.signals.get(index);
		return this.receipts.get(index)
			.acknowledge(new Response(this.name, signal.publisherId(), signal.event(), 1, "done"),
					ResponseExtension.UNDERSTOOD);
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
		this.dropped.add(publisherId + ": " + count);
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		throw new IllegalStateException("Signals of durable channels are stored");
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		// It has no exporter.
	}

	@Override
	public void onMalformed(String source, String problem) {
		this.malformed.add(problem);
	}

	@Override
	public void onConnected(boolean gap) {
		this.gaps.add(gap);
	}

}
