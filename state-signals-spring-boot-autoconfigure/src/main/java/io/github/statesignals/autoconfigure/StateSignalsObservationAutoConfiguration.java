package io.github.statesignals.autoconfigure;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.observation.LateSignalTracingObservationHandler;
import io.github.statesignals.observation.MicrometerSignalObserver;
import io.github.statesignals.observation.SignalHandleObservationConvention;
import io.github.statesignals.observation.SignalPublishObservationConvention;
import io.github.statesignals.observation.SignalResponseObservationConvention;
import io.lettuce.core.RedisClient;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.tracing.LettuceObservationContext;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of the observations of signals.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = StateSignalsAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration" })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ ObservationRegistry.class, SignalEngine.class })
public final class StateSignalsObservationAutoConfiguration {

	// When the engine starts: handlers of observations may depend on exporters.
	@Bean
	@Lazy
	@ConditionalOnMissingBean
	SignalObserver signalObserver(ObservationRegistry registry, StateSignalsProperties properties,
			ObjectProvider<SignalPublishObservationConvention> publish,
			ObjectProvider<SignalHandleObservationConvention> handle,
			ObjectProvider<SignalResponseObservationConvention> response) {
		return registry.isNoop() ? SignalObserver.NONE
				: new MicrometerSignalObserver(registry, properties.getTracing().isInMetadata(),
						publish.getIfAvailable(), handle.getIfAvailable(), response.getIfAvailable());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Tracer.class)
	@ConditionalOnBean(Tracer.class)
	static class TracingConfiguration {

		// Before the handlers of Boot, of which the first one that supports it is used.
		@Bean
		@Order(0)
		@ConditionalOnMissingBean
		LateSignalTracingObservationHandler lateSignalTracingObservationHandler(Tracer tracer) {
			return new LateSignalTracingObservationHandler(tracer);
		}

	}

	/**
	 * Where the starter uses connections of the application, because it can't connect in
	 * the same way itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisClient.class)
	static class LettuceConfiguration {

		// Each Redis channel and key of the starter begins with it.
		private static final String PREFIX = "event-signal";

		@Bean
		ObservationPredicate signalCommandObservationPredicate() {
			return (name, context) -> !(context instanceof LettuceObservationContext command && isOwn(command));
		}

		private static boolean isOwn(LettuceObservationContext context) {
			CommandArgs<?, ?> arguments = context.hasCommand() ? context.getRequiredCommand().getArgs() : null;
			ByteBuffer key = (arguments != null) ? arguments.getFirstEncodedKey() : null;
			return key != null && StandardCharsets.UTF_8.decode(key.duplicate()).toString().startsWith(PREFIX);
		}

	}

}
