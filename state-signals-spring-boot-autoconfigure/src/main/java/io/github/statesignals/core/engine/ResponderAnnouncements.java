package io.github.statesignals.core.engine;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.exporter.ExporterRegistry;
import io.github.statesignals.core.responder.Announcements;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces responders directly to the exporters of this application, and over the wire
 * to all others.
 *
 * @param unannounced those that left and could not announce it, for they were not
 * connected
 */
record ResponderAnnouncements(Outbound outbound, ExporterRegistry exporters, boolean enabled,
		Set<DefaultSignalResponder> unannounced) implements Announcements<DefaultSignalResponder> {

	private static final Logger logger = LoggerFactory.getLogger(ResponderAnnouncements.class);

	ResponderAnnouncements(Outbound outbound, EngineSettings settings, ExporterRegistry exporters) {
		this(outbound, exporters, settings.extensions() != Extensions.OFF && settings.responders().enabled(),
				ConcurrentHashMap.newKeySet());
	}

	@Override
	public void join(DefaultSignalResponder responder) {
		for (DefaultSignalExporter exporter : this.exporters.initialized()) {
			exporter.subscriptions().join(responder);
		}
	}

	@Override
	public void hello(DefaultSignalResponder responder) {
		this.unannounced.remove(responder);
		join(responder);
		if (this.outbound.isConnected()) {
			sendHello(responder);
		}
	}

	@Override
	public void bye(DefaultSignalResponder responder) {
		withdraw(responder, false);
		if (!this.outbound.isConnected()) {
			onUnannounced(responder);
			return;
		}
		sendBye(responder).whenComplete((sent, ex) -> {
			if (ex != null) {
				onUnannounced(responder);
			}
		});
	}

	// Exporters of this application do not receive its bye, nor its last answers.
	private void onUnannounced(DefaultSignalResponder responder) {
		this.unannounced.add(responder);
		withdraw(responder, true);
	}

	private void withdraw(DefaultSignalResponder responder, boolean unannounced) {
		// On a durable channel signals are stored for it all the same.
		if (!this.outbound.isDurable(responder.getChannel())) {
			for (DefaultSignalExporter exporter : this.exporters.initialized(responder.getChannel())) {
				exporter.subscriptions().withdraw(responder, unannounced);
			}
		}
	}

	// When the application stops, also a responder that left while handlers finished.
	CompletableFuture<?> leave(DefaultSignalResponder responder) {
		return (responder.isActive() || this.unannounced.contains(responder)) ? sendBye(responder)
				: CompletableFuture.completedFuture(null);
	}

	// Announces a responder that left: announcements before may be lost.
	void byeAgain(DefaultSignalResponder responder) {
		if (this.unannounced.remove(responder)) {
			sendBye(responder);
		}
		withdraw(responder, true);
	}

	CompletableFuture<?> sendHello(DefaultSignalResponder responder) {
		return this.enabled ? send(responder, Signal.INITIALIZATION, responder.subscription())
				: CompletableFuture.completedFuture(null);
	}

	CompletableFuture<?> sendBye(DefaultSignalResponder responder) {
		return this.enabled ? send(responder, Signal.SHUTDOWN, responder.leaveExtension())
				: CompletableFuture.completedFuture(null);
	}

	private CompletableFuture<?> send(DefaultSignalResponder responder, String event, ResponseExtension extension) {
		Response announcement = new Response(responder.getResponderId(), SignalTransport.ALL_EXPORTERS, event, null,
				null);
		return this.outbound.send(responder.getChannel(), announcement, extension, null).whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.debug("'{}' could not announce itself", responder.getResponderId(), ex);
			}
		});
	}

}
