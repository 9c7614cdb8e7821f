package io.github.statesignals.sample.snippets;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalProgress;
import io.github.statesignals.SignalResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.messaging.handler.annotation.Header;

class PublishingSnippets {

	private static final Logger logger = LoggerFactory.getLogger(PublishingSnippets.class);

	private final SignalExporter exporter;

	PublishingSnippets(SignalExporter exporter) {
		this.exporter = exporter;
	}

	void rules() {
		// tag::rules[]
		SignalResult elected = this.exporter.signal("elect").until(CompletionRule.quorum()).publish();
		SignalResult cached = this.exporter.signal("warm-up").until(CompletionRule.first()).publish();
		SignalResult sampled = this.exporter.signal("benchmark-start").requires("cpu", "memory").publish();
		// end::rules[]
		logger.info("{} {} {}", elected, cached, sampled);
	}

	void progress() {
		// tag::progress[]
		this.exporter.signal("drain")
			.onResponse((responder, answer) -> logger.info("{} drained in {}", responder, answer.latency()))
			.publishAsync()
			.thenAccept((result) -> logger.info("All of {} drained", result.awaited()));
		// end::progress[]
	}

	Mono<String> reactive() {
		// tag::reactive[]
		Mono<SignalResult> drained = Mono.fromFuture(() -> this.exporter.signal("drain").publishAsync());
		return drained.flatMapIterable((result) -> result.responses().entrySet())
			.filter((response) -> response.getValue().isFailure())
			.map((response) -> response.getKey())
			.next();
		// end::reactive[]
	}

	Flux<String> progressReactively() {
		// tag::flux[]
		Flux<SignalProgress> progress = JdkFlowAdapter
			.flowPublisherToFlux(this.exporter.signal("drain").publishReactive());
		return progress.map((item) -> (item instanceof SignalProgress.Answered answered)
				? answered.responderId() + " " + answered.answer().message()
				: "missing: " + ((SignalProgress.Ended) item).result().missing());
		// end::flux[]
	}

	void acted() {
		// tag::acted[]
		SignalResult result = this.exporter.publish("drain");
		if (result.isSuccess()) {
			logger.info("{} drained", result.acted());
		}
		else if (result.awaited() == 0) {
			logger.warn("No responder is subscribed");
		}
		else {
			logger.warn("Failed: {}, without a handler: {}, missing: {}", result.failed(), result.unhandled(),
					result.missing());
		}
		// end::acted[]
	}

	// tag::gateway[]
	@SignalGateway(timeout = "5s")
	interface Benchmark {

		SignalResult benchmarkStart(@Header("tag") String run, String uuid, int clients);

		@SignalEvent("benchmark-stop")
		CompletableFuture<SignalResult> stop(@Header("tag") String run);

		ResultCode raise(Bork bork);

		void reload();

	}
	// end::gateway[]

	record Bork(String reason) {
	}

	// tag::exporters[]
	@Bean(defaultCandidate = false)
	SignalExporter auditExporter(SignalExporterFactory exporters) {
		SignalExporter exporter = exporters.create("audit", "audit-channel");
		exporter.initialize("audited");
		return exporter;
	}
	// end::exporters[]

}
