package io.github.statesignals.core.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;

/**
 * Describes in one line, of bounded length, which responders of an application handle
 * which events, and which events its exporters publish.
 */
final class EngineDescription {

	// The number of responders and exporters, and of events of each, that are named.
	private static final int LIMIT = 10;

	private EngineDescription() {
	}

	static String of(Collection<DefaultSignalResponder> responders, Collection<DefaultSignalExporter> exporters) {
		List<String> all = new ArrayList<>();
		// Lambdas would be more classes to load at each start.
		for (DefaultSignalResponder responder : responders) {
			if (responder.isActive()) {
				all.add(describe(responder));
			}
		}
		for (DefaultSignalExporter exporter : exporters) {
			all.add(describe(exporter));
		}
		return join(all, "; ");
	}

	private static String describe(DefaultSignalResponder responder) {
		List<String> parts = new ArrayList<>();
		Collection<String> events = responder.events();
		if (!events.isEmpty()) {
			parts.add("handles [" + join(events, ", ") + "]");
		}
		if (responder.hasListeners()) {
			parts.add("listens to all signals");
		}
		return "responder '%s' %s on %s".formatted(responder.getName(), String.join(" and ", parts),
				channel(responder.getChannel()));
	}

	private static String describe(DefaultSignalExporter exporter) {
		return "exporter '%s' publishes [%s] on %s".formatted(exporter.getProcessName(),
				join(exporter.getLegalEvents(), ", "), channel(exporter.getChannel()));
	}

	private static String channel(String name) {
		return name.isEmpty() ? "the default channel" : "channel '" + name + "'";
	}

	private static String join(Collection<String> all, String delimiter) {
		if (all.size() <= LIMIT) {
			return String.join(delimiter, all);
		}
		return String.join(delimiter, all.stream().limit(LIMIT).toList()) + delimiter + (all.size() - LIMIT) + " more";
	}

}
