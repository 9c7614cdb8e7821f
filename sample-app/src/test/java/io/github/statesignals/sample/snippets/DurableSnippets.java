package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.Set;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalStatus;

import static org.assertj.core.api.Assertions.assertThat;

class DurableSnippets {

	private final SignalExporter exporter;

	private final DurableChannels channels;

	DurableSnippets(SignalExporter exporter, DurableChannels channels) {
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

}
