package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.publish.SignalPublisher;
import io.github.statesignals.observation.PublishOutcome;
import io.github.statesignals.observation.SignalMeters;
import io.github.statesignals.observation.SignalMeters.Tag;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

record ResultMeters(SignalEngine engine, MeterRegistry registry,
		Map<String, Map<String, EventMeters>> channels) implements ResultListener {

	// The event of an exporter that is not initialized may be any text.
	private static final String UNKNOWN = "UNKNOWN";

	private static final Duration[] BUCKETS = LongStream
		.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
		.mapToObj(Duration::ofMillis)
		.toArray(Duration[]::new);

	ResultMeters(SignalEngine engine, MeterRegistry registry) {
		this(engine, registry, new ConcurrentHashMap<>());
	}

	@Override
	public void onInitialized(String channel, Set<String> legalEvents) {
		Map<String, EventMeters> meters = this.channels.computeIfAbsent(channel, this::bind);
		// With all outcomes from the start: a rate needs the zero before the first one.
		legalEvents.forEach((event) -> meters.computeIfAbsent(event, (added) -> new EventMeters(channel, added)));
	}

	@Override
	public void onResult(String channel, String event, @Nullable SignalResult result, @Nullable Throwable failure) {
		Map<String, EventMeters> meters = this.channels.computeIfAbsent(channel, this::bind);
		EventMeters known = meters.get(event);
		if (known == null) {
			known = meters.computeIfAbsent(UNKNOWN, (added) -> new EventMeters(channel, added));
		}
		known.record(result, failure);
	}

	private Map<String, EventMeters> bind(String channel) {
		Tags tags = Tag.channel(channel);
		int limit = this.engine.getSettings().exporters().maxPending();
		SignalMeters.SUBSCRIBERS.gauge(this.registry, tags, this.engine,
				(engine) -> engine.exporters(channel)
					.stream()
					.flatMap((exporter) -> exporter.getSubscribers().stream())
					.distinct()
					.count());
		SignalMeters.PUBLISHES_ACTIVE.gauge(this.registry, tags, this.engine,
				(engine) -> publishers(engine, channel)
					.mapToInt((publisher) -> Math.max(publisher.inFlight() - publisher.queued(), 0))
					.sum());
		SignalMeters.PUBLISHES_QUEUED.gauge(this.registry, tags, this.engine,
				(engine) -> publishers(engine, channel).mapToInt(SignalPublisher::queued).sum());
		SignalMeters.PUBLISHES_USAGE.gauge(this.registry, tags, this.engine,
				(engine) -> (double) publishers(engine, channel).mapToInt(SignalPublisher::inFlight).max().orElse(0)
						/ limit);
		return new ConcurrentHashMap<>();
	}

	private static Stream<SignalPublisher> publishers(SignalEngine engine, String channel) {
		return engine.exporters(channel).stream().map((exporter) -> exporter.subscriptions().publisher());
	}

	private final class EventMeters {

		private final Map<PublishOutcome, Counter> results = new EnumMap<>(PublishOutcome.class);

		private final Counter missing;

		private final Counter unhandled;

		private final Timer acknowledgement;

		EventMeters(String channel, String event) {
			MeterRegistry registry = ResultMeters.this.registry;
			Tags tags = Tag.channel(channel).and(Tag.EVENT.of(event));
			for (PublishOutcome outcome : PublishOutcome.values()) {
				this.results.put(outcome,
						SignalMeters.RESULTS.counter(registry, tags.and(Tag.OUTCOME.of(outcome.tag()))));
			}
			this.missing = SignalMeters.MISSING.counter(registry, tags);
			this.unhandled = SignalMeters.UNHANDLED.counter(registry, tags);
			this.acknowledgement = SignalMeters.ACKNOWLEDGEMENT.timer(tags)
				.serviceLevelObjectives(BUCKETS)
				.register(registry);
		}

		void record(@Nullable SignalResult result, @Nullable Throwable failure) {
			Objects.requireNonNull(this.results.get(PublishOutcome.of(result, failure))).increment();
			if (result == null) {
				return;
			}
			this.missing.increment(result.missing().size());
			for (SignalResult.Answer answer : result.responses().values()) {
				this.acknowledgement.record(answer.latency());
				if (!answer.isSuccess() && !answer.isFailure()) {
					this.unhandled.increment();
				}
			}
		}

	}

}
