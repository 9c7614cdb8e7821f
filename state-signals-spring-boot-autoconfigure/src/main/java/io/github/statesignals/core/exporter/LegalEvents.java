package io.github.statesignals.core.exporter;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.statesignals.Signal;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.exporter.ExporterState.Status;

import org.springframework.util.Assert;

final class LegalEvents {

	private LegalEvents() {
	}

	static Set<String> of(String... events) {
		Assert.notEmpty(events, "An exporter needs at least one legal event: "
				+ "name the events that it publishes in the call, or those of the SignalExporter bean in state-signals.exporter.legal-events");
		Set<String> legal = new LinkedHashSet<>();
		for (String event : events) {
			Assert.hasText(event, "A legal event must not be blank: remove it from the legal events");
			TextLength.check(event, "A legal event");
			Assert.isTrue(!Signal.isReserved(event), () -> "'" + event
					+ "' is reserved and sent by the exporter itself: remove it from the legal events");
			Assert.isTrue(legal.add(event),
					() -> "'" + event + "' is named twice: remove it once from the legal events");
		}
		return Collections.unmodifiableSet(legal);
	}

	static void checkNotReserved(String event) {
		if (Signal.isReserved(event)) {
			throw new IllegalArgumentException("The event '%s' is reserved: call SignalExporter.%s() for it"
				.formatted(event, event.equals(Signal.SHUTDOWN) ? "shutdown" : "initialize"));
		}
	}

	static void check(String event, String publisherId, ExporterState state) {
		if (!state.is(Status.SHUT_DOWN) && !state.legalEvents().contains(event)) {
			throw new IllegalArgumentException(
					"'%s' is not a legal event of exporter '%s': it was initialized with '%s'. Name it there, or for the SignalExporter bean in state-signals.exporter.legal-events"
						.formatted(event, publisherId, String.join("', '", state.legalEvents())));
		}
	}

}
