package io.github.statesignals.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.Assert;

/**
 * An initialization in the making, of a {@link DefaultSignalExporter}.
 */
final class DefaultInitializationSpec implements InitializationSpec {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final Set<String> legalEvents;

	private final DefaultSignalExporter exporter;

	private final Timer timer;

	private final Duration republishInterval;

	private final Duration responseTimeout;

	private String tag = Signal.NO_TAG;

	private Collection<String> expected;

	DefaultInitializationSpec(Set<String> legalEvents, DefaultSignalExporter exporter, SignalEngine engine) {
		this.legalEvents = legalEvents;
		this.exporter = exporter;
		this.timer = engine.getTimer();
		this.republishInterval = engine.getSettings().exporters().republishInterval();
		this.responseTimeout = engine.getSettings().exporters().responseTimeout();
		this.expected = engine.getSettings().exporters().expectedResponders();
	}

	@Override
	public InitializationSpec tag(String tag) {
		Assert.notNull(tag, "'tag' must not be null");
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
		CompletableFuture<Boolean> reached = this.exporter.awaitSubscribers(subscribers);
		Asking asking = new Asking(reached);
		try {
			this.exporter.initialize(this.legalEvents, this.tag, this.expected, confirmationTimeout(timeout));
			if (!timeout.isNegative()) {
				asking.cancelTimeout = this.timer.schedule(timeout, () -> reached.complete(false));
			}
			asking.schedule();
			return Futures.join(reached);
		}
		finally {
			asking.end();
		}
	}

	// Redis has no longer than the subscribers have; without any time to wait, it has
	// some.
	private Duration confirmationTimeout(Duration timeout) {
		boolean shorter = this.responseTimeout.isNegative() || timeout.compareTo(this.responseTimeout) < 0;
		return (!timeout.isNegative() && !timeout.isZero() && shorter) ? timeout : this.responseTimeout;
	}

	/**
	 * Asks for subscribers again and again until there are enough.
	 */
	private final class Asking {

		private final CompletableFuture<Boolean> reached;

		private @Nullable Runnable cancelTimeout;

		private @Nullable Runnable cancelNext;

		Asking(CompletableFuture<Boolean> reached) {
			this.reached = reached;
		}

		synchronized void schedule() {
			if (!this.reached.isDone()) {
				this.cancelNext = DefaultInitializationSpec.this.timer
					.schedule(DefaultInitializationSpec.this.republishInterval, this::ask);
			}
		}

		private void ask() {
			if (this.reached.isDone()) {
				return;
			}
			DefaultSignalExporter exporter = DefaultInitializationSpec.this.exporter;
			exporter.askAgain().whenComplete((sent, ex) -> {
				if (ex != null) {
					logger.warn("Could not ask for subscribers of '{}' again: {}", exporter.getPublisherId(),
							Futures.unwrap(ex).toString());
				}
				schedule();
			});
		}

		synchronized void end() {
			this.reached.cancel(false);
			if (this.cancelTimeout != null) {
				this.cancelTimeout.run();
			}
			if (this.cancelNext != null) {
				this.cancelNext.run();
			}
		}

	}

}
