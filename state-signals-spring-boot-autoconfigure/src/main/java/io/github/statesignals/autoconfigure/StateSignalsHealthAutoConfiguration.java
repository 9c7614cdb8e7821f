package io.github.statesignals.autoconfigure;

import io.github.statesignals.actuate.SignalsHealthIndicator;
import io.github.statesignals.core.engine.SignalEngine;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link SignalsHealthIndicator}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = StateSignalsAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(SignalEngine.class)
@ConditionalOnEnabledHealthIndicator("signals")
public final class StateSignalsHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "signalsHealthIndicator", "signalsHealthContributor" })
	SignalsHealthIndicator signalsHealthIndicator(SignalEngine engine) {
		return new SignalsHealthIndicator(engine);
	}

}
