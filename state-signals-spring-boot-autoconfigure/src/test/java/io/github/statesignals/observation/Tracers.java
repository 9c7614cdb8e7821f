package io.github.statesignals.observation;

import java.util.List;

import brave.Tracing;
import brave.context.slf4j.MDCScopeDecorator;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.ThreadLocalCurrentTraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveBaggageManager;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BraveFinishedSpan;
import io.micrometer.tracing.brave.bridge.BravePropagator;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelBaggageManager;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelFinishedSpan;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;

import org.springframework.boot.micrometer.observation.autoconfigure.ObservationHandlerGroup;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Real tracers, whose handlers are in the order and group of Boot's. A test application
 * imports one.
 */
public final class Tracers {

	public static final List<Class<?>> ALL = List.of(Brave.class, OpenTelemetry.class);

	private Tracers() {
	}

	static class Handlers {

		@Bean
		Spans spans() {
			return new Spans();
		}

		@Bean
		ObservationHandlerGroup tracingGroup() {
			return ObservationHandlerGroup.of(TracingObservationHandler.class);
		}

		@Bean
		@Order(1000)
		PropagatingReceiverTracingObservationHandler<?> receiverHandler(Tracer tracer, Propagator propagator) {
			return new PropagatingReceiverTracingObservationHandler<>(tracer, propagator);
		}

		@Bean
		@Order(2000)
		PropagatingSenderTracingObservationHandler<?> senderHandler(Tracer tracer, Propagator propagator) {
			return new PropagatingSenderTracingObservationHandler<>(tracer, propagator);
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE - 1000)
		DefaultTracingObservationHandler defaultHandler(Tracer tracer) {
			return new DefaultTracingObservationHandler(tracer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	public static class Brave extends Handlers {

		@Bean
		Tracing tracing(Spans spans) {
			BraveBaggageManager baggage = new BraveBaggageManager();
			return Tracing.newBuilder()
				.currentTraceContext(
						ThreadLocalCurrentTraceContext.newBuilder().addScopeDecorator(MDCScopeDecorator.get()).build())
				.propagationFactory(new W3CPropagation(baggage, List.of()))
				.traceId128Bit(true)
				.supportsJoin(false)
				.addSpanHandler(new SpanHandler() {

					@Override
					public boolean end(brave.propagation.TraceContext context, MutableSpan span, Cause cause) {
						spans.add(BraveFinishedSpan.fromBrave(new MutableSpan(span)));
						return true;
					}

				})
				.build();
		}

		@Bean
		Tracer tracer(Tracing tracing) {
			return new BraveTracer(tracing.tracer(), new BraveCurrentTraceContext(tracing.currentTraceContext()),
					new BraveBaggageManager());
		}

		@Bean
		Propagator propagator(Tracing tracing) {
			return new BravePropagator(tracing);
		}

	}

	@Configuration(proxyBeanMethods = false)
	public static class OpenTelemetry extends Handlers {

		@Bean
		SdkTracerProvider tracerProvider(Spans spans) {
			return SdkTracerProvider.builder().addSpanProcessor(new SpanProcessor() {

				@Override
				public void onStart(io.opentelemetry.context.Context parent, ReadWriteSpan span) {
				}

				@Override
				public boolean isStartRequired() {
					return false;
				}

				@Override
				public void onEnd(ReadableSpan span) {
					spans.add(OtelFinishedSpan.fromOtel(span.toSpanData()));
				}

				@Override
				public boolean isEndRequired() {
					return true;
				}

				@Override
				public CompletableResultCode shutdown() {
					return CompletableResultCode.ofSuccess();
				}

			}).build();
		}

		@Bean
		Tracer tracer(SdkTracerProvider provider) {
			OtelCurrentTraceContext current = new OtelCurrentTraceContext();
			return new OtelTracer(provider.get("test"), current, (event) -> {
			}, new OtelBaggageManager(current, List.of(), List.of()));
		}

		@Bean
		Propagator propagator(SdkTracerProvider provider) {
			return new OtelPropagator(ContextPropagators.create(TextMapPropagator
				.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())),
					provider.get("test"));
		}

	}

}
