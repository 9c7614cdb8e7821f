package io.github.statesignals.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of state signals over Redis.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "state-signals.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StateSignalsProperties.class)
// In this order: there is an engine only where there is a transport.
@Import({ SignalTransportConfiguration.class, SignalExecutorConfiguration.class, SignalEngineConfiguration.class,
		MissingTransportConfiguration.class })
public final class StateSignalsAutoConfiguration {

}
