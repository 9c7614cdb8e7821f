package io.github.statesignals.core.exporter;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.publish.SignalPublisher;
import io.github.statesignals.core.publish.UnhandledEvents;
import io.github.statesignals.core.publish.membership.KnownResponder;
import io.github.statesignals.core.publish.membership.KnownResponders;
import io.github.statesignals.core.publish.membership.ResponderProbes;
import io.github.statesignals.core.publish.membership.ResponderProbes.Suspicion;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.ResponderRegistry;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribes responders to one exporter and removes them: by their responses and
 * announcements, by probes, and by the state of the responders of the same application.
 * The monitor is held while one of these is subscribed or removed, so that each decision
 * is about its state at that time.
 */
public final class Subscriptions {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final String publisherId;

	private final String channel;

	private final EngineServices services;

	private final ResponderRegistry localResponders;

	private final Supplier<@Nullable Signal> initialization;

	private final KnownResponders responders = new KnownResponders();

	private final ResponderProbes probes;

	private final SignalPublisher publisher;

	private final SubscriptionRequests requests;

	Subscriptions(String publisherId, String channel, EngineServices services, ResponderRegistry localResponders,
			Supplier<@Nullable Signal> initialization) {
		this.publisherId = publisherId;
		this.channel = channel;
		this.services = services;
		this.localResponders = localResponders;
		this.initialization = initialization;
		this.probes = new ResponderProbes(publisherId, this.responders, new Peers(), services.timer(),
				services.settings().exporters().probeAfter());
		this.publisher = new SignalPublisher(services, channel, this.responders, this.probes,
				new UnhandledEvents(() -> localResponders.handledEvents(channel)), this::onMissed);
		this.requests = new SubscriptionRequests(publisherId, services.timer(), this.responders, initialization,
				this.publisher);
	}

	public KnownResponders responders() {
		return this.responders;
	}

	SubscriptionRequests requests() {
		return this.requests;
	}

	public SignalPublisher publisher() {
		return this.publisher;
	}

	void open(Collection<String> expected) {
		this.responders.open(expected);
		if (!this.services.outbound().isDurable(this.channel)) {
			// Where it is, the transport knows the subscribers.
			for (DefaultSignalResponder responder : this.localResponders.all()) {
				join(responder);
			}
		}
	}

	void clear() {
		this.requests.clear();
		this.probes.clear();
	}

	// Sends nothing, and ignores a responder that does not answer this exporter's
	// initialization.
	public void join(DefaultSignalResponder responder) {
		Signal initialization = this.initialization.get();
		EngineSettings settings = this.services.settings();
		if (initialization == null || !settings.responders().enabled()
				|| !responder.getChannel().equals(this.channel)) {
			return;
		}
		synchronized (this) {
			if (responder.subscribesTo(initialization)) {
				subscribe(responder.getResponderId(),
						(settings.extensions() != Extensions.OFF) ? responder.subscription() : null);
			}
		}
	}

	// Its answer to an initialization may be received after it has left.
	private synchronized void onSubscriptionOf(DefaultSignalResponder own, @Nullable ResponseExtension extension) {
		if (own.isListening()) {
			subscribe(own.getResponderId(), extension);
		}
	}

	private void subscribe(String responderId, @Nullable ResponseExtension extension) {
		if (this.responders.add(responderId, extension)) {
			logger.debug("'{}' subscribed to '{}'", LogText.printable(responderId), this.publisherId);
			if (extension != null) {
				this.probes.returned(responderId);
			}
			this.services.events()
				.publish(new SubscriberJoinedEvent(this.publisherId, responderId), this.publisherId, responderId);
		}
		else if (this.responders.isRefused(responderId, extension)) {
			this.services.counters().subscriptionRefused(responderId, this.publisherId);
		}
		KnownResponder responder = (extension != null) ? this.responders.find(responderId) : null;
		if (responder != null && responder.isDisputed()) {
			this.probes.suspect(responderId, Suspicion.DISPUTED);
		}
	}

	public void onResponse(Response response, @Nullable ResponseExtension extension) {
		String responderId = response.responderId();
		if (Signal.INITIALIZATION.equals(response.event())) {
			DefaultSignalResponder own = this.localResponders.findBroadcast(responderId);
			if (own == null) {
				subscribe(responderId, extension);
			}
			else {
				onSubscriptionOf(own, extension);
			}
			return;
		}
		if (this.responders.answered(responderId)) {
			// It was slow, and is connected.
			subscribe(responderId, extension);
		}
		this.publisher.onResponse(response, extension);
	}

	// Takes a response that comes while the exporter is shut down.
	public void onLateResponse(Response response, @Nullable ResponseExtension extension) {
		this.publisher.onLateResponse(response, extension);
	}

	// Asks the responder to subscribe, unless it does so by itself.
	public void onHello(String responderId, ResponseExtension hello) {
		if (hello.address() != null && this.services.outbound().isDurable(this.channel)) {
			// No responder on a durable channel has an address.
			this.services.counters().notDurable(responderId, this.channel, this.publisherId);
		}
		else {
			this.requests.add(responderId, hello);
		}
	}

	// If more clients receive the channel than received the last initialization, asks
	// again: a responder that does not support extensions subscribes only when it is
	// asked.
	public void onReceivers(long receivers) {
		this.requests.count(receivers);
	}

	// Any client can announce it in the name of a responder: it has to be proved with the
	// key of the LeaveSeal, or the responder to confirm it.
	public void onBye(String responderId, @Nullable String key) {
		DefaultSignalResponder own = this.localResponders.findBroadcast(responderId);
		KnownResponder responder = this.responders.find(responderId);
		if (own != null) {
			// It needs no proof. The responder may be back before its bye is received.
			withdraw(own, true);
		}
		else if (responder == null) {
			logger.debug("'{}' is not subscribed to '{}', and leaves", LogText.printable(responderId),
					this.publisherId);
		}
		else if (responder.isLeave(key)) {
			leave(responderId);
		}
		else if (responder.isProbed()) {
			this.probes.suspect(responderId, Suspicion.LEAVING);
		}
		else {
			this.services.counters().refused(responderId, this.publisherId);
		}
	}

	public void leave(String responderId) {
		this.publisher.completeEnded(() -> {
			if (this.publisher.remove(responderId, true)) {
				left(responderId, Reason.SAID_BYE);
			}
		});
	}

	// The last answers of the responder and its bye are in flight, and end the wait for
	// it, unless the bye was received or can't be sent. Ignores a responder that listens
	// again.
	public void withdraw(DefaultSignalResponder responder, boolean atOnce) {
		this.publisher.completeEnded(() -> removeUnlessListening(responder, atOnce));
	}

	private synchronized void removeUnlessListening(DefaultSignalResponder responder, boolean atOnce) {
		String responderId = responder.getResponderId();
		if (!responder.isListening()
				&& (atOnce ? this.publisher.remove(responderId, true) : this.responders.remove(responderId))) {
			left(responderId, Reason.SAID_BYE);
		}
	}

	private void left(String responderId, Reason reason) {
		logger.debug("'{}' left '{}' ({})", LogText.printable(responderId), this.publisherId, reason);
		this.services.events()
			.publish(this.publisher.unlocked(), new SubscriberLeftEvent(this.publisherId, responderId, reason),
					this.publisherId, responderId);
	}

	private void onMissed(Set<String> responderIds) {
		// On a durable channel it is stored for them, however long they are disconnected.
		if (this.services.outbound().isDurable(this.channel)) {
			return;
		}
		responderIds.forEach((responderId) -> this.probes.suspect(responderId, Suspicion.OVERDUE));
		if (this.services.settings().exporters().evictAfterMissed() > 0) {
			// They may have answered an exporter that receives nothing, and may answer
			// before it knows.
			Map<String, AtomicInteger> overdue = this.responders.overdue(responderIds);
			this.probes.afterProof(() -> evictMissing(overdue));
		}
	}

	private void evictMissing(Map<String, AtomicInteger> overdue) {
		int limit = this.services.settings().exporters().evictAfterMissed();
		List<String> evicted = evict(overdue, limit);
		if (!evicted.isEmpty()) {
			logger.warn("No longer awaited by '{}', because {} signals in a row were not answered: {}",
					this.publisherId, limit, LogText.printable(evicted));
		}
	}

	private List<String> evict(Map<String, AtomicInteger> overdue, int limit) {
		List<String> evicted = this.responders.missed(overdue, limit);
		evicted.forEach((responderId) -> left(responderId, Reason.EVICTED));
		return evicted;
	}

	// Until it answers again. Publishes in flight still await it.
	public boolean evict(String responderId) {
		return !evict(this.responders.overdue(Set.of(responderId)), 1).isEmpty();
	}

	public void onProbeAnswer(String responderId, Probe answer) {
		this.probes.onAnswer(responderId, answer);
	}

	// Asks again for subscribers and for stored answers: responses may have been lost.
	public void onGap() {
		this.publisher.recall();
		this.requests.send();
	}

	// The exporter and its subscribers, as probing needs them.
	private final class Peers implements ResponderProbes.Peers {

		private final Subscriptions all = Subscriptions.this;

		@Override
		public @Nullable String address() {
			boolean extended = this.all.services.settings().extensions() != Extensions.OFF;
			return extended ? this.all.services.outbound().transport().replyTo(this.all.channel) : null;
		}

		@Override
		public boolean isConnected() {
			return this.all.services.outbound().isConnected();
		}

		@Override
		public boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
			return this.all.publisher.findOverdue(sentBeforeNanos, ids);
		}

		@Override
		public void probe(String responderId, Probe probe, @Nullable String address) {
			this.all.services.outbound()
				.send(this.all.channel,
						new Response(responderId, this.all.publisherId, Outbound.PROBE_EVENT, null, null),
						new ResponseExtension(null, null, address(), null, probe), address);
		}

		@Override
		public void lose(String responderId) {
			this.all.publisher.completeEnded(() -> {
				if (this.all.publisher.remove(responderId, false)) {
					this.all.services.counters().goneResponders.warn(logger,
							"'{}' does not answer probes of '{}': it is gone, and no longer awaited",
							LogText.printable(responderId), this.all.publisherId);
					left(responderId, Reason.GONE);
				}
			});
		}

		@Override
		public void refuseLeave(String responderId) {
			this.all.services.counters().refused(responderId, this.all.publisherId);
		}

	}

}
