package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.DurableChannels;
import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.observation.SignalMeters;
import io.github.statesignals.observation.SignalMeters.Tag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of durable channels. Their state is in Redis: it is read when a meter is
 * read, once in an interval for all of them, on a separate thread. A reader waits for it
 * for a moment at most, and gets the values before otherwise; and none if Redis does not
 * reply.
 */
final class DurableMeters {

	static final Duration INTERVAL = Duration.ofSeconds(10);

	private static final Duration WAIT = Duration.ofMillis(200);

	// Any client can register names: those of other applications are one.
	private static final String OTHER = "OTHER";

	private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

	private static final Logger logger = LoggerFactory.getLogger(DurableMeters.class);

	private final Map<String, Sample> samples = new ConcurrentHashMap<>();

	// Of the responders that have meters.
	private final Set<Tags> bound = ConcurrentHashMap.newKeySet();

	private final DurableChannels durable;

	private final Collection<String> channels;

	private final Function<String, Collection<String>> own;

	private final MeterRegistry registry;

	@GuardedBy("this")
	private long due;

	@GuardedBy("this")
	private CompletableFuture<Void> sampling = DONE;

	DurableMeters(DurableChannels durable, Collection<String> channels, Function<String, Collection<String>> own,
			MeterRegistry registry) {
		this.durable = durable;
		this.channels = channels;
		this.own = own;
		this.registry = registry;
		this.due = registry.config().clock().monotonicTime();
	}

	void bind() {
		for (String channel : this.channels) {
			SignalMeters.DURABLE_DEAD_LETTERS.gauge(this.registry, Tag.channel(channel), this,
					(meters) -> meters.sample(channel).deadLetters());
			bind(channel, OTHER);
			bindOwn(channel);
		}
	}

	private void bindOwn(String channel) {
		this.own.apply(channel).forEach((responder) -> bind(channel, responder));
	}

	private void bind(String channel, String responder) {
		Tags tags = Tag.channel(channel).and(Tag.RESPONDER.of(responder));
		if (!this.bound.add(tags)) {
			return;
		}
		SignalMeters.DURABLE_LAG.gauge(this.registry, tags, this, (meters) -> meters.value(channel, responder,
				(backlog) -> backlog.undelivered().isPresent() ? backlog.undelivered().getAsLong() : Double.NaN));
		SignalMeters.DURABLE_UNACKNOWLEDGED.gauge(this.registry, tags, this,
				(meters) -> meters.value(channel, responder, ResponderBacklog::unacknowledged));
		SignalMeters.DURABLE_AGE.gauge(this.registry, tags, this,
				(meters) -> meters.value(channel, responder, (backlog) -> backlog.age().toMillis() / 1_000.0));
	}

	private double value(String channel, String responder, ToDoubleFunction<ResponderBacklog> value) {
		Map<String, ResponderBacklog> backlog = sample(channel).backlog();
		if (backlog == null) {
			return Double.NaN;
		}
		Collection<String> names = this.own.apply(channel);
		return backlog.entrySet()
			.stream()
			.filter((entry) -> responder.equals(names.contains(entry.getKey()) ? entry.getKey() : OTHER))
			.mapToDouble((entry) -> value.applyAsDouble(entry.getValue()))
			.max()
			.orElse(0);
	}

	private Sample sample(String channel) {
		return startIfDue().copy()
			.completeOnTimeout(null, WAIT.toMillis(), TimeUnit.MILLISECONDS)
			// If sampling fails, the meter has the last sample, as before it is read.
			.handle((sampled, ex) -> this.samples.getOrDefault(channel, Sample.NONE))
			.join();
	}

	private synchronized CompletableFuture<Void> startIfDue() {
		long now = this.registry.config().clock().monotonicTime();
		if (now - this.due < 0 || !this.sampling.isDone()) {
			return DONE;
		}
		this.due = now + INTERVAL.toNanos();
		this.sampling = CompletableFuture.runAsync(() -> this.channels.forEach(this::read), (task) -> {
			Thread thread = new Thread(task, "state-signals-meters");
			thread.setDaemon(true);
			thread.start();
		});
		return this.sampling;
	}

	private void read(String channel) {
		Sample sample = Sample.NONE;
		try {
			sample = new Sample(this.durable.backlog(channel), Double.NaN);
			// An exporter's user of Redis may have no permission for it.
			sample = new Sample(sample.backlog(), this.durable.countDeadLetters(channel));
		}
		catch (RuntimeException ex) {
			logger.debug("Could not read the state of channel '{}'", channel, ex);
		}
		this.samples.put(channel, sample);
		bindOwn(channel);
	}

	private record Sample(@Nullable Map<String, ResponderBacklog> backlog, double deadLetters) {

		static final Sample NONE = new Sample(null, Double.NaN);

	}

}
