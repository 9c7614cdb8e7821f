package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.Set;

import io.github.statesignals.DeadLetter;
import io.github.statesignals.DurableChannels;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalStatus;

import static org.assertj.core.api.Assertions.assertThat;

class DurableSnippets {

	private final SignalExporter exporter;

	private final DurableChannels channels;

	private final Alerts alerts;

	DurableSnippets(SignalExporter exporter, DurableChannels channels, Alerts alerts) {
		this.alerts = alerts;
		this.exporter = exporter;
		this.channels = channels;
	}

	SignalStatus publish() {
		// tag::durable[]
		SignalResult result = this.exporter.signal("flip").timeout(Duration.ofSeconds(5)).publish();
		Set<String> away = result.missing();
		SignalStatus later = this.channels.find("rollout", result.id()).orElseThrow();
		// end::durable[]
		assertThat(away).isEmpty();
		return later;
	}

	void replay() {
		// tag::deadLetters[]
		for (DeadLetter letter : this.channels.deadLetters("rollout", 100)) {
			this.alerts.raise(letter.responder() + " can't receive " + letter.id() + ": " + letter.reason());
			this.channels.replay("rollout", letter.id(), letter.responder());
		}
		// end::deadLetters[]
	}

	// tag::latest[]
	@SignalEvent
	record Ready() {
	}

	@SignalEvent
	record Bork(String reason) {
	}
	// end::latest[]

	interface Alerts {

		void raise(String alert);

	}

}
