package io.github.statesignals.autoconfigure;

import java.lang.reflect.Method;

import io.github.statesignals.OnSignal;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils.MethodFilter;

/**
 * Fails the start of an application that has handlers and no transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(SignalTransport.class)
class MissingTransportConfiguration {

	private static final MethodFilter HANDLERS = (method) -> AnnotatedElementUtils.hasAnnotation(method,
			OnSignal.class);

	@Bean
	static SmartInitializingSingleton signalHandlersWithoutTransport(ConfigurableListableBeanFactory beanFactory) {
		return () -> {
			for (String name : beanFactory.getBeanNamesForType(Object.class)) {
				Class<?> type = targetClass(beanFactory, name);
				if (type != null && AnnotationUtils.isCandidateClass(type, OnSignal.class)) {
					for (Method handler : MethodIntrospector.selectMethods(type, HANDLERS)) {
						throw new MissingTransportException(handler);
					}
				}
			}
		};
	}

	private static @Nullable Class<?> targetClass(ConfigurableListableBeanFactory beanFactory, String name) {
		try {
			return AutoProxyUtils.determineTargetClass(beanFactory, name);
		}
		catch (RuntimeException ex) {
			// A type that can't be loaded has no handlers that could be called.
			return null;
		}
	}

}
