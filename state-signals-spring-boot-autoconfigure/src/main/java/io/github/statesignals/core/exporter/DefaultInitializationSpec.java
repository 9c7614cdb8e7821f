package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.exporter.ExporterState.Status;

import org.springframework.util.Assert;

final class DefaultInitializationSpec implements InitializationSpec {

	private final Set<String> legalEvents;

	private final BiConsumer<ExporterState, Duration> initializer;

	private final Waiter waiter;

	private final Duration responseTimeout;

	private String tag = Signal.NO_TAG;

	private Duration republishInterval;

	private Collection<String> expected;

	DefaultInitializationSpec(Set<String> legalEvents, EngineSettings.Exporters settings,
			BiConsumer<ExporterState, Duration> initializer, Waiter waiter) {
		this.legalEvents = legalEvents;
		this.initializer = initializer;
		this.waiter = waiter;
		this.responseTimeout = settings.responseTimeout();
		this.republishInterval = settings.republishInterval();
		this.expected = settings.expectedResponders();
	}

	@Override
	public InitializationSpec tag(String tag) {
		Assert.notNull(tag, "'tag' must not be null");
		TextLength.check(tag, "The tag of a signal");
		this.tag = tag;
		return this;
	}

	@Override
	public InitializationSpec expectedResponders(String... responderIds) {
		Assert.notNull(responderIds, "'responderIds' must not be null");
		for (String responderId : responderIds) {
			Assert.hasText(responderId, "The id of an expected responder must not be blank");
			TextLength.check(responderId, "The id of an expected responder");
		}
		this.expected = List.of(responderIds);
		return this;
	}

	@Override
	public InitializationSpec republishInterval(Duration interval) {
		Assert.notNull(interval, "'interval' must not be null: use zero to publish the initialization once");
		Assert.isTrue(!interval.isNegative(), "'interval' must not be negative: use zero to publish it once");
		this.republishInterval = interval;
		return this;
	}

	@Override
	public void initialize() {
		initialize(this.responseTimeout);
	}

	@Override
	public boolean initializeAndWait(int subscribers, Duration timeout) {
		Assert.isTrue(subscribers >= 0, "The number of subscribers to wait for must not be negative");
		Assert.notNull(timeout, "'timeout' must not be null: use a negative one to wait indefinitely");
		return this.waiter.await(subscribers, timeout, this.republishInterval,
				() -> initialize(confirmationTimeout(timeout)));
	}

	private void initialize(Duration timeout) {
		this.initializer.accept(new ExporterState(Status.INITIALIZED, this.legalEvents, this.tag, this.expected),
				timeout);
	}

	// Redis has no longer than the subscribers have; without any time to wait, it has
	// some.
	private Duration confirmationTimeout(Duration timeout) {
		boolean shorter = this.responseTimeout.isNegative() || timeout.compareTo(this.responseTimeout) < 0;
		return (!timeout.isNegative() && !timeout.isZero() && shorter) ? timeout : this.responseTimeout;
	}

	// Waits for subscribers, after it has run the first initialization.
	interface Waiter {

		boolean await(int subscribers, Duration timeout, Duration republishInterval, Runnable first);

	}

}
