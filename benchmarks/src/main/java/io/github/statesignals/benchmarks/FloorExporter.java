package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.lettuce.core.resource.ClientResources;

/**
 * Publishes with Lettuce alone. Answers are matched by the id that they echo, so any
 * number of signals may be in flight; answers are counted on the event loop.
 */
final class FloorExporter implements ExporterArm {

	private static final String INITIALIZATION = "initialization";

	private final String publisherId = "floor-" + UUID.randomUUID();

	private final FloorConnections connections;

	private final FloorChannels channels;

	private final Map<Long, Pending> pendings = new ConcurrentHashMap<>();

	/**
	 * Reads on the one event loop.
	 */
	private final FloorResponseReader response;

	private final FloorSignalWriter signal;

	private final AtomicLong ids = new AtomicLong();

	FloorExporter(Arguments arguments) {
		this(arguments, FloorConnections.resources());
	}

	FloorExporter(Arguments arguments, ClientResources resources) {
		this.channels = FloorChannels.of(arguments);
		this.connections = new FloorConnections(arguments, resources);
		boolean json = Arm.of(arguments.get("arm")) == Arm.FLOOR_JSON;
		String replyTo = arguments.has("reply-to") ? this.publisherId + "-response" : null;
		this.response = json ? new FloorJsonResponseReader(this.publisherId)
				: new FloorScannedResponseReader(this.publisherId);
		this.signal = json ? FloorSignalWriter.json(this.publisherId, replyTo)
				: FloorSignalWriter.template(this.publisherId, replyTo);
		if (replyTo != null) {
			this.connections.receive(this::onResponse, this.channels.responses(), FloorChannels.bytes(replyTo));
		}
		else {
			this.connections.receive(this::onResponse, this.channels.responses());
		}
	}

	@Override
	public boolean await(int awaited, Duration timeout) throws InterruptedException {
		return ExporterArm.initialize(() -> send(INITIALIZATION, 0), () -> this.response.responders() >= awaited,
				timeout);
	}

	@Override
	public boolean publish() throws Exception {
		return publishAsync().get(RESPONSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public CompletableFuture<Boolean> publishAsync() {
		Pending pending = new Pending(this.response.responders());
		long id = this.ids.incrementAndGet();
		this.pendings.put(id, pending);
		send(EVENT, id);
		return pending.future;
	}

	private void send(String event, long id) {
		this.connections
			.publishTogether(FloorConnections.command(this.channels.signals(), this.signal.write(event, id, id)));
	}

	private void onResponse(byte[] payload) {
		if (!this.response.read(payload) || this.response.initialization) {
			return;
		}
		Pending pending = this.pendings.get(this.response.id);
		int responder = this.response.responder();
		if (pending != null && responder >= 0 && pending.onAnswer(responder, this.response.ras)) {
			this.pendings.remove(this.response.id);
			pending.future.complete(pending.success);
		}
	}

	/**
	 * A signal in flight. Answers are received on one thread.
	 */
	private static final class Pending {

		private final CompletableFuture<Boolean> future = new CompletableFuture<>();

		private final BitSet missing;

		private int remaining;

		private boolean success = true;

		Pending(int awaited) {
			this.missing = new BitSet(awaited);
			this.missing.set(0, awaited);
			this.remaining = awaited;
		}

		boolean onAnswer(int responder, int ras) {
			if (!this.missing.get(responder)) {
				return false;
			}
			this.missing.clear(responder);
			this.success &= (ras == 1);
			return --this.remaining == 0;
		}

	}

}
