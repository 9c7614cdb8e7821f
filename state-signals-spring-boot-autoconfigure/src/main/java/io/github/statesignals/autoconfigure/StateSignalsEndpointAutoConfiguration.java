package io.github.statesignals.autoconfigure;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.actuate.SignalsEndpoint;
import io.github.statesignals.actuate.SignalsJmxEndpointExtension;
import io.github.statesignals.actuate.SignalsWebEndpointExtension;
import io.github.statesignals.core.engine.SignalEngine;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link SignalsEndpoint}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = StateSignalsAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(SignalEngine.class)
@ConditionalOnAvailableEndpoint(SignalsEndpoint.class)
public final class StateSignalsEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SignalsEndpoint signalsEndpoint(SignalEngine engine) {
		return new SignalsEndpoint(engine);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(endpoint = SignalsEndpoint.class, exposure = EndpointExposure.WEB)
	SignalsWebEndpointExtension signalsWebEndpointExtension(SignalEngine engine, DurableChannels durableChannels) {
		return new SignalsWebEndpointExtension(engine, durableChannels);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(endpoint = SignalsEndpoint.class, exposure = EndpointExposure.JMX)
	SignalsJmxEndpointExtension signalsJmxEndpointExtension(SignalEngine engine, DurableChannels durableChannels) {
		return new SignalsJmxEndpointExtension(engine, durableChannels);
	}

}
