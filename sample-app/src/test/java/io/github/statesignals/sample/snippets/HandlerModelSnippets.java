package io.github.statesignals.sample.snippets;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalErrorHandler;
import io.github.statesignals.SignalInterceptor;
import org.slf4j.MDC;

import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.resilience.annotation.Retryable;

@SuppressWarnings("try") // an MDC entry has to be closed
class HandlerModelSnippets {

	record Drain(String pool) {
	}

	record RunId(String value) {
	}

	static class NotLeaderException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	// tag::arguments[]
	@OnSignal(event = "rebalance")
	void rebalance(Signal signal, // all of it
			Map<String, Object> metadata, // the metadata
			Drain drain, // the metadata as a type of yours
			String pool, // the metadata entry "pool"
			List<String> hosts, // the metadata entry "hosts"
			Optional<Integer> shard, // one that may be missing
			@Header("process_name") String from, // a field of the signal
			@Header(name = "dry-run", defaultValue = "false") boolean dryRun) {
	}
	// end::arguments[]

	// tag::events[]
	@OnSignal(event = "${collector.events}")
	void any(Signal signal) {
	}
	// end::events[]

	// tag::condition[]
	@OnSignal(event = "config-flip", condition = "#metadata['region'] == 'eu' and sampleNo >= 0")
	void flip() {
	}
	// end::condition[]

	// tag::meta[]
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.METHOD)
	@OnSignal(responder = "collector", tag = "${collector.tag}")
	@interface OnBenchmark {

		@AliasFor(annotation = OnSignal.class, attribute = "event")
		String[] value();

	}
	// end::meta[]

	// tag::class-level[]
	@OnSignal(responder = "collector", channel = "benchmarks")
	static class Collector {

		@OnSignal(event = "start")
		@OnSignal(event = "resume", tag = "warm")
		void start() {
		}

		@OnSignal(event = "stop")
		void stop() {
		}

	}
	// end::class-level[]

	// tag::error-handler[]
	@OnSignal(event = "promote", errorHandler = "notLeaderIsFine")
	void promote() {
		throw new NotLeaderException();
	}

	@Bean
	SignalErrorHandler notLeaderIsFine() {
		return (signal, error) -> (error instanceof NotLeaderException) ? Acknowledgement.success("not the leader")
				: Acknowledgement.failure(error.getMessage());
	}
	// end::error-handler[]

	// tag::retry[]
	@Retryable(maxRetries = 3, delay = 100)
	@OnSignal(event = "reload")
	void reload() {
	}
	// end::retry[]

	// tag::converter[]
	static class ToRunId implements Converter<Signal, RunId> {

		@Override
		public RunId convert(Signal signal) {
			return new RunId(signal.tag());
		}

	}
	// end::converter[]

	// tag::interceptor[]
	static class TagInLog implements SignalInterceptor {

		@Override
		public CompletionStage<Acknowledgement> aroundHandle(Signal signal, Handling next) throws Exception {
			MDC.put("signal.tag", signal.tag());
			try {
				return next.proceed(signal);
			}
			finally {
				MDC.remove("signal.tag");
			}
		}

	}
	// end::interceptor[]

}
