package io.github.statesignals.autoconfigure;

import io.github.statesignals.wire.SignalJacksonModule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration of the JSON of signals and responses, also in tests of slices such
 * as {@code @JsonTest}.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@Conditional(SignalsEnabledCondition.class)
public final class StateSignalsJacksonAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	static SignalJacksonModule signalJacksonModule() {
		return new SignalJacksonModule();
	}

}
