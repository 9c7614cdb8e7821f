package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ExporterSnippets {

	private static final Logger logger = LoggerFactory.getLogger(ExporterSnippets.class);

	private final SignalExporter exporter;

	ExporterSnippets(SignalExporter exporter) {
		this.exporter = exporter;
	}

	void barrier() {
		// tag::barrier[]
		if (!this.exporter.initializeAndWait(3, Duration.ofSeconds(60), "barrier", "success", "fail")) {
			throw new IllegalStateException("Only these are subscribed: " + this.exporter.getSubscribers());
		}
		this.exporter.publish("barrier");
		// end::barrier[]
	}

	SignalResult publish() {
		// tag::publish[]
		SignalResult result = this.exporter.signal("benchmark-start").tag("run-7").metadata("uuid", "5b1f").publish();
		// end::publish[]
		// tag::result[]
		switch (result.code()) {
			case ALL_SUBS_SUCCESS -> logger.info("All acted within {}", result.elapsed());
			case SUB_FAILED -> result.responses().forEach((responder, answer) -> {
				logger.warn("{}: ras {} after {}, {}", responder, answer.ras(), answer.latency(), answer.message());
			});
			case MISSING_RESPONSE -> logger.warn("No answer from {}", result.missing());
		}
		// end::result[]
		return result;
	}

	CompletableFuture<Void> publishAsync() {
		// tag::async[]
		CompletableFuture<SignalResult> stopped = this.exporter.signal("benchmark-stop")
			.tag("run-7")
			.metadata("uuid", "5b1f")
			.timeout(Duration.ofMinutes(5))
			.publishAsync();
		// end::async[]
		// tag::async-result[]
		return stopped.thenAccept((result) -> logger.info("{}, {}", result.code(), result.messages()));
		// end::async-result[]
	}

}
