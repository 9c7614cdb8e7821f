package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalProgress;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.MetadataConverter;
import io.github.statesignals.core.SignalObserver.Observed;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.publish.PublishOptions;
import io.github.statesignals.immutable.OrderedMap;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

final class DefaultSignalSpec implements SignalSpec {

	private final String event;

	private final Publisher publisher;

	private final MetadataConverter converter;

	private Map<String, @Nullable Object> metadata = Collections.emptyMap();

	private String tag = Signal.NO_TAG;

	private long sampleNo = Signal.NO_SAMPLE;

	private Duration timeout;

	private @Nullable CompletionRule rule;

	private Set<String> required = Set.of();

	private @Nullable BiConsumer<String, SignalResult.Answer> listener;

	private final Executor executor;

	DefaultSignalSpec(String event, Publisher publisher, MetadataConverter converter, Duration timeout,
			Executor executor) {
		TextLength.check(event, "The event of a signal");
		this.event = event;
		this.publisher = publisher;
		this.converter = converter;
		this.timeout = timeout;
		this.executor = executor;
	}

	@Override
	public SignalSpec tag(String tag) {
		Assert.notNull(tag, "'tag' must not be null");
		TextLength.check(tag, "The tag of a signal");
		this.tag = tag;
		return this;
	}

	@Override
	public SignalSpec sampleNo(long sampleNo) {
		this.sampleNo = sampleNo;
		return this;
	}

	@Override
	public SignalSpec metadata(String key, @Nullable Object value) {
		Object converted = toJson(key, value);
		if (!(this.metadata instanceof LinkedHashMap)) {
			this.metadata = new LinkedHashMap<>(this.metadata);
		}
		this.metadata.put(key, converted);
		return this;
	}

	private @Nullable Object toJson(String key, @Nullable Object value) {
		Assert.notNull(key, "A metadata key must not be null");
		if (key.equals(Signal.RESERVED_METADATA_KEY)) {
			throw new IllegalArgumentException(
					"The metadata key '" + key + "' is reserved for the protocol: choose another");
		}
		return this.converter.toJson(key, value);
	}

	@Override
	public SignalSpec metadata(Map<String, ? extends @Nullable Object> metadata) {
		Assert.notNull(metadata, "'metadata' must not be null");
		if (this.metadata.isEmpty()) {
			this.metadata = OrderedMap.copyOf(metadata, this::toJson);
		}
		else {
			metadata.forEach(this::metadata);
		}
		return this;
	}

	@Override
	public SignalSpec payload(Object payload) {
		Assert.notNull(payload, "'payload' must not be null");
		return metadata(this.converter.toMetadata(payload));
	}

	@Override
	public SignalSpec timeout(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null: use a negative one to wait indefinitely");
		this.timeout = timeout;
		return this;
	}

	@Override
	public SignalSpec until(CompletionRule rule) {
		Assert.notNull(rule, "'rule' must not be null");
		this.rule = rule;
		return this;
	}

	@Override
	public SignalSpec requires(String... responders) {
		Assert.notNull(responders, "'responders' must not be null");
		// Another set: one that was published has its own.
		Set<String> all = new LinkedHashSet<>(this.required);
		for (String responder : responders) {
			Assert.hasText(responder, "The name of a required responder must not be blank");
			TextLength.check(responder, "The name of a required responder");
			all.add(responder);
		}
		this.required = Collections.unmodifiableSet(all);
		return this;
	}

	@Override
	public SignalSpec onResponse(BiConsumer<String, SignalResult.Answer> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.listener = listener;
		return this;
	}

	@Override
	public SignalResult publish() {
		// Only the caller depends on it.
		Published published = send(options(Runnable::run));
		SignalResult result = null;
		Throwable failure = null;
		try {
			result = Futures.join(published.result(), this.event);
			return result;
		}
		catch (RuntimeException | Error ex) {
			failure = ex;
			throw ex;
		}
		finally {
			// Interrupted: no caller waits any more.
			published.result().cancel(false);
			published.observed().outcome(result, failure);
			published.observed().stop();
		}
	}

	@Override
	public CompletableFuture<SignalResult> publishAsync() {
		return future(send(options(this.executor)));
	}

	@Override
	public Flow.Publisher<SignalProgress> publishReactive() {
		Map<String, @Nullable Object> values = OrderedMap.copyOf(this.metadata);
		String tag = this.tag;
		long sampleNo = this.sampleNo;
		PublishOptions options = options(this.executor);
		return new ReactivePublish(this.executor, (listener) -> future(
				this.publisher.publish(this.event, sampleNo, tag, values, options.listening(listener))));
	}

	private static CompletableFuture<SignalResult> future(Published published) {
		Observed observed = published.observed();
		return (observed == Observed.NONE) ? published.result() : Futures.handOut(published.result(), (result, ex) -> {
			observed.outcome(result, ex);
			observed.stop();
		});
	}

	private PublishOptions options(Executor completion) {
		return new PublishOptions(this.timeout, this.rule, this.required, this.listener, completion, Map.of());
	}

	private Published send(PublishOptions options) {
		return this.publisher.publish(this.event, this.sampleNo, this.tag, this.metadata, options);
	}

	interface Publisher {

		Published publish(String event, long sampleNo, String tag, Map<String, @Nullable Object> metadata,
				PublishOptions options);

	}

	record Published(CompletableFuture<SignalResult> result, Observed observed) {
	}

}
