package io.github.statesignals.actuate;

import io.github.statesignals.core.engine.SignalEngine;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * A {@link HealthIndicator} that is up while signals are received.
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
		builder.status(this.engine.isConnected() ? "UP" : "DOWN")
			.withDetail("exporters", this.engine.exporters().size())
			.withDetail("responders", this.engine.responders().size());
	}

}
