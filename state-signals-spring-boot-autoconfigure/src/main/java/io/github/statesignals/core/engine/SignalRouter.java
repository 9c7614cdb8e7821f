package io.github.statesignals.core.engine;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalGapEvent;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.engine.PublisherTrack.Relation;
import io.github.statesignals.core.engine.PublisherTracks.Arrival;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.exporter.ExporterRegistry;
import io.github.statesignals.core.responder.Announcements;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.Delivery;
import io.github.statesignals.core.responder.ResponderRegistry;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

record SignalRouter(EngineServices services, ExporterRegistry exporters, ResponderRegistry responders,
		Announcements<DefaultSignalResponder> announcements, Acceptance acceptance, Runnable onConnected,
		boolean enabled, boolean extensible, MissedSignals missed,
		SequenceTracker sequences) implements DurableSignalTransport.Listener {

	private static final Logger logger = LoggerFactory.getLogger(SignalRouter.class);

	// A nonce comes back with the answer, and must not fill the channel.
	private static final int LONGEST_NONCE = 128;

	private static final BooleanSupplier EXTENDED = () -> true;

	SignalRouter(EngineServices services, ExporterRegistry exporters, ResponderRegistry responders,
			Announcements<DefaultSignalResponder> announcements, Acceptance acceptance, Runnable onConnected) {
		this(services, exporters, responders, announcements, acceptance, onConnected,
				services.settings().responders().enabled(), services.settings().extensions() != Extensions.OFF,
				new MissedSignals(services.events(), services.counters(), services.timer()), new SequenceTracker());
	}

	@Override
	public boolean wantsSignals(String channel) {
		if (!this.enabled) {
			return false;
		}
		for (DefaultSignalResponder responder : this.responders.all()) {
			if (responder.isActive() && responder.getChannel().equals(channel)) {
				return true;
			}
		}
		return false;
	}

	@Override
	public Collection<String> responders(String channel) {
		return this.responders.all()
			.stream()
			// Also those that leave when they have answered.
			.filter((responder) -> this.enabled && (responder.isActive() || responder.unanswered() > 0)
					&& responder.getChannel().equals(channel))
			.map(DefaultSignalResponder::getName)
			.toList();
	}

	@Override
	public boolean wantsResponses(String channel) {
		return this.exporters.isUsed(channel);
	}

	@Override
	public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
		this.services.counters().signals.increment();
		if (this.enabled) {
			this.acceptance.accept(() -> deliver(channel, signal, extension, null));
		}
	}

	private boolean deliver(String channel, Signal signal, @Nullable SignalExtension received,
			@Nullable UnreadableSignal unreadable) {
		String publisherId = signal.publisherId();
		SignalExtension extension = this.extensible ? received : null;
		long now = this.services.timer().nanoTime();
		Arrival arrival = arrive(channel, publisherId, signal.event(), extension, now);
		if (arrival == null) {
			return false;
		}
		boolean extended = extension != null || this.sequences.supportsExtensions(channel, publisherId);
		Delivery delivery = new Delivery(signal, extension,
				extended ? EXTENDED : () -> this.sequences.supportsExtensions(channel, publisherId),
				arrival.deadlineNanos(now), null);
		for (DefaultSignalResponder responder : this.responders.all()) {
			if (!responder.getChannel().equals(channel)) {
				continue;
			}
			if (unreadable != null) {
				responder.onUnreadable(delivery, unreadable);
			}
			else if (arrival.relation() == Relation.OVERTAKEN) {
				responder.onOvertaken(delivery);
			}
			else {
				responder.onSignal(delivery);
			}
		}
		return true;
	}

	private @Nullable Arrival arrive(String channel, String publisherId, String event,
			@Nullable SignalExtension extension, long nowNanos) {
		Arrival arrival = this.sequences.track(channel, publisherId, extension, nowNanos);
		if (arrival.relation() == Relation.REPEATED) {
			this.services.counters().repeated.increment();
			if (logger.isDebugEnabled()) {
				logger.debug("'{}' of '{}' is repeated", LogText.printable(event), LogText.printable(publisherId));
			}
			return null;
		}
		if (arrival.refused() > 0) {
			this.services.counters().contradicted(publisherId, arrival.refused());
		}
		if (arrival.missed() > 0) {
			this.missed.add(channel, publisherId, arrival.missed());
		}
		return arrival;
	}

	@Override
	public void onRegistered(String channel, String responder) {
		DefaultSignalResponder named = this.responders.find(responder, channel);
		if (named != null) {
			this.announcements.hello(named);
		}
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		this.exporters.initialized(channel).forEach((exporter) -> {
			registered.forEach((name) -> exporter.subscriptions().onHello(name, ResponseExtension.UNDERSTOOD));
			removed.forEach(exporter.subscriptions()::leave);
		});
	}

	// Neither numbers nor deadlines: Redis identifies each, and none expires.
	@Override
	public boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
			DurableSignalTransport.Receipt receipt) {
		boolean accepted = acceptStored(channel, responder,
				(named) -> named.onSignal(new Delivery(signal, extension, EXTENDED, null, receipt)));
		if (accepted) {
			this.services.counters().signals.increment();
		}
		return accepted;
	}

	private boolean acceptStored(String channel, String responder, Predicate<DefaultSignalResponder> acceptance) {
		DefaultSignalResponder named = this.responders.find(responder, channel);
		return this.enabled && named != null && this.acceptance.accept(() -> acceptance.test(named));
	}

	@Override
	public void onDropped(String channel, String publisherId, String responder, long count) {
		logger.warn("Signals stored for '{}' on channel '{}' were dropped before it received them: {}",
				LogText.printable(responder), channel, count);
		this.missed.add(channel, publisherId, count);
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension received) {
		this.services.counters().responses.increment();
		ResponseExtension extension = this.extensible ? received : null;
		Probe probe = (extension != null) ? extension.probe() : null;
		if (extension != null && probe != null && probe.state() == null) {
			answer(channel, response, probe, extension.address());
			return;
		}
		if (this.extensible && SignalTransport.ALL_EXPORTERS.equals(response.publisherId())) {
			for (DefaultSignalExporter exporter : this.exporters.initialized(channel)) {
				onAnnouncement(exporter, response, extension);
			}
			return;
		}
		DefaultSignalExporter exporter = this.exporters.find(response.publisherId());
		if (exporter == null || !exporter.getChannel().equals(channel)) {
			return;
		}
		if (!exporter.isInitialized()) {
			exporter.subscriptions().onLateResponse(response, extension);
		}
		else if (probe != null) {
			exporter.subscriptions().onProbeAnswer(response.responderId(), probe);
		}
		else if (extension != null && Signal.SHUTDOWN.equals(response.event())) {
			onAnnouncement(exporter, response, extension);
		}
		else {
			exporter.subscriptions().onResponse(response, extension);
		}
	}

	// On the transport's thread: handlers may be busy. Not for a responder of another
	// application: the probe may be a copy of one that was sent there.
	private void answer(String channel, Response response, Probe probe, @Nullable String address) {
		DefaultSignalResponder probed = this.responders.findBroadcast(response.responderId());
		if (probed == null || !probed.getChannel().equals(channel) || address == null
				|| probe.nonce().length() > LONGEST_NONCE) {
			return;
		}
		boolean working = probed.isWorkingFor(response.publisherId());
		// Nothing of the probe is repeated: any client can send one.
		Response answer = new Response(response.responderId(), response.publisherId(), Outbound.PROBE_EVENT, null,
				null);
		this.services.outbound()
			.send(channel, answer, new ResponseExtension(null, null, null, null,
					new Probe(probe.nonce(), working ? State.WORKING : State.ABSENT)), address);
	}

	private void onAnnouncement(DefaultSignalExporter exporter, Response response,
			@Nullable ResponseExtension extension) {
		switch (response.event()) {
			case Signal.INITIALIZATION -> exporter.subscriptions()
				.onHello(response.responderId(), Objects.requireNonNullElse(extension, ResponseExtension.UNDERSTOOD));
			case Signal.SHUTDOWN -> {
				if (extension != null) {
					exporter.subscriptions().onBye(response.responderId(), extension.seal());
				}
			}
			default -> logger.debug("'{}' sends an unknown announcement", LogText.printable(response.responderId()));
		}
	}

	@Override
	public void onMalformed(String source, String problem) {
		this.services.counters().malformed(source, problem);
	}

	@Override
	public void onUnverified(String channel, String sender, String problem, boolean refused) {
		this.services.counters().unverified(channel, sender, problem, refused);
	}

	@Override
	public void onUnreadable(String channel, UnreadableSignal unreadable) {
		Signal known = known(unreadable);
		// A reserved signal that can't be read changes nothing.
		if (this.enabled && unreadable.publisherId() != null && unreadable.event() != null
				&& !Signal.isReserved(known.event()) && !SignalTransport.ALL_EXPORTERS.equals(known.publisherId())) {
			this.acceptance.accept(() -> deliver(channel, known, unreadable.extension(), unreadable));
		}
	}

	private static Signal known(UnreadableSignal unreadable) {
		return new Signal(Objects.requireNonNullElse(unreadable.publisherId(), ""), "",
				Objects.requireNonNullElse(unreadable.event(), ""), "", Signal.NO_SAMPLE,
				Objects.requireNonNullElse(unreadable.tag(), ""), Map.of());
	}

	@Override
	public boolean onUnreadable(String channel, String responder, UnreadableSignal unreadable,
			DurableSignalTransport.Receipt receipt) {
		Delivery delivery = new Delivery(known(unreadable), unreadable.extension(), EXTENDED, null, receipt);
		return acceptStored(channel, responder, (named) -> named.onUnreadable(delivery, unreadable));
	}

	@Override
	public void onReceivers(String channel, long receivers) {
		if (this.extensible) {
			this.exporters.initialized(channel).forEach((exporter) -> exporter.subscriptions().onReceivers(receivers));
		}
	}

	@Override
	public void onConnected(boolean gap) {
		if (gap) {
			logger.warn("Receiving signals again after a gap: those sent meanwhile may have been missed");
			this.services.counters().gaps.increment();
			this.services.events().publish(new SignalGapEvent());
			if (this.extensible) {
				this.exporters.initialized().forEach((exporter) -> exporter.subscriptions().onGap());
			}
		}
		this.onConnected.run();
	}

}
