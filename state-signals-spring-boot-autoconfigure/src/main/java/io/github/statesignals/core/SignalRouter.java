package io.github.statesignals.core;

import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalGapEvent;
import io.github.statesignals.SignalsMissedEvent;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.HeardSignals.Arrival;
import io.github.statesignals.core.HeardSignals.Order;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what a transport hears to those whom it concerns.
 */
final class SignalRouter implements DurableSignalTransport.Listener {

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	/**
	 * A nonce comes back with the answer, and must not fill the channel.
	 */
	private static final int LONGEST_NONCE = 128;

	private final SignalEngine engine;

	private final boolean enabled;

	private final Extensions extensions;

	private final HeardSignals heard = new HeardSignals();

	/**
	 * Held while a signal is being accepted, so that none slips through while stopping.
	 */
	private final ReadWriteLock acceptance = new ReentrantReadWriteLock();

	private volatile boolean accepting;

	SignalRouter(SignalEngine engine) {
		this.engine = engine;
		this.enabled = engine.getSettings().responders().enabled();
		this.extensions = engine.getSettings().extensions();
	}

	/**
	 * Accept signals from here on.
	 */
	void accept() {
		this.accepting = true;
	}

	/**
	 * Accept no signal any more: when this returns, none is being accepted either.
	 * @return whether they were accepted until now
	 */
	boolean refuse() {
		this.acceptance.writeLock().lock();
		try {
			boolean before = this.accepting;
			this.accepting = false;
			return before;
		}
		finally {
			this.acceptance.writeLock().unlock();
		}
	}

	boolean isAccepting() {
		return this.accepting;
	}

	@Override
	public boolean wantsSignals(String channel) {
		if (!this.enabled) {
			return false;
		}
		for (DefaultSignalResponder responder : this.engine.getResponders()) {
			if (responder.hears() && responder.getChannel().equals(channel)) {
				return true;
			}
		}
		return false;
	}

	@Override
	public Collection<String> responders(String channel) {
		return this.engine.getResponders()
			.stream()
			.filter((responder) -> this.enabled && responder.hears() && responder.getChannel().equals(channel))
			.map(DefaultSignalResponder::getName)
			.toList();
	}

	@Override
	public boolean wantsResponses(String channel) {
		return this.engine.hasExporter(channel);
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		this.engine.counters().signals.increment();
		this.acceptance.readLock().lock();
		try {
			if (this.accepting && this.enabled) {
				deliver(channel, signal, (this.extensions != Extensions.OFF) ? extension : null);
			}
		}
		finally {
			this.acceptance.readLock().unlock();
		}
	}

	private void deliver(String channel, Signal signal, @Nullable SignalExtension extension) {
		Arrival arrival = arrive(channel, signal.publisherId(), signal.event(), extension);
		if (arrival == null) {
			return;
		}
		Delivery delivery = new Delivery(signal, extension,
				supportsExtensions(channel, signal.publisherId(), extension), arrival.deadlineNanos(), null);
		for (DefaultSignalResponder responder : this.engine.getResponders()) {
			if (!responder.getChannel().equals(channel)) {
				continue;
			}
			if (arrival.order() == Order.OVERTAKEN) {
				responder.onOvertaken(delivery);
			}
			else {
				responder.onSignal(delivery);
			}
		}
	}

	private @Nullable Arrival arrive(String channel, String publisherId, String event,
			@Nullable SignalExtension extension) {
		Arrival arrival = this.heard.hear(channel, publisherId, extension, this.engine.getTimer().nanoTime());
		if (arrival.order() == Order.REPEATED) {
			this.engine.counters().repeated.increment();
			logger.debug("'{}' of '{}' is repeated", event, publisherId);
			return null;
		}
		if (arrival.missed() > 0) {
			missed(channel, publisherId, arrival.missed());
		}
		return arrival;
	}

	private boolean supportsExtensions(String channel, String publisherId, @Nullable SignalExtension extension) {
		return extension != null
				|| (this.extensions != Extensions.OFF && this.heard.supportsExtensions(channel, publisherId));
	}

	@Override
	public void onRegistered(String channel, String responder) {
		DefaultSignalResponder named = this.engine.findResponder(responder, channel);
		if (named != null) {
			this.engine.sayHello(named);
		}
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		for (DefaultSignalExporter exporter : this.engine.getExporters()) {
			if (exporter.getChannel().equals(channel)) {
				registered.forEach(exporter::onHello);
				removed.forEach(exporter::leave);
			}
		}
	}

	// Neither numbers nor deadlines: each is told apart, and wanted however late.
	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			DurableSignalTransport.Receipt receipt) {
		this.acceptance.readLock().lock();
		try {
			DefaultSignalResponder named = this.engine.findResponder(responder, channel);
			boolean accepted = this.accepting && this.enabled && named != null
					&& named.onSignal(new Delivery(signal, extension, true, null, receipt));
			if (accepted) {
				this.engine.counters().signals.increment();
			}
			return accepted;
		}
		finally {
			this.acceptance.readLock().unlock();
		}
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
		logger.warn("Signals stored for '{}' on channel '{}' were dropped before it received them: {}", responder,
				channel, count);
		missed(channel, publisherId, count);
	}

	private void missed(String channel, String publisherId, long count) {
		this.engine.counters().missed.add(count);
		this.engine.publishEvent(new SignalsMissedEvent(publisherId, channel, count));
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		this.engine.counters().responses.increment();
		boolean extended = this.extensions != Extensions.OFF;
		Probe probe = null;
		if (extended && extension != null && extension.probe() != null) {
			probe = extension.probe();
			if (probe.state() == null) {
				answer(channel, response, probe, extension.address());
				return;
			}
		}
		if (extended && SignalTransport.ALL_EXPORTERS.equals(response.publisherId())) {
			this.engine.getExporters()
				.stream()
				.filter((exporter) -> exporter.getChannel().equals(channel))
				.forEach((exporter) -> onAnnouncement(exporter, response, extension));
			return;
		}
		DefaultSignalExporter exporter = this.engine.findExporter(response.publisherId());
		if (exporter == null || !exporter.getChannel().equals(channel)) {
			return;
		}
		if (probe != null) {
			exporter.onProbeAnswer(response.responderId(), probe);
		}
		else if (extended && extension != null && Signal.SHUTDOWN.equals(response.event())) {
			onAnnouncement(exporter, response, extension);
		}
		else {
			exporter.onResponse(response, extended ? extension : null);
		}
	}

	// On the transport's thread: handlers may be busy.
	private void answer(String channel, Response response, Probe probe, @Nullable String address) {
		if (address == null || probe.nonce().length() > LONGEST_NONCE) {
			return;
		}
		State state = State.ABSENT;
		for (DefaultSignalResponder responder : this.engine.getResponders()) {
			if (responder.getResponderId().equals(response.responderId()) && responder.getChannel().equals(channel)
					&& responder.isWorkingFor(response.publisherId())) {
				state = State.WORKING;
			}
		}
		// Nothing of what came with it: anybody can send a probe.
		Response answer = new Response(response.responderId(), response.publisherId(), ResponderProbes.EVENT, null,
				null);
		this.engine.send(channel, answer,
				new ResponseExtension(null, null, null, null, new Probe(probe.nonce(), state)), address);
	}

	private void onAnnouncement(DefaultSignalExporter exporter, Response response,
			@Nullable ResponseExtension extension) {
		switch (response.event()) {
			case Signal.INITIALIZATION -> exporter.onHello(response.responderId());
			case Signal.SHUTDOWN -> {
				if (extension != null) {
					exporter.onBye(response.responderId(), extension.seal());
				}
			}
			default -> logger.debug("'{}' announces what nobody understands", response.responderId());
		}
	}

	@Override
	public void onMalformed(String source, String problem) {
		this.engine.counters().malformed(source, problem);
	}

	@Override
	public void onUnreadable(String channel, UnreadableSignal unreadable) {
		String publisherId = unreadable.publisherId();
		String event = unreadable.event();
		// Subscribing and leaving are for those who can be understood.
		if (publisherId == null || event == null || Signal.isReserved(event)
				|| SignalTransport.ALL_EXPORTERS.equals(publisherId)) {
			return;
		}
		this.acceptance.readLock().lock();
		try {
			if (this.accepting && this.enabled) {
				deliver(channel, publisherId, event, unreadable);
			}
		}
		finally {
			this.acceptance.readLock().unlock();
		}
	}

	private void deliver(String channel, String publisherId, String event, UnreadableSignal unreadable) {
		SignalExtension extension = (this.extensions != Extensions.OFF) ? unreadable.extension() : null;
		if (arrive(channel, publisherId, event, extension) == null) {
			return;
		}
		Delivery delivery = Delivery.unreadable(publisherId, event, unreadable.tag(), extension,
				supportsExtensions(channel, publisherId, extension), null);
		for (DefaultSignalResponder responder : this.engine.getResponders()) {
			if (responder.getChannel().equals(channel)) {
				responder.onUnreadable(delivery, unreadable);
			}
		}
	}

	@Override
	public boolean onUnreadable(String channel, String responder, UnreadableSignal unreadable,
			DurableSignalTransport.Receipt receipt) {
		this.acceptance.readLock().lock();
		try {
			DefaultSignalResponder named = this.engine.findResponder(responder, channel);
			Delivery delivery = Delivery.unreadable(Objects.requireNonNullElse(unreadable.publisherId(), ""),
					Objects.requireNonNullElse(unreadable.event(), ""), unreadable.tag(), unreadable.extension(), true,
					receipt);
			return this.accepting && this.enabled && named != null && named.onUnreadable(delivery, unreadable);
		}
		finally {
			this.acceptance.readLock().unlock();
		}
	}

	@Override
	public void onConnected(boolean gap) {
		if (gap) {
			logger.warn("Hearing signals again after a gap: what was sent meanwhile may have been missed");
			this.engine.counters().gaps.increment();
			this.engine.publishEvent(new SignalGapEvent());
			if (this.extensions != Extensions.OFF) {
				this.engine.getExporters().forEach(DefaultSignalExporter::onGap);
			}
		}
		this.engine.onConnected();
	}

}
