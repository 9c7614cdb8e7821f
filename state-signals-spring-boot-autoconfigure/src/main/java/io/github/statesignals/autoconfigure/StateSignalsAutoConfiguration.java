package io.github.statesignals.autoconfigure;

import io.github.statesignals.handler.OnSignalMethodProcessor;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of state signals over Redis.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class })
@Conditional(SignalsEnabledCondition.class)
@EnableConfigurationProperties(StateSignalsProperties.class)
// In this order: there is an engine only where there is a transport.
@Import({ SignalTransportConfiguration.class, SignalEngineConfiguration.class })
public final class StateSignalsAutoConfiguration {

	// Also without a transport: then it fails the start of an application that has
	// handlers.
	@Bean
	static OnSignalMethodProcessor onSignalMethodProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new OnSignalMethodProcessor(beanFactory);
	}

}
