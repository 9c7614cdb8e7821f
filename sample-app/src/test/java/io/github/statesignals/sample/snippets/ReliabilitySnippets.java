package io.github.statesignals.sample.snippets;

import java.util.function.Consumer;

import io.github.statesignals.SubscriberLeftEvent;

import org.springframework.context.event.EventListener;

class ReliabilitySnippets {

	private final Alerts alerts;

	ReliabilitySnippets(Consumer<String> raised) {
		this.alerts = new Alerts(raised);
	}

	// tag::left[]
	@EventListener
	void onSubscriberLeft(SubscriberLeftEvent event) {
		if (event.reason() == SubscriberLeftEvent.Reason.EVICTED) {
			this.alerts.raise(event.responderId() + " does not answer");
		}
	}
	// end::left[]

	private record Alerts(Consumer<String> raised) {

		void raise(String alert) {
			this.raised.accept(alert);
		}

	}

}
