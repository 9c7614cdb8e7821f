package io.github.statesignals.actuate;

import java.util.Collection;
import java.util.function.ToDoubleFunction;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.lane.Budget;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.observation.SignalMeters;
import io.github.statesignals.observation.SignalMeters.Tag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Binds the {@link SignalMeters} of an application. Most of them read state that the
 * engine has anyway.
 *
 * @since 0.1.0
 */
public record SignalMeterBinder(SignalEngine engine, DurableChannels durableChannels,
		Collection<String> durable) implements MeterBinder {

	@Override
	public void bindTo(MeterRegistry registry) {
		SignalMeters.CONNECTED.gauge(registry, Tags.empty(), this.engine, (engine) -> engine.isConnected() ? 1 : 0);
		bindCounters(registry);
		bindHandlers(registry);
		bindMemory(registry);
		ResultMeters results = new ResultMeters(this.engine, registry);
		this.engine.counters().addListener(results);
		this.engine.exporters()
			.forEach((exporter) -> results.onInitialized(exporter.getChannel(), exporter.getLegalEvents()));
		if (!this.durable.isEmpty()) {
			new DurableMeters(this.durableChannels, this.durable, this::responders, registry).bind();
		}
	}

	private void bindCounters(MeterRegistry registry) {
		counter(registry, SignalMeters.RECEIVED, Tag.KIND.of("signal"), (counters) -> counters.signals.sum());
		counter(registry, SignalMeters.RECEIVED, Tag.KIND.of("response"), (counters) -> counters.responses.sum());
		counter(registry, SignalMeters.MALFORMED, Tags.empty(), (counters) -> counters.malformed.sum());
		counter(registry, SignalMeters.REJECTED, Tags.empty(), (counters) -> counters.rejected.sum());
		counter(registry, SignalMeters.EXPIRED, Tags.empty(), (counters) -> counters.expired.sum());
		counter(registry, SignalMeters.REPEATED, Tags.empty(), (counters) -> counters.repeated.sum());
		counter(registry, SignalMeters.MISSED, Tags.empty(), (counters) -> counters.missed.sum());
		counter(registry, SignalMeters.LATE, Tags.empty(), (counters) -> counters.late.sum());
		counter(registry, SignalMeters.UNEXPECTED, Tags.empty(), (counters) -> counters.unexpected.sum());
		counter(registry, SignalMeters.GAPS, Tags.empty(), (counters) -> counters.gaps.sum());
		counter(registry, SignalMeters.REFUSED, Tag.REASON.of("forged"), (counters) -> counters.forged.sum());
		counter(registry, SignalMeters.REFUSED, Tag.REASON.of("signature"), (counters) -> counters.unsigned.sum());
		counter(registry, SignalMeters.UNVERIFIED, Tags.empty(), (counters) -> counters.unverified.sum());
	}

	private void counter(MeterRegistry registry, SignalMeters meter, Tags tags,
			ToDoubleFunction<SignalCounters> value) {
		meter.counter(registry, tags, this.engine.counters(), value);
	}

	private void bindHandlers(MeterRegistry registry) {
		OrderedLanes lanes = this.engine.services().lanes();
		double capacity = this.engine.getSettings().responders().totalQueueCapacity();
		SignalMeters.HANDLERS_ACTIVE.gauge(registry, Tags.empty(), lanes, OrderedLanes::running);
		SignalMeters.HANDLERS_QUEUED.gauge(registry, Tags.empty(), lanes, OrderedLanes::waiting);
		SignalMeters.HANDLERS_USAGE.gauge(registry, Tags.empty(), lanes, (all) -> all.waiting() / capacity);
	}

	private void bindMemory(MeterRegistry registry) {
		EngineServices services = this.engine.services();
		bindMemory(registry, "received", services.lanes().memory());
		bindMemory(registry, "answers", services.answers());
		bindMemory(registry, "callbacks", services.callbackLanes().memory());
		SignalMeters.MEMORY_USED.gauge(registry, Tag.AREA.of("publishes"), this.engine,
				(engine) -> engine.exporters()
					.stream()
					.mapToLong((exporter) -> exporter.subscriptions().publisher().bytes())
					.sum());
	}

	private static void bindMemory(MeterRegistry registry, String area, Budget budget) {
		SignalMeters.MEMORY_USED.gauge(registry, Tag.AREA.of(area), budget, Budget::used);
		SignalMeters.MEMORY_MAX.gauge(registry, Tag.AREA.of(area), budget, Budget::capacity);
	}

	private Collection<String> responders(String channel) {
		return this.engine.responders()
			.stream()
			.filter((responder) -> responder.getChannel().equals(channel))
			.map((responder) -> responder.getName())
			.toList();
	}

}
