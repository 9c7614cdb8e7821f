package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.TextLength;

import org.springframework.util.Assert;

final class DefaultInitializationSpec implements InitializationSpec {

	private final Set<String> legalEvents;

	private final DefaultSignalExporter exporter;

	private final Duration responseTimeout;

	private String tag = Signal.NO_TAG;

	private Duration republishInterval;

	private Collection<String> expected;

	DefaultInitializationSpec(Set<String> legalEvents, EngineSettings.Exporters settings,
			DefaultSignalExporter exporter) {
		this.legalEvents = legalEvents;
		this.exporter = exporter;
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
		for (String responderId : responderIds) {
			Assert.hasText(responderId, "The id of an expected responder must not be blank");
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
		this.exporter.initialize(this.legalEvents, this.tag, this.expected, this.responseTimeout);
	}

	@Override
	public boolean initializeAndWait(int subscribers, Duration timeout) {
		Assert.isTrue(subscribers >= 0, "The number of subscribers to wait for must not be negative");
		Assert.notNull(timeout, "'timeout' must not be null: use a negative one to wait indefinitely");
		return this.exporter.awaitSubscribers(subscribers, timeout, this.republishInterval, () -> this.exporter
			.initialize(this.legalEvents, this.tag, this.expected, confirmationTimeout(timeout)));
	}

	// Redis has no longer than the subscribers have; without any time to wait, it has
	// some.
	private Duration confirmationTimeout(Duration timeout) {
		boolean shorter = this.responseTimeout.isNegative() || timeout.compareTo(this.responseTimeout) < 0;
		return (!timeout.isNegative() && !timeout.isZero() && shorter) ? timeout : this.responseTimeout;
	}

}
