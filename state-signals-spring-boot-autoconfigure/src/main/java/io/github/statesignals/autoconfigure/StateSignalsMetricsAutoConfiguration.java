package io.github.statesignals.autoconfigure;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.actuate.SignalMeterBinder;
import io.github.statesignals.core.engine.SignalEngine;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters of signals.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = StateSignalsAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ SignalEngine.class, MeterRegistry.class })
public final class StateSignalsMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SignalMeterBinder signalMeterBinder(SignalEngine engine, DurableChannels durableChannels,
			StateSignalsProperties properties) {
		return new SignalMeterBinder(engine, durableChannels,
				properties.getChannels().keySet().stream().filter(engine.services().outbound()::isDurable).toList());
	}

}
