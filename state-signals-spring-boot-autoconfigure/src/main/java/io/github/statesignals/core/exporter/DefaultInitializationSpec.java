package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.TextLength;

import org.springframework.util.Assert;

/**
 * An initialization in the making, of a {@link DefaultSignalExporter}.
 */
final class DefaultInitializationSpec implements InitializationSpec {

	private final Set<String> legalEvents;

	private final DefaultSignalExporter exporter;

	private final DefaultSignalExporter.Registry registry;

	private final Duration responseTimeout;

	private String tag = Signal.NO_TAG;

	private Collection<String> expected;

	DefaultInitializationSpec(Set<String> legalEvents, DefaultSignalExporter exporter, EngineServices services,
			DefaultSignalExporter.Registry registry) {
		this.legalEvents = legalEvents;
		this.exporter = exporter;
		this.registry = registry;
		this.responseTimeout = services.settings().exporters().responseTimeout();
		this.expected = services.settings().exporters().expectedResponders();
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
	public void initialize() {
		this.exporter.initialize(this.legalEvents, this.tag, this.expected, this.responseTimeout);
	}

	@Override
	public boolean initializeAndWait(int subscribers, Duration timeout) {
		Assert.isTrue(subscribers >= 0, "The number of subscribers to wait for must not be negative");
		Assert.notNull(timeout, "'timeout' must not be null: say a negative one to wait for ever");
		if (this.registry.isStopped()) {
			throw new IllegalStateException(
					("Exporter '%s' can't wait for subscribers while the application has not started, and was not initialized. "
							+ "Call initialize() here, which is done at start, and wait in an ApplicationRunner, "
							+ "or set state-signals.exporter.await-subscribers")
						.formatted(this.exporter.getPublisherId()));
		}
		return this.exporter.awaitSubscribers(subscribers, timeout, () -> this.exporter.initialize(this.legalEvents,
				this.tag, this.expected, confirmationTimeout(timeout)));
	}

	// Redis has no longer than the subscribers have; without any time to wait, it has
	// some.
	private Duration confirmationTimeout(Duration timeout) {
		boolean shorter = this.responseTimeout.isNegative() || timeout.compareTo(this.responseTimeout) < 0;
		return (!timeout.isNegative() && !timeout.isZero() && shorter) ? timeout : this.responseTimeout;
	}

}
