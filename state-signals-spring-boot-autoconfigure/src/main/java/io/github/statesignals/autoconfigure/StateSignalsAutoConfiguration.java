package io.github.statesignals.autoconfigure;

import java.lang.reflect.Method;

import io.github.statesignals.OnSignal;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.SignalJacksonModule;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils.MethodFilter;

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

	@Bean
	@ConditionalOnMissingBean
	static SignalJacksonModule signalJacksonModule() {
		return new SignalJacksonModule();
	}

	// Fails the start of an application that has handlers and no transport.
	@Bean
	@ConditionalOnMissingBean(SignalTransport.class)
	static SmartInitializingSingleton signalHandlersWithoutTransport(ConfigurableListableBeanFactory beanFactory) {
		return () -> {
			for (String name : beanFactory.getBeanNamesForType(Object.class)) {
				checkNoHandler(beanFactory, name);
			}
		};
	}

	private static void checkNoHandler(ConfigurableListableBeanFactory beanFactory, String name) {
		Class<?> type;
		try {
			type = AutoProxyUtils.determineTargetClass(beanFactory, name);
		}
		catch (RuntimeException ex) {
			// A type that can't be loaded has no handlers that could be called.
			return;
		}
		if (type == null || !AnnotationUtils.isCandidateClass(type, OnSignal.class)) {
			return;
		}
		MethodFilter handlers = (method) -> AnnotatedElementUtils.hasAnnotation(method, OnSignal.class);
		for (Method handler : MethodIntrospector.selectMethods(type, handlers)) {
			throw new SignalStartException(
					"The @OnSignal method %s.%s can't receive signals: no RedisConnectionFactory was found"
						.formatted(handler.getDeclaringClass().getName(), handler.getName()),
					MissingSignalBeanFailureAnalyzer.NO_CONNECTION_FACTORY);
		}
	}

}
