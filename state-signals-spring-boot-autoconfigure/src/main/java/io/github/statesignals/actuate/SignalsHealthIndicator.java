package io.github.statesignals.actuate;

import io.github.statesignals.core.engine.SignalEngine;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * A {@link HealthIndicator} that is up while signals are received: that Redis replies is
 * not enough. For <em>readiness</em>: a restart, which a failed liveness probe causes,
 * does not bring a lost subscription back sooner. The details have numbers, and no ids.
 *
 * @since 0.1.0
 */
public class SignalsHealthIndicator extends AbstractHealthIndicator {

	private final SignalEngine engine;

	public SignalsHealthIndicator(SignalEngine engine) {
		super("Signals health check failed");
		this.engine = engine;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		boolean connected = this.engine.isConnected();
		builder.status(connected ? Status.UP : Status.DOWN)
			.withDetail("subscription", connected ? "alive" : "lost")
			.withDetail("gaps", this.engine.counters().gaps.sum())
			.withDetail("exporters", this.engine.exporters().size())
			.withDetail("responders", this.engine.responders().size());
	}

}
