package io.github.statesignals.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Responder that a test plays: a separate application on the broker of the tested one. It
 * acknowledges signals until the test decides otherwise. Ends with its
 * {@link SignalScenario}.
 * <p>
 * Safe for concurrent use. Settings apply to the signals that are received from then on.
 *
 * @since 0.1.0
 */
public final class TestResponder {

	private final List<Signal> received = new CopyOnWriteArrayList<>();

	// One for each of its starts, as the ids. The last one is the present.
	@GuardedBy("this")
	private final List<Peer> peers = new ArrayList<>();

	@GuardedBy("this")
	private final List<String> ids = new ArrayList<>();

	private final String name;

	private final String channel;

	private final Supplier<Peer> newPeer;

	private final Supplier<List<DefaultSignalExporter>> exporters;

	private volatile @Nullable Acknowledgement answer = Acknowledgement.success();

	private volatile Duration delay = Duration.ZERO;

	TestResponder(String name, String channel, Supplier<Peer> newPeer,
			Supplier<List<DefaultSignalExporter>> exporters) {
		this.name = name;
		this.channel = channel;
		this.newPeer = newPeer;
		this.exporters = exporters;
	}

	synchronized void start() {
		Peer peer = this.newPeer.get();
		this.peers.add(peer);
		DefaultSignalResponder responder = (DefaultSignalResponder) peer.engine().get(this.name, this.channel);
		responder.on(Signal.INITIALIZATION, (initialization) -> Acknowledgement.success());
		responder.listen((signal) -> receive(peer, responder, signal));
		peer.engine().start();
		this.ids.add(responder.getResponderId());
		// It also announces itself, and exporters take their time to ask it.
		this.exporters.get()
			.forEach(
					(exporter) -> peer.transport()
						.send(this.channel,
								new Response(responder.getResponderId(), exporter.getPublisherId(),
										Signal.INITIALIZATION, Acknowledgement.SUCCESS, null),
								responder.subscription(), null));
		awaitSubscribed(true);
	}

	private void awaitSubscribed(boolean subscribed) {
		String id = getId();
		boolean changed = Waiting.until(() -> this.exporters.get()
			.stream()
			.allMatch((exporter) -> exporter.getSubscribers().contains(id) == subscribed));
		if (!changed) {
			throw new AssertionError("'%s' is %s subscribed to each exporter of the application after %s".formatted(id,
					subscribed ? "not" : "still", Waiting.PATIENCE));
		}
	}

	private void receive(Peer peer, SignalResponder responder, Signal signal) {
		if (Signal.isReserved(signal.event())) {
			return;
		}
		this.received.add(signal);
		Acknowledgement answer = this.answer;
		if (answer != null) {
			Runnable respond = () -> responder.respond(signal, answer.ras(), answer.message());
			if (this.delay.isZero()) {
				respond.run();
			}
			else {
				peer.engine().services().timer().schedule(this.delay, respond);
			}
		}
	}

	/**
	 * Returns its id. It has another one after it has come back.
	 * @return the id of the responder on the wire
	 */
	public synchronized String getId() {
		return this.ids.get(this.ids.size() - 1);
	}

	/**
	 * Returns the signals that it has received, without reserved ones.
	 * @return a snapshot, in the order in which they were received
	 */
	public List<Signal> received() {
		return List.copyOf(this.received);
	}

	/**
	 * Acknowledges signals.
	 * @return this
	 */
	public TestResponder acknowledges() {
		return answers(Acknowledgement.success());
	}

	/**
	 * Acknowledges signals.
	 * @param message the message of its answers
	 * @return this
	 */
	public TestResponder acknowledges(String message) {
		return answers(Acknowledgement.success(message));
	}

	/**
	 * Answers signals with {@code ras} 0.
	 * @param message the message of its answers
	 * @return this
	 */
	public TestResponder refuses(String message) {
		return answers(Acknowledgement.failure(message));
	}

	/**
	 * Receives signals and does not answer them. It is still connected, and answers
	 * probes.
	 * @return this
	 */
	public TestResponder isSilent() {
		return answers(null);
	}

	private TestResponder answers(@Nullable Acknowledgement answer) {
		this.answer = answer;
		return this;
	}

	/**
	 * Answers signals after a time.
	 * @param delay the time between a signal and its answer; zero: at once
	 * @return this
	 * @see SignalScenario#advance(Duration)
	 */
	public TestResponder isSlow(Duration delay) {
		this.delay = delay;
		return this;
	}

	/**
	 * Ends as a process that is killed: without announcing it, and with the signals that
	 * it has not answered. Exporters still await it until they have probed it.
	 * @return this
	 */
	public synchronized TestResponder dies() {
		peer().transport().cut(true);
		return this;
	}

	@GuardedBy("this")
	private Peer peer() {
		return this.peers.get(this.peers.size() - 1);
	}

	/**
	 * Ends as an application that stops before it has begun to handle the signals that it
	 * has received: it announces that it leaves. Returns when the exporters of the tested
	 * application no longer await it.
	 * @return this
	 */
	public synchronized TestResponder leaves() {
		DefaultSignalResponder responder = (DefaultSignalResponder) peer().engine().get(this.name, this.channel);
		peer().transport()
			.send(this.channel, new Response(getId(), SignalTransport.ALL_EXPORTERS, Signal.SHUTDOWN, null, null),
					responder.leaveExtension(), null);
		dies();
		awaitSubscribed(false);
		return this;
	}

	/**
	 * Starts again after it has died or left, under another id, as a process that was
	 * restarted. Returns when it is subscribed to the initialized exporters of the tested
	 * application.
	 * @return this
	 */
	public TestResponder comesBack() {
		dies();
		start();
		return this;
	}

	synchronized void close() {
		this.peers.forEach(Peer::close);
		// Without extensions it does not announce that it leaves.
		for (DefaultSignalExporter exporter : this.exporters.get()) {
			this.ids.forEach(exporter.subscriptions()::evict);
		}
	}

}
