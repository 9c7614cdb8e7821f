package io.github.statesignals.observation;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import org.jspecify.annotations.Nullable;

/**
 * Links the trace of a signal that is handled after its publish has ended, in place of
 * continuing it. Takes the link from {@code traceparent}; with other propagation formats
 * there is none.
 *
 * @since 0.1.0
 */
public final class LateSignalTracingObservationHandler implements TracingObservationHandler<SignalReceiverContext> {

	private static final Pattern TRACE_PARENT = Pattern
		.compile("[0-9a-f]{2}-(?!0+-)([0-9a-f]{32})-(?!0+-)([0-9a-f]{16})-([0-9a-f]{2}).*");

	private final Tracer tracer;

	public LateSignalTracingObservationHandler(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public Tracer getTracer() {
		return this.tracer;
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof SignalReceiverContext received && received.isLate();
	}

	@Override
	public void onStart(SignalReceiverContext context) {
		Span.Builder builder = this.tracer.spanBuilder().kind(Span.Kind.valueOf(context.getKind().name()));
		if (context.getRemoteServiceName() != null) {
			builder.remoteServiceName(context.getRemoteServiceName());
		}
		// The answer is a child of the handler's span, which is linked.
		TraceContext publish = (this.tracer.currentSpan() == null) ? publish(context.getCarrier()) : null;
		if (publish != null) {
			builder.addLink(new Link(publish));
		}
		getTracingContext(context).setSpan(builder.start());
	}

	@Override
	public void onStop(SignalReceiverContext context) {
		Span span = getRequiredSpan(context);
		tagSpan(context, span);
		span.name(getSpanName(context));
		endSpan(context, span);
	}

	private @Nullable TraceContext publish(@Nullable Map<String, String> trace) {
		String header = (trace != null) ? trace.get("traceparent") : null;
		Matcher fields = TRACE_PARENT.matcher((header != null) ? header : "");
		if (!fields.matches()) {
			return null;
		}
		return this.tracer.traceContextBuilder()
			.traceId(fields.group(1))
			.spanId(fields.group(2))
			.sampled((Integer.parseInt(fields.group(3), 16) & 1) != 0)
			.build();
	}

}
