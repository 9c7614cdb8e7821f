package io.github.statesignals.core.responder;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.github.statesignals.core.EngineServices;
import org.jspecify.annotations.Nullable;

public final class ResponderRegistry {

	// Guarded for adding by itself. Read without a lock, by the transport's threads, too:
	// the thread that adds one may wait for Redis.
	private final List<DefaultSignalResponder> responders = new CopyOnWriteArrayList<>();

	private final EngineServices services;

	private final Announcements<DefaultSignalResponder> announcements;

	public ResponderRegistry(EngineServices services, Announcements<DefaultSignalResponder> announcements) {
		this.services = services;
		this.announcements = announcements;
	}

	// Opens the channel of a responder that is new.
	public DefaultSignalResponder get(String name, String channel) {
		synchronized (this.responders) {
			DefaultSignalResponder known = find(name, channel);
			if (known != null) {
				return known;
			}
			DefaultSignalResponder responder = new DefaultSignalResponder(name, channel, this.services,
					this.announcements);
			this.services.outbound().open(channel);
			this.responders.add(responder);
			return responder;
		}
	}

	public @Nullable DefaultSignalResponder find(String name, String channel) {
		for (DefaultSignalResponder responder : this.responders) {
			if (responder.getName().equals(name) && responder.getChannel().equals(channel)) {
				return responder;
			}
		}
		return null;
	}

	// Not one on a durable channel, whose id other applications share.
	public @Nullable DefaultSignalResponder findBroadcast(String responderId) {
		return this.responders.stream()
			.filter((responder) -> responder.getResponderId().equals(responderId)
					&& !this.services.outbound().isDurable(responder.getChannel()))
			.findFirst()
			.orElse(null);
	}

	public List<DefaultSignalResponder> all() {
		return this.responders;
	}

	public Set<String> handledEvents(String channel) {
		return this.responders.stream()
			.filter((responder) -> responder.getChannel().equals(channel))
			.flatMap((responder) -> responder.handlers().handledEvents().stream())
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
